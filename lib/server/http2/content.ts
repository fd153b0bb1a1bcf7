/**
 * A response's content from its source into its stream, piece by piece: one is read when the last one has left.
 *
 * @module
 */
import { GoneError } from "../../http/errors.ts";
import type { BodySource } from "../../http/message.ts";
import { BodyLengthError } from "../failures.ts";
import type { ContentBuffers } from "./content_buffers.ts";

const NOTHING = new Uint8Array();

/** Where content goes. */
export interface ContentOutlet {
  /** Nothing can be sent any more. */
  readonly isOver: boolean;
  /** Sends the head. */
  begin(): void;
  /**
   * Sends content behind the head. Resolves when its bytes are needed no more.
   *
   * @param ends it was the last
   * @throws {GoneError} if the client leaves
   */
  offer(bytes: Uint8Array, ends: boolean): Promise<void>;
}

/**
 * Sends head and content. Closes the source.
 *
 * @throws {BodyLengthError} if less came than was announced, or more
 * @throws {BodyError}
 * @throws {GoneError} if the client leaves
 */
export async function sendContent(
  outlet: ContentOutlet,
  source: BodySource,
  buffers: ContentBuffers,
): Promise<void> {
  const buffer = buffers.take(source.length);
  let left = source.length ?? Infinity;
  let begun = !source.prompt;
  try {
    if (begun) outlet.begin();
    while (left > 0) {
      const room = Math.min(buffer.bytes.length, left, buffers.piece);
      const count = await source.read(buffer.bytes.subarray(0, room));
      if (outlet.isOver) throw new GoneError();
      if (!begun) outlet.begin();
      begun = true;
      if (count === null) break;
      left -= count;
      const isLast = left === 0 && source.isAtEnd === undefined;
      await outlet.offer(buffer.bytes.subarray(0, count), isLast);
      if (isLast) return;
    }
    if (!begun) outlet.begin();
    if (left > 0 && left !== Infinity) {
      throw new BodyLengthError("The body ended before its announced length");
    }
    const isCut = left === 0 && source.isAtEnd !== undefined && !(await source.isAtEnd());
    // The client has all that was announced in either case.
    await outlet.offer(NOTHING, true);
    if (isCut) throw new BodyLengthError("The body was longer than announced and has been cut");
  } finally {
    source.close();
    buffers.give(buffer);
  }
}
