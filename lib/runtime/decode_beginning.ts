/**
 * Undoes content codings of the beginning of a content, which may be cut anywhere, by the runtime's zlib, brotli and zstd.
 *
 * @module
 */
import { joined } from "../bytes/joined.ts";
import zlib from "node:zlib";

const { constants } = zlib;

/** What the runtime's streams have in common. */
interface Stream {
  end(bytes: Uint8Array): void;
  on(event: "data", listener: (piece: Uint8Array) => void): void;
  on(event: "error", listener: (error: Error) => void): void;
  once(event: "end", listener: () => void): void;
  destroy(): void;
}

/** What a piece of output has at most: so much more than was asked for is made. */
const PIECE = 16 * 1024;

const flush = { finishFlush: constants.Z_SYNC_FLUSH, chunkSize: PIECE };

const CREATE: Readonly<Record<string, (first: number) => Stream>> = {
  gzip: () => zlib.createGunzip(flush),
  "x-gzip": () => zlib.createGunzip(flush),
  // RFC 9110 section 8.4.1.2: some send it without zlib's head.
  deflate: (first) => (first & 0x0f) === 8 ? zlib.createInflate(flush) : zlib.createInflateRaw(flush),
  br: () => zlib.createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH, chunkSize: PIECE }),
  zstd: () => zlib.createZstdDecompress({ finishFlush: constants.ZSTD_e_flush, chunkSize: PIECE }),
};

/**
 * What comes of it, `most` bytes at most; undefined where the coding is not known, or nothing comes of it. Never rejects.
 *
 * @param coding in lower case
 */
export function decodeBeginning(
  coding: string,
  bytes: Uint8Array,
  most: number,
): Promise<Uint8Array | undefined> {
  if (!Object.hasOwn(CREATE, coding)) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const pieces: Uint8Array[] = [];
    let length = 0, stream: Stream;
    const finish = () => {
      stream.destroy();
      resolve(length === 0 ? undefined : joined(pieces, length).subarray(0, most));
    };
    try {
      stream = CREATE[coding]!(bytes[0] ?? 0);
    } catch (error) {
      // A function of that name does not mean that the runtime has it.
      if (!(error instanceof TypeError)) throw error;
      return resolve(undefined);
    }
    stream.on("data", (piece) => {
      if (length >= most) return;
      pieces.push(piece);
      length += piece.length;
      if (length >= most) finish();
    });
    stream.on("error", finish);
    stream.once("end", finish);
    stream.end(bytes);
  });
}
