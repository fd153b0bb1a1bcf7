/**
 * The admin's thread: speaks to whoever looks at the inspector. It may listen on the inspector's address and connect to
 * this server's own ones, and nothing else; what it shows it has from the main thread.
 *
 * @module
 */
import { AskedRecords } from "../inspector/asked_records.ts";
import type { MetricsMemory } from "../inspector/metrics.ts";
import { sumsOf } from "../inspector/sums.ts";
import type { RecordsFound, RecordsWanted } from "../inspector/wanted.ts";
import type { Dialer, ErrorLog } from "../ports.ts";
import { clock } from "../runtime/clock.ts";
import { ListenError } from "../runtime/net.ts";
import type { AdminFacts, AdminStart, FromAdmin, LogLevel, ToAdmin } from "./admin_messages.ts";
import { AdminServer } from "./admin_server.ts";

const thread = self as unknown as {
  postMessage(message: FromAdmin): void;
  onmessage: ((event: MessageEvent<ToAdmin>) => void) | null;
};

let server: AdminServer | undefined;
let facts: AdminFacts | undefined;
let metrics: MetricsMemory | undefined;
let asked = 0;
const waiting = new Map<number, (found: readonly RecordsFound[]) => void>();

/** PERF: what it takes is loaded when the first request is sent again. */
const dialer: Dialer = {
  connect: async (address, options) =>
    await (await import("../runtime/dial.ts")).systemDialer.connect(address, options),
};

/** Lines of a text that are told. */
const MOST_LINES = 20;

const say = (level: LogLevel) => (text: string) => {
  for (const line of text.split("\n", MOST_LINES)) thread.postMessage({ type: "log", level, text: line });
};
const errorLog: ErrorLog = {
  error: say("error"),
  warning: say("warning"),
  notice: say("notice"),
  program: () => {},
};

thread.onmessage = ({ data }) => {
  switch (data.type) {
    case "start":
      return start(data.start);
    case "facts":
      facts = data.facts;
      return;
    case "metrics":
      metrics = data.memory;
      return;
    case "records":
      waiting.get(data.ask)?.(data.found);
      return void waiting.delete(data.ask);
    case "stop":
      return void stop();
  }
};

function start(options: AdminStart): void {
  ({ facts, metrics } = options);
  const { endpoint, token, health } = options;
  try {
    server = AdminServer.start(endpoint, {
      records: new AskedRecords(ask),
      metrics: () => sumsOf(metrics!),
      clock,
      dialer,
      errorLog,
      endpoints: () => facts!.endpoints,
      configuration: () => facts!.configuration,
      token,
      health,
      creator: { name: "webserv", version: health.version },
    });
    thread.postMessage({ type: "ready" });
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    thread.postMessage({ type: "failed", message: error.message, problem: error.problem });
  }
}

/** The main thread answers each, within its own bounds of time. */
function ask(wanted: RecordsWanted): Promise<readonly RecordsFound[]> {
  const number = ++asked;
  const { promise, resolve } = Promise.withResolvers<readonly RecordsFound[]>();
  waiting.set(number, resolve);
  thread.postMessage({ type: "records wanted", ask: number, wanted });
  return promise;
}

async function stop(): Promise<void> {
  await server?.stop();
  thread.postMessage({ type: "stopped" });
}
