/**
 * Tables of texts from a configuration, and what becomes of them.
 *
 * @module
 */
import { assertEquals, assertThrows } from "@std/assert";
import { ValueError } from "../../lib/config/values.ts";

/** Each input with its value, or with a part of the message that refuses it. */
export function table<T>(
  name: string,
  parse: (text: string) => T,
  good: Readonly<Record<string, T>>,
  bad: Readonly<Record<string, string>>,
): void {
  for (const [text, value] of Object.entries(good)) {
    Deno.test(`${name}() reads ${JSON.stringify(text)}`, () => assertEquals(parse(text), value));
  }
  for (const [text, message] of Object.entries(bad)) {
    Deno.test(`${name}() refuses ${JSON.stringify(text)}`, () => {
      assertThrows(() => parse(text), ValueError, message);
    });
  }
}
