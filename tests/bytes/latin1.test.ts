import { assertEquals } from "@std/assert";
import {
  decodeAscii,
  decodeLatin1,
  encodeLatin1,
  encodeLatin1Into,
  isLatin1,
} from "../../lib/bytes/latin1.ts";

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

Deno.test("encodeLatin1Into() writes at its offset and nowhere else", () => {
  for (const text of ["abc", "äbc", "abÿ", "a€c"]) {
    const into = new Uint8Array(8).fill(0xaa);
    assertEquals(encodeLatin1Into(text, into, 2), 5);
    assertEquals(into, new Uint8Array([0xaa, 0xaa, ...encodeLatin1(text), 0xaa, 0xaa, 0xaa]), text);
  }
});

Deno.test("isLatin1() is about what fits one byte", () => {
  assertEquals([ALL_CHARACTERS, "", "é", "€", "\u0100", "a\nb"].map(isLatin1), [
    true,
    true,
    true,
    false,
    false,
    true,
  ]);
});
