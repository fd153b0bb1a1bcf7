/**
 * A connection that has become a tunnel: what was received behind the request comes first. Loaded with the first one.
 *
 * @module
 */
import { GoneError } from "../../http/errors.ts";
import type { Tunnel } from "../../http/message.ts";
import type { ByteStream } from "../byte_stream.ts";
import { Relay, type RelaySide } from "../relay.ts";

/** Takes over the stream, nothing of which is being written. */
export function openTunnel(stream: ByteStream, tunnel: Tunnel): Relay {
  return new Relay(new ClientSide(stream), tunnel, stream.context);
}

/** The client's end. */
class ClientSide implements RelaySide {
  readonly #stream: ByteStream;

  constructor(stream: ByteStream) {
    this.#stream = stream;
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    const stream = this.#stream, received = stream.buffer;
    // Somebody may still have watched for the client's leaving.
    if (stream.isReading && received.length === 0) await stream.read(1);
    if (received.length > 0) {
      const { bytes, start } = received, count = Math.min(received.length, buffer.length);
      buffer.set(bytes.subarray(start, start + count));
      received.consume(count);
      return count;
    }
    if (stream.gone) throw new GoneError();
    return stream.ended ? null : await stream.connection.read(buffer);
  }

  write(bytes: Uint8Array): Promise<number> {
    return this.#stream.connection.write(bytes);
  }

  closeWrite(): Promise<void> {
    return this.#stream.connection.closeWrite();
  }

  close(): void {
    this.#stream.close();
  }
}
