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

/**
 * Of this thread: connections of clients, and those that we have made ourselves, which are as many as clients wait for and
 * must not count as more of them.
 */
const fromClients = new FairReads(), toOthers = new FairReads();

/** Owns the connection. */
export class Stream implements Duplex {
  readonly #connection: Deno.Conn;
  readonly #fairReads: FairReads;
  #failWrite: ((error: Error) => void) | undefined;
  #open = true;

  /** @param isOwn we have made it ourselves */
  constructor(connection: Deno.Conn, isOwn = false) {
    this.#connection = connection;
    this.#fairReads = isOwn ? toOthers : fromClients;
    this.#fairReads.opened();
  }

  read(buffer: Uint8Array): Promise<number | null> {
    return this.#fairReads.read(this.#connection, buffer);
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
    this.#fairReads.closed();
    this.#failWrite?.(new Deno.errors.Interrupted("closed"));
    try {
      this.#connection.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }
}
