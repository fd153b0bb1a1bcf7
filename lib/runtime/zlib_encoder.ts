/**
 * One stream of zlib, brotli or zstd as an encoder. The runtime codes on the thread that asks, whatever the name of the
 * function says.
 *
 * @module
 */
import zlib from "node:zlib";
import type { ContentCoding, Encoder } from "../ports.ts";

const { constants } = zlib;

/** As much as is gained for less than half of the time that the next level takes. */
const GZIP_LEVEL = 5, BROTLI_QUALITY = 4, ZSTD_LEVEL = 3;

/**
 * So much of brotli's input is encoded at one time, in bytes: left alone it collects megabytes, and their encoding is one
 * step of ten milliseconds and more. It costs a thousandth of what is gained.
 */
const BROTLI_BLOCK = 128 * 1024;

/** What the runtime's streams have in common. */
interface Stream {
  write(bytes: Uint8Array, callback: (error?: Error | null) => void): boolean;
  flush(callback: () => void): void;
  end(): void;
  on(event: "data", listener: (piece: Uint8Array) => void): void;
  on(event: "error", listener: (error: Error) => void): void;
  once(event: "end", listener: () => void): void;
  destroy(): void;
}

/**
 * The largest window, and brotli's smallest that is worth having, as powers of two in bytes. For what comes without end a
 * larger one gains a little, and each stream would hold megabytes for it.
 */
const WINDOW = 19, LEAST_WINDOW = 16;

/**
 * A window that the whole content fits into loses nothing. Brotli clears memory of several times its window at each
 * start: of 100 KiB of JavaScript it takes a quarter less time with 128 KiB than with its own 4 MiB.
 */
function windowFor(size = Infinity): number {
  return Math.max(LEAST_WINDOW, Math.min(WINDOW, Math.ceil(Math.log2(size))));
}

function brotliParameters(size: number | undefined): Record<number, number> {
  return {
    [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
    [constants.BROTLI_PARAM_LGWIN]: windowFor(size),
  };
}

function zstdParameters(size: number | undefined): Record<number, number> {
  return {
    [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL,
    [constants.ZSTD_c_windowLog]: windowFor(size),
  };
}

const CREATE: Readonly<Record<ContentCoding, (size?: number) => Stream>> = {
  gzip: () => zlib.createGzip({ level: GZIP_LEVEL }),
  br: (size) => zlib.createBrotliCompress({ params: brotliParameters(size) }),
  zstd: (size) => zlib.createZstdCompress({ params: zstdParameters(size) }),
};

/** Those that this runtime has: a function of that name does not mean that it works. */
export function availableCodings(): ReadonlySet<ContentCoding> {
  const found = new Set<ContentCoding>();
  for (const coding of ["zstd", "br", "gzip"] as const) {
    try {
      CREATE[coding]().destroy();
      found.add(coding);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }
  return found;
}

/** Makes an encoder. @throws {TypeError} if the runtime does not have the coding */
export function createEncoder(coding: ContentCoding, size?: number): Encoder {
  return new ZlibEncoder(CREATE[coding](size), coding === "br" ? BROTLI_BLOCK : Infinity);
}

class ZlibEncoder implements Encoder {
  readonly #stream: Stream;
  /** What has come since the last step. */
  #pieces: Uint8Array[] = [];
  #fail: ((error: Error) => void) | undefined;
  #isClosed = false;
  /** Bytes since the last flush, and how many there may be. */
  #collected = 0;
  readonly #most: number;

  constructor(stream: Stream, most: number) {
    this.#stream = stream;
    this.#most = most;
    stream.on("data", (piece) => this.#pieces.push(piece));
    stream.on("error", (error) => this.#fail?.(error));
  }

  async write(bytes: Uint8Array): Promise<Uint8Array[]> {
    this.#collected += bytes.length;
    const pieces = await this.#step((done) => this.#stream.write(bytes, done));
    return this.#collected < this.#most ? pieces : [...pieces, ...await this.flush()];
  }

  flush(): Promise<Uint8Array[]> {
    this.#collected = 0;
    return this.#step((done) => this.#stream.flush(done));
  }

  end(): Promise<Uint8Array[]> {
    return this.#step((done) => {
      this.#stream.once("end", done);
      this.#stream.end();
    });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#fail?.(new Error("The encoder was closed"));
    this.#stream.destroy();
  }

  #step(start: (done: (error?: Error | null) => void) => void): Promise<Uint8Array[]> {
    return new Promise((resolve, reject) => {
      // The runtime's streams say nothing any more.
      if (this.#isClosed) throw new Error("The encoder was closed");
      this.#fail = reject;
      start((error) => error ? reject(error) : resolve(this.#taken()));
    });
  }

  #taken(): Uint8Array[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }
}
