/**
 * The header block of a CGI response, RFC 3875 section 6: read as it arrives, with LF or CRLF line ends. Refuses what
 * is no field, folded lines, control characters, a field twice that may be there once, and blocks without any field.
 *
 * @module
 */
import { CR, isFieldValue, isToken, LF } from "../bytes/ascii.ts";
import { withoutBlanks } from "../bytes/blanks.ts";
import { decodeLatin1 } from "../bytes/latin1.ts";
import { HttpError } from "../http/errors.ts";

/** Bytes of a header block; more is taken for a program that sends none. */
const LARGEST_BLOCK = 32 * 1024;

/** Bytes of the text of a block that is none. */
const LONGEST_TEXT = 1024;

/** What a program said before its content. */
export interface HeaderBlock {
  readonly status: number | undefined;
  readonly reason: string | undefined;
  readonly location: string | undefined;
  readonly contentLength: number | undefined;
  /** All other fields that may be handed on, in order. */
  readonly fields: readonly (readonly [name: string, value: string])[];
}

const NOTHING = new Uint8Array();

/** Collects bytes until the header block is whole. */
export class HeaderBlockReader {
  #bytes: Uint8Array = NOTHING;
  #length = 0;
  #scanned = 0;
  #lineStart = 0;

  /**
   * Takes the next piece of output.
   *
   * @returns undefined while the block is incomplete; else the block and the bytes behind it
   * @throws {HttpError} 502
   */
  push(piece: Uint8Array): { readonly block: HeaderBlock; readonly rest: Uint8Array } | undefined {
    const isFirst = this.#length === 0;
    if (isFirst) {
      // PERF: mostly this is all of it, and need not be copied.
      this.#bytes = piece;
      this.#length = piece.length;
    } else this.#append(piece);
    const bytes = this.#bytes, length = this.#length;
    let lineStart = this.#lineStart;
    for (let at = this.#scanned; at < length; at++) {
      if (at >= LARGEST_BLOCK) {
        throw new HttpError(502, `no end of the header block within ${LARGEST_BLOCK} bytes`);
      }
      if (bytes[at] !== LF) continue;
      const lineEnd = bytes[at - 1] === CR ? at - 1 : at;
      if (lineEnd <= lineStart) {
        return { block: blockOf(decodeLatin1(bytes, 0, lineStart)), rest: bytes.slice(at + 1, length) };
      }
      lineStart = at + 1;
    }
    if (isFirst) this.#bytes = piece.slice();
    this.#scanned = length;
    this.#lineStart = lineStart;
    return undefined;
  }

  /** What has come so far, as text: as long as the last piece is valid. */
  get text(): string {
    return new TextDecoder().decode(this.#bytes.subarray(0, Math.min(this.#length, LONGEST_TEXT)));
  }

  #append(piece: Uint8Array): void {
    if (this.#length + piece.length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + piece.length));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(piece, this.#length);
    this.#length += piece.length;
  }
}

/** Blocks that are kept, and the longest of them in characters. */
const MOST_KEPT = 64, LONGEST_KEPT = 1024;

/** PERF: programs say the same again and again; what is made of it once, fields and all, need not be made anew. */
const kept = new Map<string, HeaderBlock>();

function blockOf(text: string): HeaderBlock {
  const known = kept.get(text);
  if (known !== undefined) return known;
  const block = parseBlock(text);
  if (text.length > LONGEST_KEPT) return block;
  if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value!);
  kept.set(text, block);
  return block;
}

/** Fields that are ours to send: those of the connection (RFC 3875 section 6.3.4, RFC 9110 section 7.6.1). */
const WITHHELD: ReadonlySet<string> = new Set([
  "connection",
  "date",
  "keep-alive",
  "proxy-connection",
  "server",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Fields that a program may send once. */
const SINGLE: ReadonlySet<string> = new Set(["content-length", "content-type", "location", "status"]);

function parseBlock(text: string): HeaderBlock {
  const single = new Map<string, string>();
  const fields: [string, string][] = [];
  const lines = text.split("\n").slice(0, -1);
  if (lines.length === 0) {
    throw new HttpError(502, "the output begins with an empty line instead of fields");
  }
  for (const line of lines) {
    const [name, value] = parseLine(line.endsWith("\r") ? line.slice(0, -1) : line);
    const lower = name.toLowerCase();
    if (SINGLE.has(lower)) {
      if (single.has(lower)) throw new HttpError(502, `the field "${name}" is there twice`);
      single.set(lower, value);
    }
    if (lower !== "status" && lower !== "location" && lower !== "content-length" && !WITHHELD.has(lower)) {
      fields.push([name, value]);
    }
  }
  const { status, reason } = parseStatus(single.get("status"));
  return {
    status,
    reason,
    location: single.get("location"),
    contentLength: parseLength(single.get("content-length")),
    fields,
  };
}

function parseLine(line: string): [name: string, value: string] {
  const colon = line.indexOf(":");
  const name = line.slice(0, Math.max(colon, 0));
  if (!isToken(name)) throw new HttpError(502, `"${line.slice(0, 80)}" is no field`);
  const value = withoutBlanks(line.slice(colon + 1));
  if (!isFieldValue(value)) {
    throw new HttpError(502, `the value of "${name}" has a control character`);
  }
  return [name, value];
}

/** `Status: 404 Not Found`, RFC 3875 section 6.3.3. */
function parseStatus(text: string | undefined): { status: number | undefined; reason: string | undefined } {
  if (text === undefined) return { status: undefined, reason: undefined };
  const match = /^([2-5][0-9]{2})(?:[ \t]+(.*))?$/.exec(text);
  if (!match) throw new HttpError(502, `"${text.slice(0, 80)}" is no status`);
  return {
    status: Number(match[1]),
    reason: match[2] === undefined || match[2] === "" ? undefined : match[2],
  };
}

function parseLength(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const length = /^[0-9]+$/.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(length)) throw new HttpError(502, `"${text.slice(0, 80)}" is no length`);
  return length;
}
