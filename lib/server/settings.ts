/**
 * What may be different after the configuration was loaded again, while listeners and connections stay.
 *
 * @module
 */
import type { Handler, Request } from "../http/message.ts";
import type { TrustedProxies } from "../http/trusted_proxies.ts";
import type { WireLimits } from "../http1/limits.ts";
import type { AnswerLog } from "./access_log.ts";

/** Milliseconds. */
export interface ServerTimeouts {
  readonly header: number;
  readonly body: number;
  readonly send: number;
  readonly keepAlive: number;
}

export interface ServerLimits extends WireLimits {
  /** Connections at one time; further ones are answered 503. */
  readonly connections: number;
  /**
   * Bytes that a second of waiting for a request's body costs: what has not come by then is paid from timeouts.body.
   * Infinity: nothing has to be paid, and each piece gives new time.
   */
  readonly bodyRate: number;
  /**
   * Bytes in a second that a client takes at least of what the system holds for it: besides timeouts.send it has the
   * time for a third of that. Infinity: timeouts.send is all.
   */
  readonly sendRate: number;
  /** Streams at one time on one connection of HTTP/2; further ones are refused, and may be asked for again. */
  readonly http2Streams: number;
}

/**
 * One value, replaced as a whole, so that nobody ever meets half of a change. Whoever needs something of it asks the
 * context for the settings of the moment: a request gets the handler of the moment when its head is there, its line
 * goes to the access log of the moment when it is answered, and a time-out is that of the moment when the wait begins.
 * Only the limits of the wire are fixed when a connection is accepted, since its parsers are made with them.
 */
export interface Settings {
  readonly timeouts: ServerTimeouts;
  readonly limits: ServerLimits;
  /** HTTP/2 is spoken besides HTTP/1.1: heeded when a connection is accepted. */
  readonly http2: boolean;
  /**
   * HTTP/2 says that it takes extended CONNECT (RFC 8441), since there is something that makes tunnels of it: heeded
   * when a connection is accepted.
   */
  readonly extendedConnect?: boolean;
  /** Undefined: nobody hears of answers. */
  readonly accessLog: AnswerLog | undefined;
  /** Whose word on who asks is taken; undefined: nobody's. */
  readonly trustedProxies?: TrustedProxies | undefined;
  /** By the key of the endpoint that a connection came to. */
  readonly handlers: ReadonlyMap<string, Handler>;
  /** The same for plain HTTP on ports that speak TLS: undefined for what is to be had over TLS alone. */
  readonly plainHandlers?: ReadonlyMap<string, (request: Request) => ReturnType<Handler> | undefined>;
}
