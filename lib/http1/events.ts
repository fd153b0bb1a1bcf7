/**
 * What a connection gives when it is asked for what came next.
 *
 * @module
 */
import type { FieldBlock } from "../http/fields.ts";
import type { BodyFraming } from "./framing.ts";

/** The head of a request. Its body follows as Data events, then comes END_OF_MESSAGE. */
export interface RequestHead {
  readonly type: "request";
  readonly method: string;
  readonly target: string;
  readonly form: "origin" | "absolute" | "authority" | "asterisk";
  readonly path: string;
  readonly query: string | undefined;
  /** Lower case, no port, no trailing dot; empty where HTTP/1.0 sent none. */
  readonly host: string;
  readonly version: "HTTP/1.0" | "HTTP/1.1";
  readonly fields: FieldBlock;
  readonly body: BodyFraming;
  readonly keepAlive: boolean;
  readonly expectsContinue: boolean;
  /** What the client wants to speak instead: the value of Upgrade, where Connection names it. */
  readonly upgrade: string | undefined;
}

/** A piece of a body, without any framing. Valid until more bytes are received. */
export interface Data {
  readonly type: "data";
  readonly bytes: Uint8Array;
}

/** The request is whole. */
export const END_OF_MESSAGE = { type: "end of message" } as const;

/** Nothing more can be told before more bytes are received. */
export const NEED_DATA = { type: "need data" } as const;

/** What was received stays untouched until the response to the last request is complete and the next cycle begins. */
export const PAUSED = { type: "paused" } as const;

/** The peer has ended its side, at the end of a request or in the middle of one. */
export const CLOSED = { type: "closed" } as const;

export type Event =
  | RequestHead
  | Data
  | typeof END_OF_MESSAGE
  | typeof NEED_DATA
  | typeof PAUSED
  | typeof CLOSED;
