import { assertEquals, assertThrows } from "@std/assert";
import { encodeBlock, HpackDecoder } from "./hpack.ts";

const bytes = (hex: string) => Uint8Array.from(hex.match(/[0-9a-f]{2}/g)!, (byte) => parseInt(byte, 16));

Deno.test("the decoder reads the examples of RFC 7541, appendix C.6: Huffman, and a table that evicts", () => {
  const decoder = new HpackDecoder();
  const first = bytes(
    "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3",
  );
  assertEquals(decoder.decode(first), [
    [":status", "302"],
    ["cache-control", "private"],
    ["date", "Mon, 21 Oct 2013 20:13:21 GMT"],
    ["location", "https://www.example.com"],
  ]);
  assertEquals(decoder.decode(bytes("4883 640e ffc1 c0bf")), [
    [":status", "307"],
    ["cache-control", "private"],
    ["date", "Mon, 21 Oct 2013 20:13:21 GMT"],
    ["location", "https://www.example.com"],
  ]);
  // The table is emptied, then has its size again.
  assertEquals(decoder.decode(bytes("20 3fe11f 88")), [[":status", "200"]]);
  assertThrows(() => decoder.decode(bytes("be")), Error, "no entry 62");
});

Deno.test("the decoder refuses what is cut short, has no such entry, or a table that is too large", () => {
  for (const block of ["80", "c0", "41", "4003 6162", "3fe21f", "0085ffffffffff00"]) {
    assertThrows(() => new HpackDecoder().decode(bytes(block)), Error, "HPACK");
  }
});

Deno.test("what is encoded is decoded again, long values and Latin-1 too", () => {
  const lines = [[":path", "/"], ["x", "ü".repeat(300)], ["", ""]] as const;
  assertEquals(new HpackDecoder().decode(encodeBlock(lines)), lines.map((line) => [...line]));
});
