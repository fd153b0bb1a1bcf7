/**
 * Content that is coded as a whole, so that its length is known and it can be kept.
 *
 * @module
 */
import type { BodySource } from "../http/message.ts";
import type { Turns } from "../http/turns.ts";
import type { Encoder } from "../ports.ts";
import { CodedSource } from "./coded_source.ts";

/** What is taken of the coded content at one time, in bytes. */
const PIECE = 32 * 1024;

/**
 * All of a source, coded in slices beside which others have their turns, and beside few others. The source is closed in
 * any case.
 *
 * @throws {BodyError | FileError} by rejecting, as the source does
 * @throws {NoRoomError} by rejecting, if too many others are coded before
 */
export async function codeWhole(
  source: BodySource,
  createEncoder: (size?: number) => Encoder,
  turns: Turns,
): Promise<Uint8Array> {
  const coded = new CodedSource(source, createEncoder, turns);
  try {
    return await turns.few.run(() => readWhole(coded));
  } finally {
    coded.close();
  }
}

async function readWhole(coded: BodySource): Promise<Uint8Array> {
  let content = new Uint8Array(PIECE), length = 0;
  for (;;) {
    if (length === content.length) content = enlarged(content);
    const count = await coded.read(content.subarray(length));
    // A copy: what is kept for long is to be no larger than it is.
    if (count === null) return content.slice(0, length);
    length += count;
  }
}

function enlarged(content: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(content.length * 2);
  larger.set(content);
  return larger;
}
