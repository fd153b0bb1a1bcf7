import { assertEquals } from "@std/assert";
import { controlEscaper } from "../../lib/bytes/controls.ts";

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
