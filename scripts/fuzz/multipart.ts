/**
 * Forms as a target: any bytes end in events or in one refusal, however they are cut, and in exactly the parts that a
 * second reading of the grammar finds; any file name ends in one that can be stored or in none.
 *
 * @module
 */
import { decodeLatin1 } from "../../lib/bytes/latin1.ts";
import { parseFormDisposition } from "../../lib/http/content_disposition.ts";
import type { FieldBlock } from "../../lib/http/fields.ts";
import { cleanFileName, isStorableName } from "../../lib/http/file_names.ts";
import type { MultipartLimits } from "../../lib/http/multipart/parser.ts";
import { DEFAULT_LIMITS, drive } from "../../tests/http/multipart/driver.ts";
import { unescapeBytes } from "../../tests/wire/escape.ts";
import { referenceLines } from "./multipart_reference.ts";
import { cutAtRandom } from "./pieces.ts";
import type { Random } from "./random.ts";
import type { FuzzTarget } from "./target.ts";

/** One a line, with `~` for a line end. */
const SEEDS = String.raw`
--bound--~
--bound~A: b~~hello~--bound--~
--bound~~~--bound~A:b~c: d \t~~~--bound--~
preamble~--bound \t~A: b~~--bound~A: b~~x~--bound-- \t
~--bound~A: b~~~--bou~--boun\r--bound\n--bound~--bound--~epilogue
--bound~Content-Disposition: form-data; name="a"~~text~--bound~Content-Disposition: form-data; name="f"; filename="x.png"~Content-Type: image/png~~\x89PNG~\x1a\0~--bound--~
--bound~Content-Disposition: form-data; name=f; filename="C:\\dir\\.\xc3\xbc%22\\".txt"; filename*=utf-8''%e2%82%ac~~x~--bound--
--bound~Content-Disposition: form-data; filename*0="..\\"; filename*1=con.txt~~x~--bound--
--bound~Content-Disposition: form-data; filename*0*=utf-8''%2e%2f.webserv; filename*1*=%2dupload%e2%80%ae~~x~--bound--
--bound~A: \{20 b}~~--bound~\{30 A: b~}~--bound~A: b~ folded~~--bound--`;

const WORDS = String.raw`
~|~~|\r|\n|\0|\t| |-|--|~--|~--b|~--bound|--bound|--bound--|~--bound--|~--bound~A: b~~|~--bound~~|bound|\xe9|\x7f
A: b~|:|: |~ x|;|=|"|\\|; name="a"|; filename="a"|; filename=|; filename*=utf-8''|; filename*0=|; filename*1*=|%22|%0D
%e2%82%ac|%2f|%00|/|..|.|C:|CON|NUL.txt|\xe2\x80\xae|u\xcc\x88|\xed\xa0\x80|Content-Disposition: form-data|\{30 a}|\{9 .x}`;

/** Limits that short inputs reach. */
const ALL_LIMITS: readonly MultipartLimits[] = [
  DEFAULT_LIMITS,
  { partHeader: 40, parts: 2 },
  { partHeader: 1, parts: 1 },
  { partHeader: Infinity, parts: Infinity },
];

const BOUNDARIES = ["bound", "bound", "bound", "b", "-"];

/** Reads nothing, so it needs no permission. */
export function multipartTarget(): FuzzTarget {
  const read = (text: string) => unescapeBytes(text.replaceAll("~", "\\r\\n"));
  return {
    name: "multipart",
    seeds: SEEDS.split("\n").filter((line) => line !== "").map(read),
    dictionary: WORDS.split(/[|\n]/).filter((word) => word !== "").map(read),
    check,
  };
}

function check(input: Uint8Array, random: Random): string {
  const limits = random.pick(ALL_LIMITS);
  const boundary = random.pick(BOUNDARIES);
  const inputEnds = !random.oneIn(4);
  const lines = drive([input], { boundary, limits, inputEnds, onPart: checkPart });
  expectSame("in pieces", lines, drive(cutAtRandom(input, random), { boundary, limits, inputEnds }));
  if (inputEnds) {
    const reference = referenceLines(decodeLatin1(input), boundary, limits);
    expectSame("for the reference", [...lines.slice(0, -1), lines.at(-1)!.slice(0, 3)], reference);
  }
  checkFileName(decodeLatin1(input));
  return lines.slice(-3).map((line) => line.replace(/^(part|data) .*/s, "$1")).join("|");
}

function checkPart(fields: FieldBlock): void {
  const disposition = parseFormDisposition(fields.get("content-disposition") ?? "");
  if (disposition?.fileName !== undefined) checkFileName(disposition.fileName);
}

function checkFileName(raw: string): void {
  const name = cleanFileName(raw);
  if (name === undefined) return;
  const about = `of ${JSON.stringify(raw)}: ${JSON.stringify(name)}`;
  if (!isStorableName(name)) throw new Error(`The cleaned name cannot be stored, ${about}`);
  if (cleanFileName(name) !== name) throw new Error(`Cleaning again changes the name, ${about}`);
}

function expectSame(how: string, lines: readonly string[], others: readonly string[]): void {
  const text = lines.join("\n"), other = others.join("\n");
  if (text !== other) throw new Error(`The events are others ${how}:\n${text}\n--- ${how}:\n${other}`);
}
