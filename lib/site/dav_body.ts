/**
 * The body of a request of WebDAV, which is one small document.
 *
 * @module
 */
import { joined } from "../bytes/joined.ts";
import { refusal } from "../http/errors.ts";
import type { Request } from "../http/message.ts";

/**
 * Bytes of a document that only names what is wanted. PERF: reading as much as a PROPPATCH may have takes up to a tenth of a
 * second, and whoever may read sends these.
 */
export const SHORT_BODY = 16 * 1024;

/** All of it. @throws {HttpError | GoneError} 413 for more bytes than that */
export async function bodyOf({ body }: Pick<Request, "body">, most: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const piece = await body.read(most - length);
    if (piece === null) break;
    length += piece.length;
    if (length > most) throw refusal(413);
    pieces.push(piece.slice());
  }
  return joined(pieces, length);
}
