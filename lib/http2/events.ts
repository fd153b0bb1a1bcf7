/**
 * What a connection gives when it is asked for what came next.
 *
 * @module
 */
import type { HttpError } from "../http/errors.ts";
import type { FieldBlock } from "../http/fields.ts";
import type { ErrorCode } from "./error_codes.ts";

/** A request. Unless it ends with its head, its content follows as Data, and End behind it. */
export interface RequestEvent {
  readonly type: "request";
  readonly stream: number;
  readonly head: RequestHead;
  /** There is no content, and no End comes. */
  readonly endsStream: boolean;
}

/** The head of a request. */
export interface RequestHead {
  readonly method: string;
  /** The request target as HTTP/1.1 would have had it: `:path`, or the authority of CONNECT. */
  readonly target: string;
  readonly form: "origin" | "authority" | "asterisk";
  readonly path: string;
  readonly query: string | undefined;
  /** Lower case, no port, no trailing dot. */
  readonly host: string;
  /** Without pseudo-fields; Host, made of `:authority`, is the first, and a cookie in several fields is one. */
  readonly fields: FieldBlock;
  /** Bytes of content that content-length announces, which is what comes; undefined without that field. */
  readonly length: number | undefined;
  /** The client waits for 100 before it sends the content. */
  readonly expectsContinue: boolean;
  /** `:protocol` of an extended CONNECT (RFC 8441), which comes only where it was announced. */
  readonly protocol: string | undefined;
}

/** An answer is owed though no request came of it: 400, 414, 431. What content it has is dropped. */
export interface RefusalEvent {
  readonly type: "refusal";
  readonly stream: number;
  readonly error: HttpError;
  readonly endsStream: boolean;
}

/**
 * A piece of content. It counts against the windows until consumed(). The object and its bytes are valid until the next
 * call of next(), or until more bytes are received.
 */
export interface DataEvent {
  readonly type: "data";
  readonly stream: number;
  readonly bytes: Uint8Array;
}

/** The content is whole. Trailers have been checked and dropped. */
export interface EndEvent {
  readonly type: "end";
  readonly stream: number;
}

/**
 * A stream whose request was given is over before its answer was: by the peer's RST_STREAM, or since the peer broke a
 * rule on it. What was begun is to be undone. Nothing of a stream comes after it; none comes for reset() of ours.
 */
export interface ResetEvent {
  readonly type: "reset";
  readonly stream: number;
  readonly code: ErrorCode;
  /** By the peer's RST_STREAM. */
  readonly byPeer: boolean;
}

/** The peer has read what goAway() with `most` has sent: no request that is under way is older. */
export const PING_ACKNOWLEDGED = { type: "ping acknowledged" } as const;

/** Nothing more can be told before more bytes are received. */
export const NEED_DATA = { type: "need data" } as const;

/**
 * Nothing more will come: the peer has ended its side, or broke a rule of the connection (see ServerConnection.error;
 * then all streams are over without a word).
 */
export const CLOSED = { type: "closed" } as const;

export type Event =
  | RequestEvent
  | RefusalEvent
  | DataEvent
  | EndEvent
  | ResetEvent
  | typeof PING_ACKNOWLEDGED
  | typeof NEED_DATA
  | typeof CLOSED;
