/**
 * A socket of node:net or node:tls as a connection: bytes are read into the buffer of whoever wants them, and nothing is
 * held back beyond a bound.
 *
 * @module
 */
import type { Socket } from "node:net";
import type { ByteConnection, TlsSession } from "../ports.ts";

/** Bytes that may come before somebody reads them. What is on its way to us then may still come on top. */
const READ_AHEAD = 64 * 1024;

/**
 * The most that is written at once: so much later a peer that takes little of an answer is known to take it. PERF: less
 * costs more calls for each byte.
 */
const LARGEST_WRITE = 128 * 1024;

/** How long the end of TLS may take to go out, in milliseconds: it needs the room of one small record. */
const FAREWELL = 1000;

/** Where a connection goes between. */
export interface Ends {
  readonly remote: { readonly hostname: string; readonly port: number };
  readonly local: { readonly hostname: string; readonly port: number };
}

/** Why a read or a write came to nothing. */
function gone(cause?: unknown): Error {
  return new Deno.errors.Interrupted("closed", { cause });
}

/** What a socket of TLS stands on. */
export interface Below {
  /** No further byte is taken from the system. */
  stopReading(): void;
  readOn(): void;
  close(): void;
}

/** Owns the socket. */
export class SocketConnection implements ByteConnection {
  readonly remote: Ends["remote"];
  readonly local: Ends["local"];
  readonly #socket: Socket;
  #unread: Uint8Array[] = [];
  #unreadBytes = 0;
  #isPaused = false;
  #ended = false;
  #failure: Error | undefined;
  #reader: {
    readonly buffer: Uint8Array;
    readonly resolve: (count: number | null) => void;
    readonly reject: (error: Error) => void;
  } | undefined;
  readonly #writers = new Set<(error: Error) => void>();

  /** @param below what is below the socket, where that is one of TLS */
  constructor(
    socket: Socket,
    ends: Ends,
    readonly tls: TlsSession | undefined,
    readonly below?: Below,
  ) {
    this.remote = ends.remote;
    this.local = ends.local;
    this.#socket = socket;
    socket.on("data", (bytes: Uint8Array) => this.#receive(bytes));
    socket.on("end", () => this.#end());
    socket.on("error", (error) => this.#fail(gone(error)));
    socket.on("close", () => this.#fail(gone()));
  }

  read(buffer: Uint8Array): Promise<number | null> {
    if (this.#unreadBytes > 0) return Promise.resolve(this.#takeUnread(buffer));
    if (this.#ended) return Promise.resolve(null);
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => this.#reader = { buffer, resolve, reject });
  }

  write(bytes: Uint8Array): Promise<number> {
    if (this.#failure) return Promise.reject(this.#failure);
    const piece = bytes.length > LARGEST_WRITE ? bytes.subarray(0, LARGEST_WRITE) : bytes;
    return new Promise((resolve, reject) => {
      this.#writers.add(reject);
      this.#socket.write(piece, (error) => {
        this.#writers.delete(reject);
        if (error) reject(gone(error));
        else resolve(piece.length);
      });
    });
  }

  closeWrite(): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#writers.add(reject);
      this.#socket.end(() => {
        this.#writers.delete(reject);
        resolve();
      });
    });
  }

  close(): void {
    const isOpen = this.#failure === undefined && this.#writers.size === 0;
    this.#fail(gone());
    if (isOpen && this.below !== undefined) this.#sayFarewell();
    else this.#destroy();
  }

  /** What ends without close_notify may have been cut by somebody on the way (RFC 8446 section 6.1). */
  #sayFarewell(): void {
    const late = setTimeout(() => this.#destroy(), FAREWELL);
    this.#socket.once("close", () => {
      clearTimeout(late);
      this.below?.close();
    });
    this.#readOn();
    this.#socket.resume();
    this.#socket.destroySoon();
  }

  #destroy(): void {
    this.#socket.destroy();
    this.below?.close();
  }

  #receive(bytes: Uint8Array): void {
    const reader = this.#reader;
    if (reader !== undefined) {
      this.#reader = undefined;
      const count = Math.min(bytes.length, reader.buffer.length);
      // PERF: nearly always all of it.
      reader.buffer.set(count === bytes.length ? bytes : bytes.subarray(0, count));
      reader.resolve(count);
      if (count === bytes.length) return;
      bytes = bytes.subarray(count);
    }
    this.#unread.push(bytes);
    this.#unreadBytes += bytes.length;
    if (this.#unreadBytes >= READ_AHEAD) this.#stopReading();
  }

  /**
   * A paused socket of TLS reads on all the same, and keeps what comes without a bound (Deno 2.9): it is what is below that
   * has to stop. What was deciphered before comes yet, so the socket itself goes on.
   */
  #stopReading(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    if (this.below === undefined) this.#socket.pause();
    else this.below.stopReading();
  }

  #readOn(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    if (this.below === undefined) this.#socket.resume();
    else this.below.readOn();
  }

  #takeUnread(buffer: Uint8Array): number {
    let filled = 0, whole = 0;
    for (const bytes of this.#unread) {
      const count = Math.min(bytes.length, buffer.length - filled);
      buffer.set(bytes.subarray(0, count), filled);
      filled += count;
      if (count < bytes.length) {
        this.#unread[whole] = bytes.subarray(count);
        break;
      }
      whole++;
    }
    this.#unread.splice(0, whole);
    this.#unreadBytes -= filled;
    if (this.#unreadBytes < READ_AHEAD) this.#readOn();
    return filled;
  }

  #end(): void {
    this.#ended = true;
    this.#reader?.resolve(null);
    this.#reader = undefined;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#reader?.reject(error);
    this.#reader = undefined;
    for (const reject of this.#writers) reject(error);
    this.#writers.clear();
  }
}
