import { assertEquals, assertThrows } from "@std/assert";
import { FieldBlock } from "../../lib/http/fields.ts";
import { type BodyFraming, messageSemantics } from "../../lib/http1/framing.ts";
import { HttpError } from "../../lib/http/errors.ts";
import { assertLinear, hostile } from "../support/linear.ts";

type Pair = readonly [string, string];

/** Not FieldBlock.of(), which refuses what a parser may have let through. */
const blockOf = (...pairs: readonly Pair[]) =>
  new FieldBlock(pairs.map(([name]) => name), pairs.map(([, value]) => value));

const read = (minor: number, ...pairs: Pair[]) => messageSemantics(minor, blockOf(["Host", "a"], ...pairs));

const length = (length: number): BodyFraming => ({ kind: "length", length });
const NONE: BodyFraming = { kind: "none" };
const CHUNKED: BodyFraming = { kind: "chunked" };

Deno.test("messageSemantics() finds the framing of a body", () => {
  const table: [readonly Pair[], BodyFraming][] = [
    [[], NONE],
    [[["Content-Length", "0"]], NONE],
    [[["Content-Length", "000"]], NONE],
    [[["Content-Length", "1"]], length(1)],
    [[["CONTENT-LENGTH", "0042"]], length(42)],
    [[["content-length", String(Number.MAX_SAFE_INTEGER)]], length(Number.MAX_SAFE_INTEGER)],
    [[["Transfer-Encoding", "chunked"]], CHUNKED],
    [[["transfer-encoding", " \tCHUNKED\t "]], CHUNKED],
    [[["Content-Lengths", "5"], ["Transfer-Encodin", "x"], ["Content.Length", "7"]], NONE],
  ];
  for (const [pairs, body] of table) assertEquals(read(1, ...pairs).body, body, JSON.stringify(pairs));
});

Deno.test("messageSemantics() refuses framing that can be read in two ways", () => {
  const table: [number, number, readonly Pair[]][] = [
    [400, 1, [["Content-Length", "5"], ["Transfer-Encoding", "chunked"]]],
    [400, 1, [["Transfer-Encoding", "chunked"], ["Content-Length", "5"]]],
    [400, 1, [["Transfer-Encoding", "gzip"], ["Content-Length", "5"]]],
    [400, 0, [["Transfer-Encoding", "chunked"], ["Content-Length", "5"]]],
    [400, 0, [["Transfer-Encoding", "chunked"]]],
    [400, 0, [["Transfer-Encoding", "gzip"]]],
    [400, 1, [["Content-Length", "5"], ["Content-Length", "5"]]],
    [400, 1, [["Content-Length", "5"], ["content-length", "6"]]],
    ...[
      "",
      " ",
      "+5",
      "-5",
      "5,5",
      "5 5",
      "0x5",
      "5.",
      ".5",
      "1e3",
      "5;",
      "\xb2",
      "٣",
      "5\0",
      "five",
      "Infinity",
    ].map((
      value,
    ): [number, number, readonly Pair[]] => [400, 1, [["Content-Length", value]]]),
    [413, 1, [["Content-Length", "9007199254740992"]]],
    [413, 1, [["Content-Length", "9".repeat(1000)]]],
    ...[
      "",
      ",",
      "chunked,",
      ",chunked",
      "chunked,,chunked",
      "chunked, chunked",
      "chunked;a=b",
      "chunked ;a",
      "chun ked",
    ]
      .map((value): [number, number, readonly Pair[]] => [400, 1, [["Transfer-Encoding", value]]]),
    ...["\xa0chunked", "chunked\xa0", "chunked\x85", "chunked\xad", '"chunked"', "(chunked)", "chunked/1"]
      .map((value): [number, number, readonly Pair[]] => [400, 1, [["Transfer-Encoding", value]]]),
    ...["gzip", "identity", "gzip, chunked", "chunked, gzip", "xchunked", "chunkedx", "gzip;q=1"]
      .map((value): [number, number, readonly Pair[]] => [501, 1, [["Transfer-Encoding", value]]]),
    [400, 1, [["Transfer-Encoding", "chunked"], ["Transfer-Encoding", "chunked"]]],
    [400, 1, [["Transfer-Encoding", "chunked"], ["Transfer-Encoding", ""]]],
    [501, 1, [["Transfer-Encoding", "chunked"], ["Transfer-Encoding", "identity"]]],
  ];
  for (const [status, minor, pairs] of table) {
    const error = assertThrows(() => read(minor, ...pairs), HttpError, "", JSON.stringify(pairs));
    assertEquals(error.status, status, JSON.stringify(pairs));
  }
});

Deno.test("messageSemantics() knows who keeps the connection", () => {
  const table: [number, readonly string[], boolean][] = [
    [1, [], true],
    [0, [], false],
    [1, ["close"], false],
    [1, ["Close"], false],
    [1, ["keep-alive"], true],
    [1, ["keep-alive, close"], false],
    [1, ["keep-alive", "close"], false],
    [1, ["a,\tclose\t,b"], false],
    [1, ["closed"], true],
    [1, ["clo se"], true],
    [1, ["close\xa0"], true],
    [1, [""], true],
    [0, ["keep-alive"], true],
    [0, ["KEEP-ALIVE"], true],
    [0, ["keep-alive, close"], false],
    [0, ["upgrade"], false],
    [0, ["\xa0keep-alive"], false],
  ];
  for (const [minor, lines, keepAlive] of table) {
    const pairs = lines.map((line): Pair => ["Connection", line]);
    assertEquals(read(minor, ...pairs).keepAlive, keepAlive, `HTTP/1.${minor} ${lines.join(" | ")}`);
  }
});

Deno.test("messageSemantics() knows who waits for 100 Continue", () => {
  const expects = (minor: number, value: string) => read(minor, ["Expect", value]).expectsContinue;
  assertEquals(expects(1, "100-continue"), true);
  assertEquals(expects(1, "100-CONTINUE"), true);
  assertEquals(expects(0, "100-continue"), false);
  assertEquals(expects(1, "100-continue, x"), false);
  assertEquals(expects(1, "200-ok"), false);
  assertEquals(read(1).expectsContinue, false);
});

Deno.test("messageSemantics() wants one Host in HTTP/1.1 and at most one in HTTP/1.0", () => {
  const host = (minor: number, ...values: string[]) =>
    messageSemantics(minor, FieldBlock.of(...values.map((value): Pair => ["hOsT", value]))).host;
  assertEquals(host(1, "a"), "a");
  assertEquals(host(0, "a"), "a");
  assertEquals(host(0), undefined);
  assertThrows(() => host(1), HttpError, "no Host");
  assertThrows(() => host(1, "a", "a"), HttpError, "twice");
  assertThrows(() => host(0, "a", "b"), HttpError, "twice");
});

Deno.test("messageSemantics() takes linear time for hostile values", () => {
  const blanks = hostile(" ");
  assertLinear(() => {
    read(1, ["Connection", `a${blanks}b`]);
    for (const value of [`chunked${blanks}b`, `${hostile("a")}(`, `chunked${blanks}`.repeat(2)]) {
      assertThrows(() => read(1, ["Transfer-Encoding", value]), HttpError);
    }
  });
});
