/**
 * The upstream's half of a tunnel: what came behind its 101, and then whatever comes.
 *
 * @module
 */
import type { Duplex } from "../ports.ts";
import type { UpstreamConnection } from "./connection.ts";

/** Owns the connection. */
export class TunnelPeer implements Duplex {
  #isClosed = false;

  /** @param onClose is called once */
  constructor(readonly connection: UpstreamConnection, readonly onClose: () => void) {
    const { buffer } = connection.http;
    if (buffer.length === 0) buffer.release();
  }

  read(buffer: Uint8Array): Promise<number | null> {
    const { http: { buffer: received }, stream } = this.connection;
    if (received.length === 0) return stream.read(buffer);
    const count = Math.min(received.length, buffer.length);
    buffer.set(received.bytes.subarray(received.start, received.start + count));
    received.consume(count);
    // Nothing is received into it any more.
    if (received.length === 0) received.release();
    return Promise.resolve(count);
  }

  write(bytes: Uint8Array): Promise<number> {
    return this.connection.stream.write(bytes);
  }

  closeWrite(): Promise<void> {
    return this.connection.stream.closeWrite();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.connection.close();
    this.onClose();
  }
}
