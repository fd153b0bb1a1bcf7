/**
 * What a request that writes is about.
 *
 * @module
 */
import type { NewContent, WritableOrigin } from "../http/origin.ts";
import type { Clock } from "../ports.ts";

/** A request's place in a store. */
export interface StoreTarget {
  /** Decoded path of the request. */
  readonly path: string;
  readonly store: WritableOrigin;
  /** The path in the store; empty for the store itself. */
  readonly place: string;
  /** Bytes of a body; Infinity is no limit. */
  readonly limit: number;
  /** POST may replace files. */
  readonly overwrite: boolean;
  /** For conditions with a date. */
  readonly clock: Pick<Clock, "now">;
  /** The content where it has come already, so that nothing of the body is written any more. */
  readonly received?: NewContent;
  /** The name that a POST gives its content, as the client has sent it; without one it gets one of ours. */
  readonly fileName?: string;
}
