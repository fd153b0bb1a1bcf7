/**
 * Content out of its codings, by the runtime's zlib, brotli and zstd.
 *
 * @module
 */
import zlib from "node:zlib";
import { BodyError } from "../http/errors.ts";
import type { ByteSource, Decompression } from "../ports.ts";
import { isAtLeast } from "./version.ts";

/** What is taken of the source at one time, in bytes. */
const INPUT = 16 * 1024;

/** The largest window of zstd's that content may have (RFC 9659), as a power of two in bytes. */
const ZSTD_WINDOW = 23;

/** What the runtime's streams have in common. */
interface Stream {
  write(bytes: Uint8Array, callback: (error?: Error | null) => void): boolean;
  end(): void;
  read(): Uint8Array | null;
  on(event: "readable" | "end", listener: () => void): void;
  on(event: "error", listener: (error: Error) => void): void;
  destroy(): void;
}

const CREATE: Readonly<Record<string, (first: number) => Stream>> = {
  "gzip": () => zlib.createGunzip(),
  "x-gzip": () => zlib.createGunzip(),
  // RFC 9110 section 8.4.1.2: some send it without zlib's head.
  "deflate": (first) => (first & 0x0f) === 8 ? zlib.createInflate() : zlib.createInflateRaw(),
  "br": () => zlib.createBrotliDecompress(),
  "zstd": () => zlib.createZstdDecompress({ params: { [zlib.constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW } }),
};

/** The system's. */
export class SystemDecompression implements Decompression {
  /** A function of that name does not mean that it works. */
  readonly codings: ReadonlySet<string> = new Set(Object.keys(CREATE).filter(canDecode));

  decode(coding: string, source: ByteSource): ByteSource {
    return new DecodedSource(CREATE[coding]!, coding, source);
  }
}

function canDecode(coding: string): boolean {
  try {
    CREATE[coding]!(0).destroy();
    return true;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return false;
  }
}

/** After so many milliseconds a stream that is not read does nothing any more. */
const REST = 20;

/**
 * One that has not taken all of its input goes on with it, and Deno before 2.9 ends the whole process where it then finds
 * itself destroyed. Nobody reads it any more, so it comes to rest within a turn; left to itself it would keep megabytes.
 */
function destroyAtRest(stream: Stream): void {
  setTimeout(() => setTimeout(() => stream.destroy(), 0), REST);
}

/** Owns its source. Between two of its reads nothing is decoded but what the runtime's stream holds, some 32 KiB. */
class DecodedSource implements ByteSource {
  readonly #create: (first: number) => Stream;
  readonly #coding: string;
  readonly #source: ByteSource;
  readonly #input = new Uint8Array(INPUT);
  #stream: Stream | undefined;
  #pending = new Uint8Array();
  /** The stream has not taken all of the last piece. */
  #isWriting = false;
  #hasEnded = false;
  #isOver = false;
  #error: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(create: (first: number) => Stream, coding: string, source: ByteSource) {
    this.#create = create;
    this.#coding = coding;
    this.#source = source;
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    for (;;) {
      if (this.#pending.length === 0) {
        this.#pending = this.#stream?.read() as Uint8Array<ArrayBuffer> ?? this.#pending;
      }
      if (this.#pending.length > 0) return this.#take(buffer);
      if (this.#error !== undefined) throw this.#failure(this.#error);
      if (this.#isOver) return null;
      if (this.#isWriting || this.#hasEnded) await this.#change();
      else await this.#feed();
    }
  }

  close(): void {
    this.#source.close();
    if (this.#isWriting && !isAtLeast(2, 9)) destroyAtRest(this.#stream!);
    else this.#stream?.destroy();
    this.#error ??= new Error("It was closed while it was read");
    this.#wake?.();
  }

  #take(buffer: Uint8Array): number {
    const count = Math.min(this.#pending.length, buffer.length);
    buffer.set(this.#pending.subarray(0, count));
    this.#pending = this.#pending.subarray(count);
    return count;
  }

  /** Gives the stream what the source has next. */
  async #feed(): Promise<void> {
    const count = await this.#source.read(this.#input);
    if (this.#error !== undefined) return;
    if (count === null) {
      this.#hasEnded = true;
      // No content at all is no content in any coding.
      if (this.#stream === undefined) this.#isOver = true;
      else this.#stream.end();
      return;
    }
    this.#stream ??= this.#open(this.#input[0]!);
    this.#isWriting = true;
    this.#stream.write(this.#input.subarray(0, count), () => {
      this.#isWriting = false;
      this.#wake?.();
    });
  }

  #open(first: number): Stream {
    const stream = this.#create(first), wake = () => this.#wake?.();
    stream.on("readable", wake);
    stream.on("end", () => {
      this.#isOver = true;
      wake();
    });
    stream.on("error", (error) => {
      this.#error ??= error;
      wake();
    });
    return stream;
  }

  /** Waits until the stream has something to tell. */
  #change(): Promise<void> {
    return new Promise((resolve) =>
      this.#wake = () => {
        this.#wake = undefined;
        resolve();
      }
    );
  }

  #failure(error: Error): BodyError {
    return new BodyError(`Its content cannot be decoded as ${this.#coding}: ${error.message}`, {
      cause: error,
    });
  }
}
