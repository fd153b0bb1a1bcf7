/**
 * A worker thread's entry: serves the configuration that the main thread sends, with the permissions that it was
 * started with.
 *
 * @module
 */
import type { Config } from "../config/types.ts";
import { andThen } from "../http/maybe_promise.ts";
import type { AppState } from "../ports.ts";
import { clock } from "../runtime/clock.ts";
import { errorLogTo } from "../runtime/error_log.ts";
import { ListenError } from "../runtime/net.ts";
import type { RecordsWanted } from "../inspector/wanted.ts";
import { PostedLog } from "../runtime/posted_log.ts";
import { SharedGroups } from "../runtime/process_groups.ts";
import { NameLocks } from "../runtime/name_locks.ts";
import { setNameLocks } from "../runtime/store_files.ts";
import { setUnfinishedRegistry } from "../runtime/unfinished.ts";
import { NO_TERMINAL } from "../runtime/terminal.ts";
import { errorTime } from "./log_style.ts";
import { ThreadLiveFeed } from "./live_feed.ts";
import type { FromWorker, LogName, ToWorker, WorkerStart } from "./messages.ts";
import { Questions } from "./questions.ts";
import { WorkerPools } from "./worker_pools.ts";
import { WorkerServer } from "./worker_server.ts";

const thread = self as unknown as {
  postMessage(message: FromWorker, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
};

let server: WorkerServer | undefined;
/** What was said of it last: it may be while the server starts. */
let app: AppState | undefined;
let groups: SharedGroups | undefined;
let live: ThreadLiveFeed | undefined;
const logs = {
  // What clients have sent is escaped where the lines are made.
  access: new PostedLog((lines) => postLines("access", lines), true),
  error: new PostedLog((lines) => postLines("error", lines)),
};
const pools = new WorkerPools({
  wanted: (name) => thread.postMessage({ type: "pool wanted", name }),
  failed: (name) => thread.postMessage({ type: "pool failed", name }),
});
const questions = new Questions(
  (ask, topic, text) => thread.postMessage({ type: "question", ask, topic, text }),
  (milliseconds, callback) => clock.after(milliseconds, callback),
);
const errors = errorLogTo(logs.error, () => timeOfErrors(clock.now()));

/** May change with the configuration. */
let timeOfErrors: (now: number) => string = () => "";
let terminal = NO_TERMINAL;

function styleErrors(config: Config): void {
  timeOfErrors = errorTime(config, terminal);
}

setUnfinishedRegistry({
  begun: (path) => thread.postMessage({ type: "unfinished", path, over: false }),
  over: (path) => thread.postMessage({ type: "unfinished", path, over: true }),
});

thread.onmessage = ({ data }) => {
  switch (data.type) {
    case "start":
      return void start(data.start);
    case "change":
      styleErrors(data.config);
      return void andThen(
        server?.change(data.config, data.certificates, data.inspection),
        () => thread.postMessage({ type: "changed" }),
      );
    case "certificates":
      return server?.renew(data.certificates);
    case "certificate":
      return server?.receive(data.name, data.certificate);
    case "pool":
      return pools.receive(data.name, data.answer);
    case "resize":
      return server?.resize(data.columns);
    case "app":
      app = data.state;
      return server?.knowApp(app);
    case "live":
      return live?.tell(data.event, data.number);
    case "left killed":
      return sayKilled(data.pid);
    case "retire":
      void server?.closed.then(() => thread.postMessage({ type: "closed" }));
      server?.onPoolsUnused(() => {
        pools.close();
        thread.postMessage({ type: "pools unused" });
      });
      return void server?.retire().then(finish);
    case "wind down":
      return server?.windDown();
    case "written":
      return logs[data.log].written(data.bytes);
    case "records wanted":
      return void sayRecords(data.ask, data.wanted);
    case "answer":
      return questions.receive(data.ask, data.text);
    case "told":
      return questions.told(data.topic, data.text);
    case "ping":
      return thread.postMessage({ type: "pong" });
    case "stop":
      server?.onSettled((count) => thread.postMessage({ type: "running", count }));
      return void (server?.stop() ?? Promise.resolve()).then(finish);
  }
};

/** Whoever wrote the program wonders where its job has gone. */
function sayKilled(pid: number): void {
  const name = groups?.nameOf(pid);
  if (name === undefined) return;
  errors.warning(
    `${name}: a job that it had left running was killed when it had ended: one that is to outlive its request needs setsid`,
  );
}

/** The memory goes with them. */
async function sayRecords(ask: number, wanted: RecordsWanted): Promise<void> {
  const found = await server?.records(wanted);
  if (found !== undefined) thread.postMessage({ type: "records", ask, found }, [found.bytes.buffer]);
}

/** The memory goes with them. */
function postLines(log: LogName, lines: Uint8Array<ArrayBuffer>): void {
  thread.postMessage({ type: "log", log, lines }, [lines.buffer]);
}

async function start(options: WorkerStart): Promise<void> {
  try {
    setNameLocks(new NameLocks(options.locks, options.lockOwner));
    groups = options.groups && new SharedGroups(options.groups, {
      kill: (pid) => thread.postMessage({ type: "kill", pid }),
      sweep: () => thread.postMessage({ type: "sweep" }),
    });
    terminal = options.terminal ?? NO_TERMINAL;
    styleErrors(options.config);
    live = new ThreadLiveFeed(options.live);
    server = await WorkerServer.start(options, { access: logs.access, error: errors }, {
      groups,
      pools,
      live,
      main: questions,
      askForCertificate: (name) => thread.postMessage({ type: "certificate wanted", name }),
    });
    if (app !== undefined) server.knowApp(app);
    thread.postMessage({ type: "ready" });
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    thread.postMessage({ type: "failed", message: error.message });
  }
}

function finish(): void {
  logs.access.flush();
  logs.error.flush();
  thread.postMessage({ type: "stopped" });
}
