/**
 * A worker thread's entry: serves the configuration that the main thread sends, with the permissions that it was
 * started with.
 *
 * @module
 */
import { errorLogTo } from "../runtime/error_log.ts";
import { postedLog } from "../runtime/logs.ts";
import { ListenError } from "../runtime/net.ts";
import { SharedGroups } from "../runtime/process_groups.ts";
import { setUnfinishedRegistry } from "../runtime/store_files.ts";
import type { FromWorker, ToWorker, WorkerStart } from "./messages.ts";
import { WorkerServer } from "./worker_server.ts";

const thread = self as unknown as {
  postMessage(message: FromWorker, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
};

let server: WorkerServer | undefined;
let groups: SharedGroups | undefined;
const logs = {
  // What clients have sent is escaped where the lines are made.
  access: postedLog((lines) => postLines("access", lines), true),
  error: postedLog((lines) => postLines("error", lines)),
};
const errors = errorLogTo(logs.error);

setUnfinishedRegistry({
  begun: (path) => thread.postMessage({ type: "unfinished", path, over: false }),
  over: (path) => thread.postMessage({ type: "unfinished", path, over: true }),
});

thread.onmessage = ({ data }) => {
  switch (data.type) {
    case "start":
      return start(data.start);
    case "change":
      server?.change(data.config);
      return thread.postMessage({ type: "changed" });
    case "left killed":
      return sayKilled(data.pid);
    case "retire":
      void server?.closed.then(() => thread.postMessage({ type: "closed" }));
      return void server?.retire().then(finish);
    case "stop":
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
function postLines(log: "access" | "error", lines: Uint8Array<ArrayBuffer>): void {
  thread.postMessage({ type: "log", log, lines }, [lines.buffer]);
}

function start(options: WorkerStart): void {
  try {
    groups = options.groups && new SharedGroups(options.groups, {
      kill: (pid) => thread.postMessage({ type: "kill", pid }),
      sweep: () => thread.postMessage({ type: "sweep" }),
    });
    server = WorkerServer.start(options, { access: logs.access, error: errors }, groups);
    thread.postMessage({ type: "ready" });
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    thread.postMessage({ type: "failed", message: error.message });
  }
}

async function finish(): Promise<void> {
  await logs.access.flush();
  await logs.error.flush();
  thread.postMessage({ type: "stopped" });
}
