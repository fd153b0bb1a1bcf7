/**
 * Contents as they are shown: without their content coding, as text where they are.
 *
 * @module
 */
import type { RecordedMessage } from "./record.ts";
import { MOST_KEPT } from "./taps.ts";

/**
 * Undoes a content coding of the beginning of a content: what comes of it, `most` bytes at most; undefined where it is
 * none that is known, or cannot be undone. Never rejects.
 */
export type Decode = (coding: string, bytes: Uint8Array, most: number) => Promise<Uint8Array | undefined>;

/** What is kept of a content. */
export interface KeptContent {
  readonly bytes: Uint8Array;
  /** There was more. */
  readonly isCut: boolean;
  /** Content-Encoding. */
  readonly codings: string | undefined;
}

/** More codings than that are nobody's. */
const MOST_CODINGS = 4;

/** Control characters but those of texts, and ESC, which terminals' programs send. */
// deno-lint-ignore no-control-regex
const UNREADABLE = /[\0-\x08\x0e-\x1a\x1c-\x1f]/;

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The parts of a record that are made of a content. */
export async function shown(
  { bytes, isCut, codings }: KeptContent,
  decode: Decode,
): Promise<Pick<RecordedMessage, "body" | "encoding" | "truncated">> {
  let content = bytes, truncated = isCut;
  // The last one was applied last.
  for (const coding of namesOf(codings)) {
    const decoded = await decode(coding, content, MOST_KEPT + 1);
    if (decoded === undefined) break;
    content = decoded;
    if (content.length > MOST_KEPT) {
      truncated = true;
      content = content.subarray(0, MOST_KEPT);
    }
  }
  const text = textOf(content, truncated);
  return text === undefined
    ? { body: base64(content), encoding: "base64", truncated }
    : { body: text, truncated };
}

function namesOf(codings: string | undefined): string[] {
  if (codings === undefined) return [];
  const names = codings.split(",").map((name) => name.trim().toLowerCase()).filter((name) => name !== "");
  return names.length > MOST_CODINGS ? [] : names.filter((name) => name !== "identity").reverse();
}

/** Undefined where it is not UTF-8, or nothing that is read. A character that was cut in two is left out. */
function textOf(content: Uint8Array, isCut: boolean): string | undefined {
  try {
    const text = strict.decode(isCut ? withoutHalf(content) : content);
    return UNREADABLE.test(text) ? undefined : text;
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Without the beginning of a character at its end. */
function withoutHalf(content: Uint8Array): Uint8Array {
  for (let back = 1; back <= 3 && back <= content.length; back++) {
    const byte = content[content.length - back]!;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? content.subarray(0, content.length - back) : content;
  }
  return content;
}

const PIECE = 0x6000;

function base64(bytes: Uint8Array): string {
  let text = "";
  // Multiples of three, so that no piece is padded but the last.
  for (let at = 0; at < bytes.length; at += PIECE) {
    text += btoa(String.fromCharCode(...bytes.subarray(at, at + PIECE)));
  }
  return text;
}
