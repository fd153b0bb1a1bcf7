/**
 * What the main thread and its workers say to each other.
 *
 * @module
 */
import type { RunCookieFacts } from "../access/run_cookie.ts";
import type { Config } from "../config/types.ts";
import type { Place } from "../inspector/metrics.ts";
import type { RecordsFound, RecordsWanted } from "../inspector/wanted.ts";
import type { AppState, LiveEvent, ProcessError, Topic } from "../ports.ts";
import type { Launchers, ProgramHost } from "../runtime/processes.ts";
import type { SpoolFolder } from "../runtime/spool.ts";
import type { Terminal } from "../runtime/terminal.ts";
import type { LiveState } from "./live_feed.ts";
import type { WorkerCertificate, WorkerCertificates } from "./certificates.ts";

/** From the main thread to a worker. */
export type ToWorker =
  | { readonly type: "start"; readonly start: WorkerStart }
  /** Serve another configuration, on the same addresses and with the same permissions. */
  | {
    readonly type: "change";
    readonly config: Config;
    readonly certificates: WorkerCertificates;
    readonly inspection: Inspection | undefined;
  }
  /** Other certificates for the same configuration. */
  | { readonly type: "certificates"; readonly certificates: WorkerCertificates }
  /** One that was wanted, or a newer one for the same name; undefined: there is none for it. */
  | {
    readonly type: "certificate";
    readonly name: string;
    readonly certificate: WorkerCertificate | undefined;
  }
  /** One answer to each time that a pool was wanted; without being asked: it listens no more. */
  | { readonly type: "pool"; readonly name: string; readonly answer: PoolAnswer | undefined }
  /** The terminal has another width. */
  | { readonly type: "resize"; readonly columns: number | undefined }
  /** The app behind this server has been started, or has ended. */
  | { readonly type: "app"; readonly state: AppState }
  /** Pages are to be told. */
  | { readonly type: "live"; readonly event: LiveEvent; readonly number: number }
  /** Others have taken over: accept nothing more, and answer what the connections still ask for. */
  | { readonly type: "retire" }
  /** It has been retired for a while: close what is idle. What is being answered goes on, and so do tunnels. */
  | { readonly type: "wind down" }
  /** A program of it that has ended had left something in its group, which was killed. */
  | { readonly type: "left killed"; readonly pid: number }
  /** End: running exchanges have until timeouts.shutdown. */
  | { readonly type: "stop" }
  /** So many bytes of what it has posted for a log are written, or dropped. */
  | { readonly type: "written"; readonly log: LogName; readonly bytes: number }
  /** Say what you have taken down. One is answered before the next is asked. */
  | { readonly type: "records wanted"; readonly ask: number; readonly wanted: RecordsWanted }
  /** The answer to a question; undefined: there is none. */
  | { readonly type: "answer"; readonly ask: number; readonly text: string | undefined }
  /** What is to be known on a topic, without having been asked. */
  | { readonly type: "told"; readonly topic: Topic; readonly text: string }
  /** To be answered at once: nothing else tells that a thread has closed itself. */
  | { readonly type: "ping" };

/** Where a pool of FastCGI servers listens, or why it does not. */
export type PoolAnswer =
  | { readonly path: string }
  | { readonly problem: ProcessError["problem"]; readonly program: string; readonly why: string };

/** The logs that a worker has. */
export type LogName = "access" | "error";

/** All that a worker needs to know. */
export interface WorkerStart {
  /** Counted from 1. */
  readonly id: number;
  /** With every port known. */
  readonly config: Config;
  readonly certificates: WorkerCertificates;
  /** Several workers listen on the same addresses. */
  readonly reusePort: boolean;
  readonly searchPath: string;
  readonly launchers: Launchers;
  readonly programHost: ProgramHost;
  readonly spoolFolder: SpoolFolder;
  /** How programs are told who serves them: SERVER_SOFTWARE. */
  readonly software: string;
  /** Where it notes the groups of its programs (runtime/group_table.ts); undefined where it has none. */
  readonly groups: SharedArrayBuffer | undefined;
  /** What tells workers that another one has changed what lies in a bucket (lib/s3/generations.ts). */
  readonly generations: SharedArrayBuffer;
  /** Where names are locked (runtime/name_locks.ts), and this worker's number there. */
  readonly locks: SharedArrayBuffer;
  readonly lockOwner: number;
  /** Where logs to the standard streams are seen; without it nobody sees them. */
  readonly terminal?: Terminal;
  /** What pages have been told. */
  readonly live: LiveState;
  /** Undefined where there is no app behind this server. */
  readonly app?: AppState | undefined;
  /** Of those who have logged in by a link; undefined where there is none. */
  readonly cookie?: RunCookieFacts | undefined;
  /** Undefined where nobody wants to see the requests. */
  readonly inspection?: Inspection | undefined;
}

/** What a worker takes requests down with. */
export interface Inspection {
  /** Its own part of MetricsMemory. */
  readonly metrics: SharedArrayBuffer;
  /** What its rows are for, those of the configuration among them. */
  readonly places: readonly Place[];
  /** The last id of a request, of all workers: see IdCounter. */
  readonly ids: SharedArrayBuffer;
}

/** From a worker to the main thread, which believes none of it: see decodeMessage(). */
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
  | { readonly type: "log"; readonly log: LogName; readonly lines: Uint8Array<ArrayBuffer> }
  /** A group of processes is to be killed, which a worker may not do itself. */
  | { readonly type: "kill"; readonly pid: number }
  /** It has noted that programs have ended: what they left behind is to be killed. */
  | { readonly type: "sweep" }
  /** It has begun to write a file, or the file has its name or is gone. */
  | { readonly type: "unfinished"; readonly path: string; readonly over: boolean }
  /** A client asks for a name that may have a certificate of its own. */
  | { readonly type: "certificate wanted"; readonly name: string }
  /** It wants to connect to a pool, which is started if it does not run. It asks again only once it has an answer. */
  | { readonly type: "pool wanted"; readonly name: string }
  /** It could not connect to a pool, or its connection broke. */
  | { readonly type: "pool failed"; readonly name: string }
  /** It has been told to retire, and needs pools no more. */
  | { readonly type: "pools unused" }
  /** What was wanted, as far as it has it. */
  | { readonly type: "records"; readonly ask: number; readonly found: RecordsFound }
  /** It wants to know something that the main thread alone knows: see questions.ts. */
  | { readonly type: "question"; readonly ask: number; readonly topic: Topic; readonly text: string }
  /** It lives, and has its turns. */
  | { readonly type: "pong" }
  /** It was told to stop, and so many requests are still being answered. */
  | { readonly type: "running"; readonly count: number }
  /** It has let go of everything. */
  | { readonly type: "stopped" };
