import { assertEquals, assertThrows } from "@std/assert";
import { DerError, element, elements, integer, oid, sequence, Tag, time } from "../../lib/authority/der.ts";
import { fromPem, toPem } from "../../lib/authority/pem.ts";

const hex = (bytes: Uint8Array) => bytes.toHex();

Deno.test("values are written as X.690 has them", () => {
  const table: [string, Uint8Array, string][] = [
    ["a small number", integer(Uint8Array.of(5)), "020105"],
    ["zero", integer(Uint8Array.of(0, 0)), "020100"],
    ["a number with its first bit set", integer(Uint8Array.of(0x80)), "02020080"],
    ["a number with zeros in front", integer(Uint8Array.of(0, 0, 1, 2)), "02020102"],
    ["an object identifier", oid("1.2.840.10045.4.3.2"), "06082a8648ce3d040302"],
    ["one of two bytes in an arc", oid("2.5.29.200"), "0604551d8148"],
    ["an empty sequence", sequence(), "3000"],
    ["a time until 2049", time(Date.UTC(2049, 11, 31, 23, 59, 59)), "170d3439313233313233353935395a"],
    ["a time from 2050 on", time(Date.UTC(2050, 0, 1)), "180f32303530303130313030303030305a"],
    ["127 bytes", element(Tag.octetString, new Uint8Array(127)).subarray(0, 2), "047f"],
    ["128 bytes", element(Tag.octetString, new Uint8Array(128)).subarray(0, 3), "048180"],
    ["65536 bytes", element(Tag.octetString, new Uint8Array(65536)).subarray(0, 5), "0483010000"],
  ];
  for (const [what, bytes, expected] of table) assertEquals(hex(bytes), expected, what);
});

Deno.test("elements() reads what stands there, and refuses what is cut off or no DER", () => {
  const whole = sequence(integer(Uint8Array.of(1)), element(Tag.octetString, new Uint8Array(300)));
  const [read] = elements(whole);
  assertEquals(elements(read!.content).map(({ tag, content }) => [tag, content.length]), [[2, 1], [4, 300]]);
  assertEquals(elements(new Uint8Array()), []);
  for (const bad of ["02", "0205", "020501", "3080", "30850000000001", "1f0100", "0201"]) {
    assertThrows(() => elements(Uint8Array.fromHex(bad)), DerError, undefined, bad);
  }
});

Deno.test("PEM is read with any line ends, and nothing else is taken for it", () => {
  const bytes = Uint8Array.from({ length: 100 }, (_, index) => index);
  const text = toPem("CERTIFICATE", bytes);
  assertEquals(text.split("\n").map(({ length }) => length), [27, 64, 64, 8, 25, 0]);
  assertEquals(fromPem("CERTIFICATE", text), bytes);
  assertEquals(fromPem("CERTIFICATE", `before\r\n${text.replaceAll("\n", "\r\n")}`), bytes);
  for (
    const bad of [
      "",
      text.replace("END", "ENDE"),
      text.replace("AAEC", "A*EC"),
      text.replace("==", "="),
      toPem("PUBLIC KEY", bytes),
    ]
  ) {
    assertEquals(fromPem("CERTIFICATE", bad), undefined, bad);
  }
});
