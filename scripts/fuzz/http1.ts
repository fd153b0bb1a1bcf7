/**
 * lib/http1 as a target: any bytes end in events or in one refusal, however they are cut, and in exactly the requests
 * that a second reading of the grammar finds.
 *
 * @module
 */
import { decodeLatin1 } from "../../lib/bytes/latin1.ts";
import type { ServerConnection } from "../../lib/http1/connection.ts";
import type { WireLimits } from "../../lib/http1/limits.ts";
import { DEFAULT_LIMITS, readWireCases } from "../../tests/wire/cases.ts";
import { drive } from "../../tests/wire/driver.ts";
import { unescapeBytes } from "../../tests/wire/escape.ts";
import { referenceLines } from "./http1_reference.ts";
import { cutAtRandom } from "./pieces.ts";
import type { Random } from "./random.ts";
import type { FuzzTarget } from "./target.ts";

const WORDS = String.raw`
GET|POST|PUT|HEAD|OPTIONS|CONNECT|PRI|get| / |/|*|http://a|http://a/?b|https://u@a:1/|//|?|#|%00|a:80| HTTP/1.1
 HTTP/1.0| HTTP/2.0| HTTP/1.2| http/1.1|\r\n|\n|\r|\r\n\r\n|\n\n|\r\r\n|\0|\t|\x0b|\x0c|\x7f|\x80|\xa0|\xff|\xe2\x84\xaa
 |: |:|,|;|=|"|\\"|\\| ;|; |;a|;a=b|;a="b"|\r\n |\r\n\t|Host: a\r\n|Host: b\r\n|Host:\r\n|Host: [::1]:80\r\n|Host : a\r\n
Content-Length: 5\r\n|Content-Length: 0\r\n|Content-Length: +5\r\n|Content-Length: 5,5\r\n|content-length: 1\r\n
Content-Length: 9007199254740992\r\n|Transfer-Encoding: chunked\r\n|Transfer-Encoding: gzip, chunked\r\n
Transfer-Encoding: chunked\xa0\r\n|Transfer-Encoding : chunked\r\n|transfer-encoding:chunked\r\n|chunked|identity
Connection: close\r\n|Connection: keep-alive\r\n|Connection:close,x\r\n|Expect: 100-continue\r\n|Trailer: a\r\n|A: b\r\n
0\r\n\r\n|0\r\n|5\r\nhello\r\n|a\r\n0123456789\r\n|0x5|-1|fffffffffffff|10000000000000|ffffffffffffffff|00|1;a\r\nx\r\n|1;a="\\\0"|="
Host: example.test\r\n\r\n|GET /x HTTP/1.1\r\nHost: a\r\n\r\n|POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n
PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc|GET / HTTP/1.0\r\n\r\n|\{40 a}|\{300 a}|\{20 A: b\r\n}|\{5000 b}`;

/** Limits that short inputs reach. */
const SMALL_LIMITS: WireLimits = { requestLine: 40, headerFields: 120, headerCount: 4 };
const ALL_LIMITS: readonly WireLimits[] = [
  DEFAULT_LIMITS,
  DEFAULT_LIMITS,
  SMALL_LIMITS,
  { requestLine: Infinity, headerFields: Infinity, headerCount: Infinity },
];

/** Reads the wire cases, so it needs permission to read tests/wire. */
export function http1Target(): FuzzTarget {
  return {
    name: "http1",
    seeds: readWireCases().map(({ input }) => input),
    dictionary: WORDS.split(/[|\n]/).filter((word) => word !== "").map(unescapeBytes),
    check,
  };
}

function check(input: Uint8Array, random: Random): string {
  const limits = random.pick(ALL_LIMITS);
  const inputEnds = random.oneIn(4);
  const options = {
    limits,
    inputEnds,
    onDrained: (connection: ServerConnection) => checkBuffer(connection, limits),
  };
  const { lines } = drive([input], options);
  const inPieces = drive(cutAtRandom(input, random), options).lines;
  expectSame("in pieces", lines, inPieces);
  expectSame("for the reference", lines.slice(0, -1), referenceLines(decodeLatin1(input), limits));
  return outcome(lines);
}

/** While a connection waits for more, it holds a part of a head or of a trailer section and nothing else. */
function checkBuffer(connection: ServerConnection, limits: WireLimits): void {
  const { buffer, clientState } = connection;
  const most = clientState === "idle" ? limits.requestLine + 2 + limits.headerFields : limits.headerFields;
  if ((clientState === "idle" || clientState === "send body") && buffer.length > most) {
    throw new Error(`${buffer.length} bytes are kept in state "${clientState}"`);
  }
}

function expectSame(how: string, lines: readonly string[], others: readonly string[]): void {
  const text = lines.join("\n"), other = others.join("\n");
  if (text !== other) throw new Error(`The events are others ${how}:\n${text}\n--- ${how}:\n${other}`);
}

/** The kinds of the last events, without fields and contents. */
function outcome(lines: readonly string[]): string {
  const kinds = lines.filter((line) => !line.startsWith("field ")).map((line) =>
    line.startsWith("request ")
      ? line.replace(/^request \S+ \S+|host=\S*|path=\S*|query=\S*|\d{2,}/g, "")
      : line
        .replace(/^data .*/s, "data")
  );
  return kinds.slice(-3).join("|");
}
