/**
 * A request's content at the end of an upload. What has come stays, however the request ends.
 *
 * @module
 */
import { GoneError, HttpError } from "../../http/errors.ts";
import { FieldBlock } from "../../http/fields.ts";
import type { Request } from "../../http/message.ts";
import type { PartialContent } from "../../http/origin.ts";
import { DigestMismatch } from "../../http/digest_fields.ts";
import type { NextPiece } from "../receive.ts";
import type { Claim } from "./claims.ts";
import { limitFields, type ResumableTarget } from "./target.ts";

/** Clients are told how far it is once in so many milliseconds. */
const PROGRESS = 1000;

/** What came is more than the upload has by its own word. */
export class TooLongError extends Error {
  override readonly name = "TooLongError";
}

/** Content that is being appended to. */
export interface Receiving {
  readonly content: PartialContent;
  readonly claim: Claim;
  /** Bytes that it has already. */
  readonly offset: number;
  /** Bytes of the whole; undefined where nobody has said so. */
  readonly length: number | undefined;
}

/**
 * Appends everything that comes, and has it where it outlives this program.
 *
 * @returns bytes of the upload so far
 * @throws {GoneError} the client has left, or has come anew
 * @throws {TooLongError}
 * @throws {HttpError} 413, and what the body throws @throws {FileError}
 */
export async function receive(
  request: Request,
  target: ResumableTarget,
  { content, claim, offset, length }: Receiving,
): Promise<number> {
  const most = target.limit, until = length ?? Infinity;
  let received = offset, told = target.clock.now();
  const next = await checked(request.fields, () => unlessEnded(claim, request.body.read(most - received)));
  // Nothing is acknowledged of what may be found to be wrong at its end.
  const isChecked = request.fields.has("content-digest");
  try {
    for (;;) {
      const piece = await next();
      if (piece === null) break;
      if (received + piece.length > until) throw new TooLongError();
      if (received + piece.length > most) throw tooLarge(target);
      await content.write(piece);
      received += piece.length;
      const now = target.clock.now();
      if (isChecked || now - told < PROGRESS) continue;
      told = now;
      await content.flush(target.fsync);
      request.inform?.(104, FieldBlock.of(["Upload-Offset", received]));
    }
  } catch (error) {
    // What is not what was sent is no progress.
    if (error instanceof DigestMismatch) content.truncate(offset);
    throw error;
  } finally {
    await content.flush(target.fsync);
  }
  return received;
}

/** Of one request's content alone (RFC 9530): what the whole is to be is looked at when it is whole. @throws {HttpError} 400 */
async function checked(fields: FieldBlock, next: NextPiece): Promise<NextPiece> {
  if (!fields.has("content-digest")) return next;
  // PERF: hashing is loaded with the first who asks for it.
  const { checkedPieces } = await import("../digest_check.ts");
  return checkedPieces(next, fields, ["Content-Digest"]);
}

/** 413 with what is possible. */
export function tooLarge(target: ResumableTarget): HttpError {
  return new HttpError(413, "The upload is over client_max_body_size", { fields: limitFields(target) });
}

/** What a promise gives, unless a newer request ends this one before. @throws {GoneError} then */
function unlessEnded<T>(claim: Claim, promise: Promise<T>): Promise<T> {
  if (claim.isEnded) {
    promise.catch(() => {});
    return Promise.reject(new GoneError());
  }
  return new Promise((resolve, reject) => {
    claim.onEnded = () => reject(new GoneError());
    promise.then(resolve, reject);
  });
}
