/**
 * What a connection to somebody else's server gives when it is asked for what came next, and what it throws where that
 * server breaks a rule.
 *
 * @module
 */
import type { FieldBlock } from "../http/fields.ts";
import type { Data, END_OF_MESSAGE, NEED_DATA } from "./events.ts";

/** An interim response (RFC 9110 section 15.2), but for 101: its fields, as they were sent. */
export interface InterimHead {
  readonly type: "interim";
  /** 100, or 102 to 199. */
  readonly status: number;
  readonly fields: FieldBlock;
}

/** How the end of a response's content is told; `none` where none can come, whatever its fields say. */
export type AnswerBody = "none" | { readonly length: number } | "chunked" | "until close";

/** The head of a final response. Its content follows as Data events, then comes END_OF_MESSAGE. */
export interface AnswerHead {
  readonly type: "response";
  /** 200 to 999: some servers invent their own. */
  readonly status: number;
  /** As it was sent; may be empty. */
  readonly reason: string;
  /** All of them, in the order in which they came: those of the connection and of the framing too. */
  readonly fields: FieldBlock;
  readonly body: AnswerBody;
}

/** The server speaks another protocol from here on: what is left in the buffer, and whatever comes, belongs to that. */
export interface Switched {
  readonly type: "switched";
  readonly fields: FieldBlock;
}

export type ClientEvent =
  | typeof NEED_DATA
  | InterimHead
  | AnswerHead
  | Switched
  | Data
  | typeof END_OF_MESSAGE;

/** The server at the other end breaks a rule, or leaves too early. The message is for the error log. */
export class UpstreamFault extends Error {
  override readonly name = "UpstreamFault";
  /**
   * @param kind `closed`: it ended its side without a byte of an answer, as a kept connection does that has been idle for
   *   too long, so it may never have seen the request; `broken`: anything else
   */
  constructor(message: string, readonly kind: "closed" | "broken" = "broken") {
    super(message);
  }
}
