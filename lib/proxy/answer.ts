/**
 * An upstream's answer as a response: whole where it has come whole, else as a source; or a tunnel.
 *
 * @module
 */
import { upstreamUrl } from "../http/upstream_url.ts";
import type { BodySource, Response } from "../http/message.ts";
import { reasonPhrase } from "../http/status.ts";
import type { AnswerHead, Switched } from "../http1/client_events.ts";
import { UpstreamFault } from "../http1/client_connection.ts";
import type { UpstreamExchange } from "./exchange.ts";
import { clientFields } from "./fields.ts";
import { joined } from "./joined.ts";
import { UpstreamSource } from "./source.ts";
import { TunnelPeer } from "./tunnel_peer.ts";
import { acceptOf } from "./web_socket.ts";

/** A response of what is answered. Ends the exchange, or has the response's body end it. @throws {UpstreamFault} */
export function answerOf(exchange: UpstreamExchange, head: AnswerHead): Response {
  const body = contentOf(exchange, head);
  const { status, reason } = head;
  return {
    status,
    ...reason !== "" && reason !== reasonPhrase(status) && { reason },
    fields: clientFields(head.fields),
    body,
    ...status >= 400 && { why: `answered by ${upstreamUrl(exchange.target)}` },
  };
}

/**
 * The content of an answer: whole where it has come whole, else as a source, which ends the exchange then.
 *
 * @throws {UpstreamFault}
 */
export function contentOf(
  exchange: UpstreamExchange,
  { fields, body }: AnswerHead,
): Response["body"] {
  const { method } = exchange.request, idle = idleTime(fields.get("keep-alive"));
  const pieces: Uint8Array[] = [];
  for (;;) {
    const event = exchange.next();
    if (event.type === "data") pieces.push(event.bytes);
    else if (event.type === "need data") {
      const length = typeof body === "object" ? body.length : undefined;
      return new UpstreamSource(exchange, length, pieces, idle);
    } else break;
  }
  // In a copy: what is received from now on takes its place.
  const content = pieces.length === 0
    ? undefined
    : joined(pieces, pieces.reduce((length, piece) => length + piece.length, 0));
  exchange.end(idle);
  return method === "HEAD" ? new Announced(fields.get("content-length")) : content;
}

/** `Keep-Alive: timeout=5`: how many seconds the upstream keeps the connection; one less is on the safe side. */
function idleTime(keepAlive: string | undefined): number | undefined {
  const seconds = keepAlive === undefined ? undefined : /(?:^|[,; ])timeout=(\d{1,6})/i.exec(keepAlive)?.[1];
  return seconds === undefined ? undefined : Math.max(0, Number(seconds) - 1) * 1000;
}

/** The content of an answer to HEAD: its length is all that is known of it. */
class Announced implements BodySource {
  readonly length: number | undefined;
  readonly prompt = false;

  constructor(length: string | undefined) {
    this.length = length === undefined ? undefined : Number(length);
  }

  read(): Promise<null> {
    return Promise.resolve(null);
  }

  close(): void {}
}

/** A tunnel to an upstream that has switched. @throws {UpstreamFault} */
export async function tunnelOf(exchange: UpstreamExchange, { fields }: Switched): Promise<Response> {
  const { connection, outgoing } = exchange;
  let kept = clientFields(fields, true);
  if (outgoing.webSocketKey !== undefined) {
    // The client cannot look whether it is the right one.
    if (fields.get("sec-websocket-accept") !== await acceptOf(outgoing.webSocketKey)) {
      throw new UpstreamFault("101 with the wrong Sec-WebSocket-Accept");
    }
    kept = kept.without("sec-websocket-accept");
  }
  const peer = new TunnelPeer(connection, exchange.detach());
  return { status: 101, fields: kept, body: undefined, tunnel: { peer, idle: outgoing.timeout } };
}
