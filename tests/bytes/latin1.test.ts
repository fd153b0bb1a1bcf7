import { assert, assertEquals, assertThrows } from "@std/assert";
import { decodeAscii, decodeLatin1, encodeLatin1, encodeLatin1Into } from "../../lib/bytes/latin1.ts";

const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, byte) => byte);
const ALL_CHARACTERS = String.fromCharCode(...ALL_BYTES);

Deno.test("decodeLatin1() gives each byte the character of its own number", () => {
  // The bytes from 0x80 to 0x9f are where windows-1252 differs.
  assertEquals(decodeLatin1(ALL_BYTES), ALL_CHARACTERS);
});

Deno.test("decodeLatin1() takes more bytes than a call has arguments", () => {
  const bytes = Uint8Array.from({ length: 300_001 }, (_, i) => i % 256);
  const text = decodeLatin1(bytes);
  assertEquals(text.length, bytes.length);
  assertEquals(text.charCodeAt(8192), 8192 % 256);
  assertEquals(encodeLatin1(text), bytes);
});

Deno.test("decodeAscii() gives ASCII as it is", () => {
  assertEquals(decodeAscii(ALL_BYTES.subarray(0, 128)), ALL_CHARACTERS.slice(0, 128));
});

Deno.test("encodeLatin1() gives each character one byte", () => {
  assertEquals(encodeLatin1(ALL_CHARACTERS), ALL_BYTES);
  assertEquals(encodeLatin1("é"), new Uint8Array([0xe9]));
  assertEquals(encodeLatin1("aé"), new Uint8Array([0x61, 0xe9]));
  assertEquals(encodeLatin1("éa"), new Uint8Array([0xe9, 0x61]));
  assertEquals(encodeLatin1("\x80\x9f"), new Uint8Array([0x80, 0x9f]));
  assertEquals(encodeLatin1(""), new Uint8Array());
});

Deno.test("encodeLatin1() makes a question mark of what does not fit one byte", () => {
  // SECURITY: U+010D U+010A cut to their low bytes would be CR LF, and so a way to split a response.
  assertEquals(encodeLatin1("a\u010d\u010ab"), encodeLatin1("a??b"));
  assertEquals(encodeLatin1("\u{1f600}"), encodeLatin1("??"));
  assertEquals(encodeLatin1("\ud800"), encodeLatin1("?"));
  assertEquals(encodeLatin1("é€"), new Uint8Array([0xe9, 0x3f]));
});

Deno.test("encodeLatin1Into() writes at its offset, with or without room behind it", () => {
  for (const text of ["", "abc", "äbc", "abÿ", "a€c", "\u{1f600}c", "€", "ÿÿÿÿÿÿ"]) {
    for (const room of [0, 1, 2, 3, 4, 5, 20]) {
      const into = new Uint8Array(2 + text.length + room).fill(0xaa);
      assertEquals(encodeLatin1Into(text, into, 2), 2 + text.length);
      const expected = Array.from(text.split(""), (unit) => unit > "\xff" ? 0x3f : unit.charCodeAt(0));
      assertEquals([...into.subarray(0, 2 + text.length)], [0xaa, 0xaa, ...expected], `${text}, ${room}`);
      const spoiled = into.subarray(2 + text.length).findLastIndex((byte) => byte !== 0xaa) + 1;
      assert(spoiled <= (/^[a-z]*$/.test(text) ? 0 : 4), `${spoiled} bytes behind ${text} are others`);
    }
  }
});

Deno.test("encodeLatin1Into() refuses text that does not fit", () => {
  for (const text of ["abc", "ÿÿÿ"]) {
    assertThrows(
      () => encodeLatin1Into(text, new Uint8Array(4), 2),
      RangeError,
      "3 characters do not fit 2 bytes",
    );
  }
});

Deno.test("encodeLatin1() takes text that fills its room exactly when cut as UTF-8", () => {
  // Deno 2.6 says of such text that it was read whole: TextEncoder.encodeInto() of 16 characters into 16 bytes.
  const text = "A: \x80\x9f\xe9\r\nB: c\r\n\r\n";
  for (let length = 0; length <= text.length; length++) {
    const part = text.slice(0, length);
    assertEquals(decodeLatin1(encodeLatin1(part)), part);
  }
});
