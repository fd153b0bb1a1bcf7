/**
 * An inspector over requests that nobody has made: its real handler on a real port, with records that a test gives it.
 *
 * @module
 */
import { endpointOf } from "../../lib/http/endpoint.ts";
import type { Endpoint } from "../../lib/http/endpoint.ts";
import type { MetricsSnapshot } from "../../lib/inspector/metrics.ts";
import type { RequestRecord } from "../../lib/inspector/record.ts";
import type { Records, Summaries } from "../../lib/inspector/records.ts";
import type { Dialer } from "../../lib/ports.ts";
import { clock } from "../../lib/runtime/clock.ts";
import { systemDialer } from "../../lib/runtime/dial.ts";
import { AdminServer } from "../../lib/supervisor/admin_server.ts";
import { FakeLog } from "./fakes.ts";

/** What a record has where a test says nothing else. */
export function recordOf(changes: Partial<RequestRecord> & { readonly id: number }): RequestRecord {
  return {
    time: "2026-11-28T21:40:00.123Z",
    method: "GET",
    url: `http://localhost:8080/page/${changes.id}`,
    status: 200,
    duration_ms: 1.25,
    remote: "127.0.0.1",
    server: "localhost",
    location: "/page/",
    line: 7,
    protocol: "HTTP/1.1",
    worker: 1,
    user: null,
    phases: { wait: 1, send: 0.25 },
    answered_by: { kind: "file", path: "/srv/www/page/index.html" },
    redirects: [],
    stderr: [],
    why: null,
    weather: [],
    request: { headers: [{ name: "Host", value: "localhost:8080" }], body: "", truncated: false, size: 0 },
    response: {
      headers: [{ name: "Content-Type", value: "text/html; charset=utf-8" }],
      body: "<p>Hello",
      truncated: false,
      size: 8,
      reason: "OK",
    },
    ...changes,
  };
}

/** Records as a test wants them. */
export class FakeRecords implements Records {
  all: RequestRecord[] = [];
  /** How often somebody has looked. */
  looks = 0;

  /** Takes one down, as if a request had just been answered. */
  add(changes: Partial<RequestRecord> = {}): RequestRecord {
    const record = recordOf({ id: (this.all.at(-1)?.id ?? 0) + 1, ...changes });
    this.all.push(record);
    return record;
  }

  summaries(since: number): Promise<Summaries> {
    this.looks++;
    const records = this.all.filter(({ id }) => id > since).map((record) => {
      const { id, time, method, url, status, duration_ms, remote, server, location, line } = record;
      return { id, time, method, url, status, duration_ms, remote, server, location, line };
    });
    return Promise.resolve({ records, upTo: this.all.at(-1)?.id ?? 0 });
  }

  record(id: number): Promise<RequestRecord | undefined> {
    return Promise.resolve(this.all.find((record) => record.id === id));
  }

  records(since: number): Promise<readonly RequestRecord[]> {
    return Promise.resolve(this.all.filter(({ id }) => id > since));
  }
}

export const TOKEN = "a-token-of-24-characters";

/** A running inspector. Disposal ends it. */
export interface TestInspector extends AsyncDisposable {
  readonly records: FakeRecords;
  readonly port: number;
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly log: FakeLog;
  /** Asks with the token. */
  get(path: string, init?: RequestInit): Promise<Response>;
}

const NO_METRICS: MetricsSnapshot = { series: [], connections: 0, accepted: 0, programs: 0, workers: 2 };

/** Starts one. */
export function startInspector(
  options: {
    readonly endpoints?: readonly Endpoint[];
    readonly metrics?: MetricsSnapshot;
    readonly dialer?: Dialer;
  } = {},
): TestInspector {
  const records = new FakeRecords(), log = new FakeLog();
  const server = AdminServer.start(endpointOf("127.0.0.1", 0), {
    records,
    clock,
    errorLog: log,
    dialer: options.dialer ?? systemDialer,
    endpoints: () => options.endpoints ?? [],
    metrics: () => options.metrics ?? NO_METRICS,
    token: TOKEN,
    health: { version: "0.1.0", pid: 4711, started: Date.now() - 12_000 },
    creator: { name: "webserv", version: "0.1.0" },
    configuration: () => "webserv.yaml",
  });
  const url = `http://127.0.0.1:${server.port}`;
  return {
    records,
    port: server.port,
    url,
    log,
    get: (path, init = {}) =>
      fetch(url + path, { ...init, headers: { Authorization: `Bearer ${TOKEN}`, ...init.headers } }),
    [Symbol.asyncDispose]: () => server.stop(),
  };
}
