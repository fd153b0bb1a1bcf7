/**
 * Requests of our own to a server of somebody else, and what it answers (RFC 9110 section 3.3).
 *
 * @module
 */
import type { FieldBlock } from "./fields.ts";
import type { BodySource } from "./message.ts";

/** How long a server may take, in milliseconds: to accept a connection, and to be silent. */
export interface ClientTimeouts {
  readonly connect: number;
  readonly read: number;
}

/** Content that is sent, of which the length is known. */
export interface OwnContent {
  /** Bytes. */
  readonly length: number;
  /** The next piece, valid until the next call; null at the end. What it rejects with, the request rejects with. */
  read(): Promise<Uint8Array | null>;
  /** The same from its start, for a request that is told again; absent where that cannot be had. */
  again?(): OwnContent;
}

/** One request. */
export interface OwnRequest {
  readonly method: string;
  /** Path and query, encoded. */
  readonly target: string;
  /** Host among them; none of the framing. */
  readonly fields: FieldBlock;
  /** Absent: none. */
  readonly content?: OwnContent | undefined;
  readonly timeouts: ClientTimeouts;
}

/** One answer. Whoever has it closes its body, on every path: a connection is given back, or up, by that. */
export interface OwnAnswer {
  readonly status: number;
  readonly fields: FieldBlock;
  /** Its reads reject with a BodyError where the answer is cut short, or the server silent for too long. */
  readonly body: BodySource;
}

/** Asks one server. */
export interface HttpClient {
  /**
   * A request that may be repeated is, where a kept connection broke before anything came.
   *
   * @throws {HttpError} by rejecting: 502 if the server cannot be reached or breaks a rule, 504 if it is too slow
   */
  ask(request: OwnRequest): Promise<OwnAnswer>;
}
