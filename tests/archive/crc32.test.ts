import { assertEquals } from "@std/assert";
import { crc32 } from "../../lib/archive/crc32.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** Known sums, by length so that what is left of eight bytes counts, too. */
const SUMS: Readonly<Record<string, number>> = {
  "": 0,
  "a": 0xe8b7be43,
  "abc": 0x352441c2,
  "123456789": 0xcbf43926,
  "The quick brown fox jumps over the lazy dog": 0x414fa339,
};

for (const [text, sum] of Object.entries(SUMS)) {
  Deno.test(`the sum of ${JSON.stringify(text)}, in one piece and in two`, () => {
    assertEquals(crc32(bytes(text)), sum);
    for (let cut = 0; cut <= text.length; cut++) {
      assertEquals(crc32(bytes(text.slice(cut)), crc32(bytes(text.slice(0, cut)))), sum);
    }
  });
}
