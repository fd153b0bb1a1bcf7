/**
 * What the inspector's page asks, answered from records that a test has made.
 *
 * @module
 */
import type { RecordedMessage, RequestRecord, RequestSummary } from "../../lib/inspector/record.ts";
import { pagePolicy } from "../../lib/inspector/responses.ts";
import { inspectorPage } from "../../lib/pages/inspector/page.ts";

/** A message with the fields of an object and a text. */
export function message(headers: Readonly<Record<string, string>>, body = ""): RecordedMessage {
  return {
    headers: Object.entries(headers).map(([name, value]) => ({ name, value })),
    body,
    truncated: false,
    size: new TextEncoder().encode(body).length,
  };
}

/** A record of `GET /` with what differs. */
export function recordOf(id: number, changes: Partial<RequestRecord> = {}): RequestRecord {
  return {
    id,
    time: new Date(Date.UTC(2026, 10, 28, 12, 0, 0, id % 1000)).toISOString(),
    method: "GET",
    url: "http://localhost:8080/",
    status: 200,
    duration_ms: 1.25,
    remote: "127.0.0.1:40000",
    server: "localhost",
    location: "/",
    line: 12,
    protocol: "HTTP/1.1",
    worker: 1,
    user: null,
    phases: { wait: 1, send: 0.25 },
    answered_by: { kind: "file", path: "/srv/site/index.html" },
    redirects: [],
    stderr: [],
    why: null,
    weather: [],
    request: message({ Host: "localhost:8080", "User-Agent": "curl/8", Accept: "*/*" }),
    response: { ...message({ "Content-Type": "text/html" }, "<p>Hello</p>\n"), reason: "OK" },
    ...changes,
  };
}

const MASK = "***";

function masked(record: RequestRecord): RequestRecord {
  const headers = record.request.headers.map(({ name, value }) => ({
    name,
    value: /^(?:authorization|cookie)$/i.test(name) ? MASK : value,
  }));
  return { ...record, request: { ...record.request, headers } };
}

function summaryOf(record: RequestRecord): RequestSummary {
  const { id, time, method, url, status, duration_ms, remote, server, location, line } = record;
  return { id, time, method, url, status, duration_ms, remote, server, location, line };
}

function eventsOf(records: readonly RequestRecord[]): Uint8Array<ArrayBuffer> {
  const texts = records.map((record) =>
    `id: ${record.id}\nevent: request\ndata: ${JSON.stringify(summaryOf(record))}\n\n`
  );
  return new TextEncoder().encode(`retry: 1000\n\n${texts.join("")}`);
}

/** A listener on a free port, with the page at `/`. */
export class FakeInspector implements AsyncDisposable {
  readonly #records = new Map<number, RequestRecord>();
  readonly #listeners = new Set<ReadableStreamDefaultController<Uint8Array>>();
  /** Bodies of the replays that were asked for, with the ids. */
  readonly replays: { readonly id: number; readonly changes: unknown }[] = [];
  /** Answers everything but the page with 401, as a server that was started anew. */
  isLocked = false;
  readonly #server;
  readonly url: string;

  constructor() {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => this.#answer(request),
    );
    this.url = `http://127.0.0.1:${this.#server.addr.port}/`;
  }

  /** As if these requests had just been answered. */
  add(...records: readonly RequestRecord[]): void {
    for (const record of records) this.#records.set(record.id, record);
    for (const listener of this.#listeners) listener.enqueue(eventsOf(records));
  }

  /** Ends all streams, as a server that ends. */
  cut(): void {
    for (const listener of this.#listeners) listener.close();
    this.#listeners.clear();
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const since = Number(searchParams.get("since") ?? 0);
    if (pathname === "/") {
      const headers = { "Content-Type": "text/html", "Content-Security-Policy": pagePolicy("n0nce") };
      return new Response(inspectorPage({ nonce: "n0nce", configuration: "webserv.yaml" }), { headers });
    }
    if (this.isLocked) return new Response("Unauthorized", { status: 401 });
    if (pathname === "/events") return this.#events(since);
    if (pathname === "/requests") return Response.json([]);
    const [, id, action] = /^\/requests\/(\d+)(\/replay)?$/.exec(pathname) ?? [];
    const record = this.#records.get(Number(id));
    if (record === undefined) {
      return Response.json({ error: "Not Found", advice: "This request is not kept any more." }, {
        status: 404,
      });
    }
    if (action === undefined) {
      return Response.json(searchParams.get("secrets") === "1" ? record : masked(record));
    }
    const changes = await request.json();
    this.replays.push({ id: record.id, changes });
    const made = recordOf(Math.max(...this.#records.keys()) + 1, { url: record.url, method: record.method });
    this.add(made);
    return Response.json({ id: made.id, status: made.status });
  }

  #events(since: number): Response {
    let own: ReadableStreamDefaultController<Uint8Array> | undefined;
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        own = controller;
        this.#listeners.add(controller);
        const kept = [...this.#records.values()].filter(({ id }) => id > since);
        controller.enqueue(eventsOf(kept));
      },
      cancel: () => void this.#listeners.delete(own!),
    });
    return new Response(stream, { headers: { "Content-Type": "text/event-stream" } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await this.#server.shutdown();
  }
}
