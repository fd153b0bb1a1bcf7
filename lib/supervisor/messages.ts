/**
 * What the main thread and its workers say to each other.
 *
 * @module
 */
import type { Config } from "../config/types.ts";
import type { SpoolFolder } from "../runtime/spool.ts";

/** From the main thread to a worker. */
export type ToWorker =
  | { readonly type: "start"; readonly start: WorkerStart }
  /** Serve another configuration, on the same addresses and with the same permissions. */
  | { readonly type: "change"; readonly config: Config }
  /** Others have taken over: accept nothing more, and answer what the connections still ask for. */
  | { readonly type: "retire" }
  /** A program of it that has ended had left something in its group, which was killed. */
  | { readonly type: "left killed"; readonly pid: number }
  /** End: running exchanges have until timeouts.shutdown. */
  | { readonly type: "stop" };

/** All that a worker needs to know. */
export interface WorkerStart {
  /** Counted from 1. */
  readonly id: number;
  /** With every port known. */
  readonly config: Config;
  /** Several workers listen on the same addresses. */
  readonly reusePort: boolean;
  readonly searchPath: string;
  readonly launcher: string | undefined;
  readonly spoolFolder: SpoolFolder;
  /** How programs are told who serves them: SERVER_SOFTWARE. */
  readonly software: string;
  /** Where it notes the groups of its programs (runtime/group_table.ts); undefined where it has none. */
  readonly groups: SharedArrayBuffer | undefined;
}

/** From a worker to the main thread. */
export type FromWorker =
  /** It accepts connections. */
  | { readonly type: "ready" }
  /** Requests that come from now on are answered after the other configuration. */
  | { readonly type: "changed" }
  /** It accepts no more connections. */
  | { readonly type: "closed" }
  /** It cannot serve its configuration. */
  | { readonly type: "failed"; readonly message: string }
  /** Whole lines with their line ends, in which nothing is left that a terminal would obey. */
  | { readonly type: "log"; readonly log: "access" | "error"; readonly lines: Uint8Array<ArrayBuffer> }
  /** A group of processes is to be killed, which a worker may not do itself. */
  | { readonly type: "kill"; readonly pid: number }
  /** It has noted that programs have ended: what they left behind is to be killed. */
  | { readonly type: "sweep" }
  /** It has begun to write a file, or the file has its name or is gone. */
  | { readonly type: "unfinished"; readonly path: string; readonly over: boolean }
  /** It has let go of everything. */
  | { readonly type: "stopped" };
