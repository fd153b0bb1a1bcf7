import { assertEquals } from "@std/assert";
import { controlEscaper, hasControlBytes } from "../../lib/bytes/controls.ts";

Deno.test("controlEscaper() escapes the controls of ISO 8859-1 and nothing else", () => {
  const escape = controlEscaper();
  for (let code = 0; code < 0x300; code++) {
    const character = String.fromCharCode(code), hex = code.toString(16).toUpperCase().padStart(2, "0");
    const isControl = code < 0x20 || (code >= 0x7f && code < 0xa0);
    assertEquals(escape(`a${character}b`), isControl ? `a\\x${hex}b` : `a${character}b`);
  }
});

Deno.test("controlEscaper() escapes each of several, in every text it is given", () => {
  const escape = controlEscaper();
  for (let i = 0; i < 3; i++) assertEquals(escape("\x1b[31mred\x07\r\n"), "\\x1B[31mred\\x07\\x0D\\x0A");
  assertEquals([escape(""), escape("plain ä €")], ["", "plain ä €"]);
});

Deno.test("controlEscaper() leaves those that are to be kept", () => {
  assertEquals(controlEscaper("\t\n")("a\tb\nc\r\x00"), "a\tb\nc\\x0D\\x00");
});

Deno.test("hasControlBytes() finds what the escaper would escape, wherever it stands", () => {
  const encoder = new TextEncoder(), escaped = controlEscaper("\t\n");
  for (let code = 0; code < 0x180; code++) {
    const character = String.fromCharCode(code), expected = escaped(character) !== character;
    for (let before = 0; before < 9; before++) {
      for (const after of ["", "\n", "abcdefgh\u00e9\n"]) {
        const bytes = encoder.encode("x".repeat(before) + character + after);
        const moved = new Uint8Array(bytes.length + 1);
        moved.set(bytes, 1);
        assertEquals(
          [hasControlBytes(bytes), hasControlBytes(moved.subarray(1))],
          [expected, expected],
          `${code}`,
        );
      }
    }
  }
  assertEquals(hasControlBytes(new Uint8Array()), false);
});
