/**
 * Answers that make a tunnel of a stream, or must not: extended CONNECT (RFC 8441 section 5). What passes bytes is loaded
 * with the first tunnel.
 *
 * @module
 */
import { HttpError } from "../../http/errors.ts";
import type { Request, Response, Tunnel } from "../../http/message.ts";
import { ErrorCode } from "../../http2/error_codes.ts";
import { noteFailure } from "../failures.ts";
import type { Relay } from "../relay.ts";
import type { StreamHost } from "./stream_host.ts";
import type { TunnelStream } from "./tunnel.ts";

/**
 * What is wrong with an answer that has a tunnel, or has none and a status of 2xx though there should be one.
 *
 * SECURITY: the latter would say that there is a tunnel, and a page would be taken for what came through it. RFC 8441 has
 * no status for that, RFC 9220 section 3 has 501. All others are sent as they are.
 */
export function switchError({ upgrade }: Request, tunnel: Tunnel | undefined): HttpError | undefined {
  if (upgrade === undefined) return new HttpError(502, "The protocol is switched without being asked for");
  return tunnel === undefined
    ? new HttpError(501, "Nothing here switches to the protocol that an extended CONNECT asks for")
    : undefined;
}

/** A stream that may become a tunnel. */
export interface SwitchingStream extends TunnelStream {
  /** Nothing can be sent any more. */
  readonly isOver: boolean;
  /** Becomes a tunnel, whose head is this. */
  beginTunnel(response: Response): void;
}

/** The tunnel of one stream. */
export class StreamTunnel {
  readonly #stream: SwitchingStream;
  readonly #host: StreamHost;
  #relay: Relay | undefined;
  #isHangingUp: boolean;

  constructor(stream: SwitchingStream, host: StreamHost) {
    this.#stream = stream;
    this.#host = host;
    this.#isHangingUp = host.isHangingUp;
  }

  /** Answers 200, and passes bytes until it ends. Closes the peer. */
  async open(response: Response): Promise<void> {
    const { peer } = response.tunnel!, { context } = this.#host.bytes;
    try {
      const { openTunnel, switchedFields } = await import("./tunnel.ts");
      if (this.#stream.isOver) return;
      this.#stream.beginTunnel({ ...response, status: 200, fields: switchedFields(response.fields) });
      const relay = this.#relay = openTunnel(this.#stream, response.tunnel!, context);
      if (this.#isHangingUp) relay.hangUp();
      await relay.run();
    } catch (error) {
      noteFailure(error, context.errorLog);
      this.#stream.reset(ErrorCode.InternalError);
    } finally {
      peer.close();
    }
  }

  /** See Protocol. */
  hangUp(): void {
    this.#isHangingUp = true;
    this.#relay?.hangUp();
  }
}
