/**
 * The body of a request of WebDAV, which is one small document.
 *
 * @module
 */
import { XML_BOUNDS } from "../dav/xml_reader.ts";
import { refusal } from "../http/errors.ts";
import type { Request } from "../http/message.ts";

/** All of it. @throws {HttpError | GoneError} 413 for more than a document may have */
export async function bodyOf({ body }: Pick<Request, "body">): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const piece = await body.read(XML_BOUNDS.bytes - length);
    if (piece === null) break;
    length += piece.length;
    if (length > XML_BOUNDS.bytes) throw refusal(413);
    pieces.push(piece.slice());
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
