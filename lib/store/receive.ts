/**
 * A request's body into new content, piece by piece as it comes.
 *
 * @module
 */
import { hasDigests } from "../http/digest_fields.ts";
import { HttpError } from "../http/errors.ts";
import type { Request, RequestBody } from "../http/message.ts";
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

/**
 * The pieces of a request's body as limitedBody() gives them, which are all of what was announced: where the request has
 * digests, their end is an error if it was something else.
 *
 * @throws {HttpError} 400 where they cannot be read
 */
export async function contentOf({ body, fields }: Request, limit: number): Promise<NextPiece> {
  const next = limitedBody(body, limit);
  if (!hasDigests(fields)) return next;
  // PERF: hashing is loaded with the first who asks for it.
  const { checkedPieces } = await import("./digest_check.ts");
  return checkedPieces(next, fields);
}

/** Writes everything that comes. @throws {FileError}, and what the body throws; it is still its owner's then */
export async function receiveInto(content: NewContent, next: NextPiece, fsync = false): Promise<void> {
  for (let piece = await next(); piece !== null; piece = await next()) await content.write(piece);
  if (fsync) await content.sync();
  await content.end();
}
