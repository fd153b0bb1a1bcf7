/**
 * The records of FastCGI 1.0: a header of eight bytes, content, padding (section 3.3 of its specification).
 *
 * @module
 */

/** Bytes of a record's header. */
export const HEADER = 8;

/** Bytes of content that one record can have. */
export const MOST_CONTENT = 0xffff;

export const VERSION = 1;

/** Types of records that have to do with a request (section 8). All others are about the server as a whole. */
export const BEGIN_REQUEST = 1;
export const END_REQUEST = 3;
export const PARAMS = 4;
export const STDIN = 5;
export const STDOUT = 6;
export const STDERR = 7;

/** Roles of a server: one that answers requests (section 6.2). */
export const RESPONDER = 1;

/** The server is to keep the connection after the request (section 5.1). */
export const KEEP_CONNECTION = 1;

/** Writes the header of a record without padding, and gives the offset behind it. */
export function writeHeader(
  into: Uint8Array,
  offset: number,
  type: number,
  requestId: number,
  contentLength: number,
): number {
  into[offset] = VERSION;
  into[offset + 1] = type;
  into[offset + 2] = requestId >> 8;
  into[offset + 3] = requestId & 0xff;
  into[offset + 4] = contentLength >> 8;
  into[offset + 5] = contentLength & 0xff;
  into[offset + 6] = 0;
  into[offset + 7] = 0;
  return offset + HEADER;
}
