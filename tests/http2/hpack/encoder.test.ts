/**
 * What the encoder makes, and that it is what the decoder reads.
 *
 * @module
 */
import { assertEquals, assertThrows } from "@std/assert";
import { escapeBytes } from "../../wire/escape.ts";
import {
  encodeField,
  encodeFields,
  encodeStatus,
  fieldRoom,
  STATUS_ROOM,
} from "../../../lib/http2/hpack/encoder.ts";
import { HpackEncoder, type Literal } from "../../support/hpack.ts";
import { Random } from "../../../scripts/fuzz/random.ts";
import { DEFAULT_LIMITS } from "./cases.ts";
import { Driver } from "./driver.ts";

function encoded(name: string, value: string): string {
  const bytes = new Uint8Array(fieldRoom(name, value));
  return escapeBytes(bytes.subarray(0, encodeField(name, value, bytes, 0)));
}

for (
  const [what, name, value, expected] of [
    ["a field of the static table is one byte", "accept-encoding", "gzip, deflate", "\\x90"],
    ["a name of the static table is one, too", "Vary", "*", "\\x0f,\\x01*"],
    ["a name that stands nowhere is written in lower case", "X-Y", "*", "\\0\\x03x-y\\x01*"],
    ["a text is Huffman text where that is shorter", "Etag", "aaaa", "\\x0f\\x13\\x83\\x18\\xc6?"],
    ["a text is itself where that is not longer", "Etag", "a", "\\x0f\\x13\\x01a"],
    ["a value may be empty", "Etag", "", "\\xa2"],
    ["nobody may put a cookie into a table", "Set-Cookie", "*", "\\x1f(\\x01*"],
    ["nobody may put a password into a table", "Authorization", "*", "\\x1f\\x08\\x01*"],
    ["what does not fit one byte becomes a question mark", "Etag", "\u{1f600}", "\\x0f\\x13\\x02??"],
  ] as const
) Deno.test(`a field is encoded: ${what}`, () => assertEquals(encoded(name, value), expected));

Deno.test("the status is an entry of the static table, or a literal", () => {
  for (const [status, expected] of [[200, "\\x88"], [304, "\\x8b"], [302, "\\x08\\x82d\\x02"]] as const) {
    const bytes = new Uint8Array(STATUS_ROOM);
    assertEquals(escapeBytes(bytes.subarray(0, encodeStatus(status, bytes, 0))), expected);
  }
});

Deno.test("half a field is never written", () => {
  const bytes = new Uint8Array(fieldRoom("a", "b"));
  assertThrows(() => encodeField("a", "b", bytes, 1), RangeError);
  assertEquals(bytes, new Uint8Array(bytes.length));
});

const NAMES = ["a", "etag", ":path", ":status", "set-cookie", "cookie", "content-length", "x-long-name", ""];
const VALUES = ["", "200", "/", "gzip, deflate", "\xff\0\n"];

function randomFields(random: Random): [string, string][] {
  const text = (range: number) => {
    return Array.from({ length: random.below(20) }, () => String.fromCharCode(random.below(range))).join("");
  };
  return Array.from({ length: random.below(12) }, () => [
    random.oneIn(4) ? text(128).toLowerCase() : random.pick(NAMES),
    random.oneIn(2) ? text(random.pick([128, 256])) : random.pick(VALUES),
  ]);
}

const lines = (fields: readonly [string, string][]) => [
  ...fields.map(([name, value]) => `field ${name}:${value && ` ${value}`}`),
  "whole",
];

const withoutTable = (result: readonly string[]) => result.slice(0, result.indexOf("whole") + 1);

Deno.test("any fields come back from what the server encodes, and leave the table empty", () => {
  const random = new Random(9113);
  const driver = new Driver(DEFAULT_LIMITS);
  for (let i = 0; i < 2000; i++) {
    const fields = randomFields(random);
    const bytes = encodeFields(fields.map(([name]) => name), fields.map(([, value]) => value));
    assertEquals(driver.feed([bytes]), [...lines(fields), "table 0 of 4096"]);
  }
});

Deno.test("any fields come back from a client's encoder, and both tables are the same", () => {
  const random = new Random(7541);
  const literals: readonly Literal[] = ["inserted", "inserted", "not indexed", "never indexed"];
  for (let connection = 0; connection < 50; connection++) {
    const driver = new Driver(DEFAULT_LIMITS), encoder = new HpackEncoder();
    for (let i = 0; i < 40; i++) {
      while (random.oneIn(4)) encoder.resize(random.pick([0, 40, 100, 300, 4096]));
      const fields = randomFields(random);
      const huffman = random.pick([{}, { huffman: true }, { huffman: false }]);
      const bytes = encoder.encode(fields, { literals: random.pick(literals), ...huffman });
      const cut = random.below(bytes.length + 1);
      const result = driver.feed([bytes.slice(0, cut), bytes.slice(cut)]);
      assertEquals(withoutTable(result), lines(fields));
      const { table } = encoder;
      assertEquals(result.slice(lines(fields).length), [
        `table ${table.size} of ${table.capacity}`,
        ...Array.from({ length: table.count }, (_, entry) => {
          return `entry ${table.name(entry)}:${table.value(entry) && ` ${table.value(entry)}`}`;
        }),
      ]);
    }
  }
});
