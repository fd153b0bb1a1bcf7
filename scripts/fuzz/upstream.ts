/**
 * The client's side of lib/http1 as a target: whatever a server answers ends in events or in one fault, however it is cut,
 * in exactly the answer that a second reading of the grammar finds, and no byte is left that could be taken for the answer
 * to another request.
 *
 * @module
 */
import { decodeLatin1 } from "../../lib/bytes/latin1.ts";
import type { ClientConnection } from "../../lib/http1/client_connection.ts";
import type { WireLimits } from "../../lib/http1/limits.ts";
import { type Asking, readAnswerCases } from "../../tests/upstream/cases.ts";
import { drive, type DriveOptions } from "../../tests/upstream/driver.ts";
import { DEFAULT_LIMITS } from "../../tests/wire/cases.ts";
import { unescapeBytes } from "../../tests/wire/escape.ts";
import { concat, cutAtRandom } from "./pieces.ts";
import type { Random } from "./random.ts";
import type { FuzzTarget } from "./target.ts";
import { referenceLines } from "./upstream_reference.ts";

const WORDS = String.raw`
HTTP/1.1 |HTTP/1.0 |HTTP/2.0 |http/1.1 |200 OK\r\n|204 No Content\r\n|304 Not Modified\r\n|404 Not Found\r\n|099 \r\n|200\r\n
HTTP/1.1 100 Continue\r\n\r\n|HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n|HTTP/1.1 101 Switching Protocols\r\n|\{17 HTTP/1.1 100 a\r\n\r\n}
Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n|Upgrade: h2c\r\n|Connection: upgrade\r\n|upgrade|websocket|,
\r\n|\n|\r|\r\n\r\n|\n\n|\r\r\n|\0|\t|\x0b|\x7f|\xa0|\xff| |: |:|;|="|\\"|\r\n |\r\n\t|A : b\r\n|A: b\r\n
Content-Length: 5\r\n|Content-Length: 0\r\n|Content-Length: +5\r\n|Content-Length: 5,5\r\n|content-length: 1\r\n
Content-Length: 9007199254740992\r\n|Transfer-Encoding: chunked\r\n|Transfer-Encoding: gzip, chunked\r\n|identity|chunked
Transfer-Encoding: chunked\xa0\r\n|Transfer-Encoding : chunked\r\n|Connection: close\r\n|Connection: keep-alive\r\n
0\r\n\r\n|0\r\n|5\r\nhello\r\n|0x5|-1|fffffffffffff|10000000000000|00|1;a\r\nx\r\n|1;a="\\\0"|="|\{40 a}|\{300 a}|\{20 A: b\r\n}|\{5000 b}
HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello|HTTP/1.1 200 OK\r\n\r\n|HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n`;

/** Limits that short inputs reach. */
const SMALL_LIMITS: WireLimits = { requestLine: 40, headerFields: 120, headerCount: 4 };
const ALL_LIMITS: readonly WireLimits[] = [
  DEFAULT_LIMITS,
  DEFAULT_LIMITS,
  SMALL_LIMITS,
  { requestLine: Infinity, headerFields: Infinity, headerCount: Infinity },
];

const METHODS = ["GET", "GET", "GET", "HEAD", "POST"] as const;
const PROTOCOLS = [undefined, undefined, "websocket", "a/1, WebSocket, h2c", ","] as const;

const ENDS = [undefined, undefined, undefined, "ends", "ends", "breaks"] as const;

/** Reads the cases of answers, so it needs permission to read tests/upstream. */
export function upstreamTarget(): FuzzTarget {
  return {
    name: "upstream",
    seeds: readAnswerCases().map(({ answers }) => concat(answers)),
    dictionary: WORDS.split(/[|\n]/).filter((word) => word !== "").map(unescapeBytes),
    check,
  };
}

function check(input: Uint8Array, random: Random): string {
  const limits = random.pick(ALL_LIMITS), end = random.pick(ENDS);
  const asking: Asking = {
    method: random.pick(METHODS),
    asks: random.pick(PROTOCOLS),
    isUnfinished: random.oneIn(8),
  };
  const onWait = (connection: ClientConnection) => checkBuffer(connection, limits);
  const options = { ...asking, limits, end, onWait };
  const lines = drive([[input]], options);
  expectSame("in pieces", lines, drive([cutAtRandom(input, random)], options));
  const reference = referenceLines(decodeLatin1(input), asking, limits, end === "ends");
  expectSame("for the reference", lines.slice(0, -1), reference);
  if (end === undefined && !asking.isUnfinished) checkSecond(input, lines, options);
  return outcome(lines);
}

/** While a connection waits for more, it holds a part of a head or of a trailer section and nothing else. */
function checkBuffer({ buffer }: ClientConnection, limits: WireLimits): void {
  if (buffer.length > limits.requestLine + 2 + limits.headerFields) {
    throw new Error(`${buffer.length} bytes are kept`);
  }
}

const SECOND = unescapeBytes(String.raw`HTTP/1.1 204 Second\r\n\r\n`);
const SECOND_LINES = ["response 204 body=none Second", "end of message", "stays"];

/** Where the connection stays, another request has its own answer; where it does not, there is none. */
function checkSecond(input: Uint8Array, lines: readonly string[], options: DriveOptions): void {
  const last = lines.at(-1)!;
  if (last !== "stays" && last !== "closes") return;
  const more = drive([[input], [SECOND]], options);
  if (last === "stays") expectSame("with a second answer", more, [...lines.slice(0, -1), ...SECOND_LINES]);
  else if (!more.at(-1)!.startsWith("error ") || more.length !== lines.length) {
    throw new Error(`A connection that closes goes on:\n${more.join("\n")}`);
  }
}

function expectSame(how: string, lines: readonly string[], others: readonly string[]): void {
  const text = lines.join("\n"), other = others.join("\n");
  if (text !== other) throw new Error(`The events are others ${how}:\n${text}\n--- ${how}:\n${other}`);
}

/** The kinds of the last events, without fields and contents. */
function outcome(lines: readonly string[]): string {
  return lines.filter((line) => !line.startsWith("field ")).slice(-3).map(kindOf).join("|");
}

function kindOf(line: string): string {
  const [, status, length, framing] = /^response (\d)\d\d body=(\d*)(\S*)/.exec(line) ?? [];
  if (status !== undefined) return `${status} ${length && "n"}${framing}`;
  return line.replace(/^(data|tunnel) .*/s, "$1").replace(/\d+/g, "n");
}
