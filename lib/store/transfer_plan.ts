/**
 * What a COPY or MOVE is to do, once it has been found right (RFC 4918 sections 9.8 and 9.9).
 *
 * @module
 */
import type { TreeFolder } from "../http/origin.ts";
import type { Place } from "./named.ts";
import type { Destination } from "./target.ts";

/** What is transferred, and where to. */
export interface Transfer {
  readonly source: Place<TreeFolder>;
  /** Decoded path of the source, without a slash at its end. */
  readonly sourcePath: string;
  readonly to: Place<TreeFolder>;
  /** Of the destination. */
  readonly target: Destination;
  /** What is there may be replaced. */
  readonly overwrites: boolean;
  /** A folder there may be replaced with all that is in it. */
  readonly replacesTrees: boolean;
  /** Whether a copy of a folder has what is in it. */
  readonly isDeep: boolean;
  /** The source is to be gone. */
  readonly isMove: boolean;
  /** Throws once the client has left: what is left is not done. */
  readonly check: () => void;
}
