import { assertEquals } from "@std/assert";
import { FIELD_VALUE, HEX_VALUE, isLowerToken, QUOTED_TEXT, TARGET, TOKEN } from "../../lib/bytes/ascii.ts";

/** The bytes of a table as text. */
function members(table: Uint8Array): string {
  return Array.from(table.keys()).filter((byte) => table[byte] === 1).map((byte) => String.fromCharCode(byte))
    .join("");
}

/** All bytes that an expression matches. */
function matching(expression: RegExp): string {
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).filter((text) =>
    expression.test(text)
  )
    .join("");
}

Deno.test("TOKEN is tchar of RFC 9110 section 5.6.2", () => {
  assertEquals(members(TOKEN), matching(/[!#$%&'*+\-.^_`|~0-9A-Za-z]/));
});

Deno.test("isLowerToken() takes tchar but for upper-case letters", () => {
  const taken = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).filter(isLowerToken);
  assertEquals(taken.join(""), matching(/[!#$%&'*+\-.^_`|~0-9a-z]/));
  assertEquals(["", "a-b", "a-B", "a b", "a\n"].map(isLowerToken), [false, true, false, false, false]);
});

Deno.test("FIELD_VALUE has no control byte but tab", () => {
  assertEquals(members(FIELD_VALUE), matching(/[\t\x20-\x7e\x80-\xff]/));
});

Deno.test("QUOTED_TEXT is qdtext of RFC 9110 section 5.6.4", () => {
  assertEquals(members(QUOTED_TEXT), matching(/[\t\x20\x21\x23-\x5b\x5d-\x7e\x80-\xff]/));
});

Deno.test("TARGET is visible ASCII but for four characters", () => {
  assertEquals(members(TARGET), matching(/[!$-;=?-~]/));
});

Deno.test("HEX_VALUE knows the digits in either case and nothing else", () => {
  for (let byte = 0; byte < 256; byte++) {
    const text = String.fromCharCode(byte);
    assertEquals(HEX_VALUE[byte], /[0-9A-Fa-f]/.test(text) ? parseInt(text, 16) : 255, text);
  }
});
