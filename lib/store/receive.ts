/**
 * A request's body into new content, piece by piece as it comes.
 *
 * @module
 */
import { HttpError } from "../http/errors.ts";
import type { RequestBody } from "../http/message.ts";
import type { NewContent } from "../http/origin.ts";

/** Gives the next piece of a body; null at its end. */
export type NextPiece = () => Promise<Uint8Array | null>;

/** Gives the pieces of a body until they are more than a limit. @throws {HttpError} 413, and what the body throws */
export function limitedBody(body: RequestBody, limit: number): NextPiece {
  let received = 0;
  return async () => {
    const piece = await body.read(limit - received);
    received += piece?.length ?? 0;
    if (received > limit) throw new HttpError(413, "The body is over client_max_body_size");
    return piece;
  };
}

/** Writes everything that comes. @throws {FileError}, and what the body throws; it is still its owner's then */
export async function receiveInto(content: NewContent, next: NextPiece, fsync = false): Promise<void> {
  for (let piece = await next(); piece !== null; piece = await next()) await content.write(piece);
  if (fsync) await content.sync();
  content.end();
}
