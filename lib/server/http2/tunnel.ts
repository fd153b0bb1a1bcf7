/**
 * A stream that has become a tunnel (RFC 8441 section 5): an end of a side is END_STREAM, anything else RST_STREAM with
 * CANCEL; with NO_ERROR where the client has all that there was, and nobody takes what it still sends. Loaded with the
 * first one.
 *
 * @module
 */
import { ErrorCode } from "../../http2/error_codes.ts";
import type { FieldBlock } from "../../http/fields.ts";
import type { Tunnel } from "../../http/message.ts";
import type { ServerContext } from "../context.ts";
import { Relay, type RelaySide } from "../relay.ts";
import type { ContentOutlet } from "./content.ts";
import type { StreamBody } from "./request_body.ts";

/** What a tunnel needs of its stream. */
export interface TunnelStream extends Pick<ContentOutlet, "offer"> {
  readonly content: StreamBody | undefined;
  /** Both sides have ended. */
  endTunnel(): void;
  reset(code: ErrorCode): void;
}

const NOTHING = new Uint8Array();

/** Without what only HTTP/1.1 says of a switch. Those of the connection are left out anyway. */
export function switchedFields(fields: FieldBlock): FieldBlock {
  return fields.without("sec-websocket-accept");
}

/** Takes over the stream, whose head is on its way. */
export function openTunnel(stream: TunnelStream, tunnel: Tunnel, context: ServerContext): Relay {
  return new Relay(new ClientSide(stream), tunnel, context);
}

/** The client's end. */
class ClientSide implements RelaySide {
  /** By the windows of the stream: see Stalls. */
  readonly isPaced = true;
  readonly #stream: TunnelStream;
  /** What has come and was not read. */
  #piece: Uint8Array = NOTHING;
  #hasEnded = false;
  #isEnded = false;

  constructor(stream: TunnelStream) {
    this.#stream = stream;
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    if (this.#piece.length === 0) {
      const piece = await this.#stream.content!.read();
      if (piece === null) {
        this.#hasEnded = true;
        return null;
      }
      this.#piece = piece;
    }
    const count = Math.min(this.#piece.length, buffer.length);
    buffer.set(this.#piece.subarray(0, count));
    this.#piece = this.#piece.subarray(count);
    return count;
  }

  async write(bytes: Uint8Array): Promise<number> {
    await this.#stream.offer(bytes, false);
    return bytes.length;
  }

  async closeWrite(): Promise<void> {
    await this.#stream.offer(NOTHING, true);
    this.#isEnded = true;
  }

  close(): void {
    if (this.#hasEnded && this.#isEnded) this.#stream.endTunnel();
    else this.#stream.reset(this.#isEnded ? ErrorCode.NoError : ErrorCode.Cancel);
  }
}
