/**
 * A connection that has become a tunnel: what was received behind the request comes first. Loaded with the first one.
 *
 * @module
 */
import { GoneError } from "../../http/errors.ts";
import type { Tunnel } from "../../http/message.ts";
import type { ByteStream } from "../byte_stream.ts";
import { Relay, type RelaySide } from "../relay.ts";

/**
 * Takes over the stream, nothing of which is being written.
 *
 * @param isBufferFree nobody holds a piece of what was received
 */
export function openTunnel(stream: ByteStream, tunnel: Tunnel, isBufferFree: boolean): Relay {
  // Thousands of tunnels would hold it for nothing.
  if (isBufferFree && !stream.isReading && stream.buffer.length === 0) stream.buffer.release();
  return new Relay(new ClientSide(stream), tunnel, stream.context);
}

/** The client's end. */
class ClientSide implements RelaySide {
  readonly #stream: ByteStream;

  constructor(stream: ByteStream) {
    this.#stream = stream;
  }

  /** PERF: no function that waits, of which every idle tunnel would keep a frame. */
  read(buffer: Uint8Array): Promise<number | null> {
    const { isReading, buffer: received, gone, ended, connection } = this.#stream;
    if (received.length > 0) return Promise.resolve(this.#take(buffer));
    // Somebody may still have watched for the client's leaving.
    if (isReading) return this.#stream.read(1).then(() => this.read(buffer));
    if (gone) return Promise.reject(new GoneError());
    return ended ? Promise.resolve(null) : connection.read(buffer);
  }

  /** Of what was received. */
  #take(buffer: Uint8Array): number {
    const { buffer: received } = this.#stream;
    const { bytes, start } = received, count = Math.min(received.length, buffer.length);
    buffer.set(bytes.subarray(start, start + count));
    received.consume(count);
    return count;
  }

  write(bytes: Uint8Array): Promise<number> {
    return this.#stream.connection.write(bytes);
  }

  closeWrite(): Promise<void> {
    return this.#stream.connection.closeWrite();
  }

  linger(): Promise<void> {
    return this.#stream.linger();
  }

  close(): void {
    this.#stream.close();
  }
}
