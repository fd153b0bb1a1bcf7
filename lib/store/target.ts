/**
 * What a request that writes is about.
 *
 * @module
 */
import type { HttpError } from "../http/errors.ts";
import type { MaybePromise } from "../http/maybe_promise.ts";
import type { Companions, NewContent, TreeFolder, WritableFolder, WritableOrigin } from "../http/origin.ts";
import type { Clock } from "../ports.ts";

/** A request's place in a store. */
export interface StoreTarget<F extends WritableFolder = WritableFolder> {
  /** Decoded path of the request. */
  readonly path: string;
  readonly store: WritableOrigin<F>;
  /** The path in the store; empty for the store itself. */
  readonly place: string;
  /** Those that are allowed there. */
  readonly methods?: ReadonlySet<string> | undefined;
  /** Bytes of a body; Infinity is no limit. */
  readonly limit: number;
  /** POST may replace files. */
  readonly overwrite: boolean;
  /** What is stored is on the disk before it is answered. */
  readonly fsync?: boolean | undefined;
  /** Folders that are not empty are removed with all that is in them. */
  readonly removesTrees?: boolean | undefined;
  /** What lies beside files and goes with them; absent where nothing does. */
  readonly companions?: Companions | undefined;
  /** Where the path of a Destination lies, or why nothing may be put there. */
  readonly destination?: ((path: string) => MaybePromise<Destination | HttpError>) | undefined;
  /** False where something below its path may not be changed by whoever asks. */
  readonly mayChangeTree?: (() => boolean) | undefined;
  /** False where a POST to the folder may not store by a name, since that is another location's. */
  readonly mayName?: ((name: string) => boolean) | undefined;
  /** When the content was last modified, as its sender has it, in milliseconds since the epoch. */
  readonly modified?: number | undefined;
  /** Is told the name of each file of a POST, before its content is read. */
  readonly naming?: ((name: string) => void) | undefined;
  /** For conditions with a date. */
  readonly clock: Pick<Clock, "now">;
  /** The content where it has come already, so that nothing of the body is written any more. */
  readonly received?: NewContent;
  /** The name that a POST gives its content, as the client has sent it; without one it gets one of ours. */
  readonly fileName?: string;
}

/** One where folders are made, copied and moved. */
export type TreeTarget = StoreTarget<TreeFolder>;

/** Where something is copied or moved to. */
export interface Destination extends TreeTarget {
  /** True if what is at a path may come to lie there: whoever asks may read it, or could read it there no better. */
  mayTake(path: string): boolean;
  /** False where that does not hold for something in the folder that comes. */
  readonly mayTakeTree?: (() => boolean) | undefined;
}
