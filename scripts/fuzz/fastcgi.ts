/**
 * lib/fastcgi as a target: whatever a server says, it comes to the same however it is cut, and to exactly what a second
 * reading of section 3.3 of the specification finds.
 *
 * @module
 */
import { FastcgiFault, ResponseReader } from "../../lib/fastcgi/response_reader.ts";
import { decodeLatin1 } from "../../lib/bytes/latin1.ts";
import { answer, end, record, STDERR, STDOUT } from "../../tests/fastcgi/fastcgi_server.ts";
import { unescapeBytes } from "../../tests/wire/escape.ts";
import { concat, cutAtRandom } from "./pieces.ts";
import type { Random } from "./random.ts";
import type { FuzzTarget } from "./target.ts";

const HEAD = "Content-Type: text/plain\r\n\r\n";

const WORDS = String
  .raw`\x01\x06\0\x01\0|\x01\x07\0\x01\0|\x01\x03\0\x01\0\x08\0\0|\x01\x06\0\x01\0\0\0\0|\x01\x06\0\x01\0\x05\x08\0
\x01\x06\0\x02\0\x01\0\0|\x02\x06\0\x01\0\0\0\0|\x01\x0b\0\0\0\x08\0\0|\0\0\0\0\0\0\0\0|\0\0\0\0\x02\0\0\0|\xff\xff\xff\xff\0\0\0\0|\x01\x06\0\x01\xff\xff\xff\0`;

/** What a server says on one connection, to the request 1. */
export function fastcgiTarget(): FuzzTarget {
  return {
    name: "fastcgi",
    seeds: [
      answer(`${HEAD}hello`),
      answer(`${HEAD}hello`, { padding: 3 }),
      concat([
        record(STDERR, "oh no\n"),
        record(STDOUT, HEAD),
        record(STDERR, ""),
        record(STDOUT, "x"),
        end({}, 1),
      ]),
      concat([record(STDOUT, HEAD), record(STDOUT, "x".repeat(300)), record(STDOUT, ""), end({}, 0, 2)]),
      concat([answer("a"), answer("b")]),
      end({}, 0, 1),
    ],
    dictionary: WORDS.split(/[|\n]/).map(unescapeBytes),
    check,
  };
}

function check(input: Uint8Array, random: Random): string {
  const expected = reference(input);
  expectSame(read([input]), expected);
  // What comes behind an end once it has been read is not waited for: the connection is not kept.
  const withoutMore = (text: string) => text.replace(/ and more$/, "");
  expectSame(withoutMore(read(cutAtRandom(input, random))), withoutMore(expected));
  return (expected.match(/ (?:output|errors|fault|ended [a-z ]+|needs data)/g) ?? []).slice(-5).join("");
}

function expectSame(said: string, expected: string): void {
  if (said !== expected) {
    throw new Error(`read as ${JSON.stringify(said)}, and is ${JSON.stringify(expected)}`);
  }
}

/** What has been said, in the same words as reference() has for it. */
class Told {
  #text = "";
  #kind = "";

  bytes(kind: string, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (kind !== this.#kind) this.#text += ` ${kind} `;
    this.#kind = kind;
    this.#text += JSON.stringify(decodeLatin1(bytes)).slice(1, -1).replaceAll('"', "'");
  }

  word(word: string): string {
    this.#kind = "";
    return this.#text += ` ${word}`;
  }
}

function read(pieces: readonly Uint8Array[]): string {
  const reader = new ResponseReader(), told = new Told();
  const buffer = new Uint8Array(Math.max(1, ...pieces.map(({ length }) => length)));
  reader.begin(1);
  try {
    let ended = "";
    for (const piece of pieces) {
      if (ended !== "") break;
      buffer.set(piece);
      reader.receive(buffer.subarray(0, piece.length));
      for (let event = reader.next(); event.type !== "need data"; event = reader.next()) {
        if (event.type === "end") ended = `ended ${event.ending} ${event.status}`;
        else told.bytes(event.type, event.bytes);
      }
      if (ended !== "" && !reader.isClean) ended += " and more";
    }
    return told.word(ended === "" ? "needs data" : ended);
  } catch (error) {
    if (!(error instanceof FastcgiFault)) throw error;
    return told.word("fault");
  }
}

/** The same by looking at all of it at once. */
function reference(input: Uint8Array): string {
  const told = new Told(), ended = new Set<number>();
  for (let at = 0;;) {
    const head = input.subarray(at, at + 8);
    if (head.length < 8) return told.word("needs data");
    const [version, type, id1, id0, length1, length0, padding] = head as unknown as number[];
    const length = length1! * 256 + length0!, isStream = type === STDOUT || type === STDERR;
    const content = input.subarray(at + 8, at + 8 + length);
    if (
      version !== 1 || id1 !== 0 || id0 !== 1 || (isStream ? ended.has(type!) : type !== 3 || length !== 8)
    ) {
      return told.word("fault");
    }
    at += 8 + length + padding!;
    if (isStream) {
      told.bytes(type === STDOUT ? "output" : "errors", content);
      if (length === 0) ended.add(type!);
    } else if (content.length === 8) {
      const ending = ["complete", "cannot multiplex", "overloaded", "unknown role"][content[4]!];
      if (ending === undefined) return told.word("fault");
      const status = new DataView(content.buffer, content.byteOffset).getInt32(0);
      return told.word(`ended ${ending} ${status}${at === input.length ? "" : " and more"}`);
    }
  }
}
