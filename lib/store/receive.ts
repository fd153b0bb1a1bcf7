/**
 * A request's body into a file, piece by piece as it comes.
 *
 * @module
 */
import type { RequestBody } from "../http/message.ts";
import { PeerError } from "../http1/peer_error.ts";
import type { NewFile } from "../ports.ts";

/** Gives the pieces of a body until they are more than a limit. @throws {PeerError} 413, and what the body throws */
export function limitedBody(body: RequestBody, limit: number): () => Promise<Uint8Array | null> {
  let received = 0;
  return async () => {
    const piece = await body.read();
    received += piece?.length ?? 0;
    if (received > limit) throw new PeerError(413, "The body is over client_max_body_size");
    return piece;
  };
}

/** Writes everything that comes. @throws {FileError}, and what the body throws; the file is still its owner's then */
export async function receiveInto(file: NewFile, next: () => Promise<Uint8Array | null>): Promise<void> {
  for (let piece = await next(); piece !== null; piece = await next()) await file.write(piece);
  file.end();
}
