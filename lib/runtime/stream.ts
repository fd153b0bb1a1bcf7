/**
 * A stream of bytes over Deno's API: TCP, or a socket that has a path.
 *
 * @module
 */
import type { Duplex } from "../ports.ts";
import { FairReads } from "./fair_reads.ts";
import { isAtLeast } from "./version.ts";

/**
 * Before Deno 2.9 close() leaves a pending write pending until the peer reads on or leaves, so a peer that takes
 * nothing would hold whoever writes to it, and all that belongs to it, for as long as it likes.
 */
const CLOSE_ENDS_WRITES = isAtLeast(2, 9);

/** Of this thread. */
const fairReads = new FairReads();

/** Owns the connection. */
export class Stream implements Duplex {
  readonly #connection: Deno.Conn;
  #failWrite: ((error: Error) => void) | undefined;
  #open = true;

  /** @param isOwn we have made it ourselves: what it brings is waited for by a client that had its turn */
  constructor(connection: Deno.Conn, readonly isOwn = false) {
    this.#connection = connection;
    if (!isOwn) fairReads.opened();
  }

  read(buffer: Uint8Array): Promise<number | null> {
    return this.isOwn ? this.#connection.read(buffer) : fairReads.read(this.#connection, buffer);
  }

  write(bytes: Uint8Array): Promise<number> {
    if (CLOSE_ENDS_WRITES) return this.#connection.write(bytes);
    return new Promise((resolve, reject) => {
      this.#failWrite = reject;
      this.#connection.write(bytes).then(resolve, reject);
    });
  }

  closeWrite(): Promise<void> {
    return this.#connection.closeWrite();
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    if (!this.isOwn) fairReads.closed();
    this.#failWrite?.(new Deno.errors.Interrupted("closed"));
    try {
      this.#connection.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }
}
