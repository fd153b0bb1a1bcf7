/**
 * Content in a coding, decoded by the runtime's own decoders.
 *
 * @module
 */
import zlib from "node:zlib";

type Decode = (bytes: Uint8Array) => Uint8Array;

const WHOLE: Readonly<Record<string, Decode>> = {
  gzip: zlib.gunzipSync,
  br: zlib.brotliDecompressSync,
  zstd: (bytes) => zlib.zstdDecompressSync(bytes),
};

const { Z_SYNC_FLUSH, BROTLI_OPERATION_FLUSH, ZSTD_e_flush } = zlib.constants;

const STARTS: Readonly<Record<string, Decode>> = {
  gzip: (bytes) => zlib.gunzipSync(bytes, { finishFlush: Z_SYNC_FLUSH }),
  br: (bytes) => zlib.brotliDecompressSync(bytes, { finishFlush: BROTLI_OPERATION_FLUSH }),
  zstd: (bytes) => zlib.zstdDecompressSync(bytes, { finishFlush: ZSTD_e_flush }),
};

/** The content that was coded; as it is where no coding is named. @throws {Error} if it is cut, or is none */
export function decoded(bytes: Uint8Array, coding: string | undefined): Uint8Array {
  // No Buffer, which would equal no array.
  return coding === undefined ? bytes : new Uint8Array(WHOLE[coding]!(bytes));
}

/** What can be decoded of the beginning of coded content. */
export function decodedStart(bytes: Uint8Array, coding: string): Uint8Array {
  return STARTS[coding]!(bytes);
}
