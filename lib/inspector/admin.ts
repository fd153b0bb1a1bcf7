/**
 * The inspector's own site: a page for people, and the same for programs.
 *
 * @module
 */
import { busy, HttpError, httpErrorOf } from "../http/errors.ts";
import { FieldBlock } from "../http/fields.ts";
import type { Handler, Request, Response } from "../http/message.ts";
import type { Clock, ErrorLog } from "../ports.ts";
import {
  contentAnswer,
  errorAnswer,
  guarded,
  jsonAnswer,
  pagePolicy,
  textAnswer,
  TextsSource,
} from "./responses.ts";
import { Events } from "./events.ts";
import { exposition, EXPOSITION_TYPE } from "./exposition.ts";
import { accepts, FilterError, type Filters, parseFilters, parseId } from "./filters.ts";
import { Guard } from "./guard.ts";
import { type HarCreator, harTexts } from "./har.ts";
import { maskRecord, maskSummary } from "./masking.ts";
import type { MetricsSnapshot } from "./metrics.ts";
import type { RequestRecord } from "./record.ts";
import type { Records } from "./records.ts";
import { Replays, type ReplayServices } from "./replay.ts";
import { parseChanges } from "./replay_request.ts";

/** What `/health` says, besides that all is well. */
export interface HealthFacts {
  readonly version: string;
  readonly pid: number;
  /** Milliseconds since the epoch. */
  readonly started: number;
}

/** What the inspector works with. */
export interface AdminServices extends ReplayServices {
  readonly records: Records;
  readonly metrics: () => MetricsSnapshot;
  readonly clock: Clock;
  readonly errorLog: ErrorLog;
  /** Of this start; who knows it sees everything. */
  readonly token: string;
  /** On which it is listened. */
  readonly port: number;
  readonly health: HealthFacts;
  readonly creator: HarCreator;
  /** What the configuration's file is called; empty where there is none. */
  readonly configuration: () => string;
}

/** Bytes of changes to a request that are taken. */
const MOST_CHANGES = 1024 * 1024;

/** Lists of whole records are large: so many are made at one time. */
const MOST_ARCHIVES = 2;

type Answer = Response | Promise<Response>;

interface Route {
  readonly methods: readonly string[];
  readonly answer: (request: Request, query: URLSearchParams) => Answer;
  /** For people: its address is to have no token. */
  readonly isPage?: boolean;
  /** Whoever asks, it is answered. */
  readonly isOpen?: boolean;
}

const READING = ["GET", "HEAD"];

/** Answers requests to the inspector. Owns its streams of events: close() ends them. */
export class Admin {
  readonly #services: AdminServices;
  readonly #guard: Guard;
  readonly #events: Events;
  readonly #replays: Replays;
  #archives = 0;
  readonly #routes: ReadonlyMap<string, Route> = new Map<string, Route>([
    ["/", { methods: READING, answer: () => this.#page(), isPage: true }],
    ["/health", { methods: READING, answer: () => jsonAnswer(this.#health()), isOpen: true }],
    ["/metrics", {
      methods: READING,
      answer: () => textAnswer(EXPOSITION_TYPE, exposition(this.#services.metrics())),
    }],
    ["/requests", { methods: READING, answer: (_, query) => this.#list(query) }],
    ["/har", { methods: READING, answer: (_, query) => this.#archive(query) }],
    ["/events", { methods: ["GET"], answer: (request, query) => this.#listen(request, query) }],
  ]);

  constructor(services: AdminServices) {
    this.#services = services;
    this.#guard = new Guard(services.token, services.port);
    this.#events = new Events(services.records, services.clock, services.errorLog);
    this.#replays = new Replays(services);
  }

  /** Ends every stream of events. */
  close(): void {
    this.#events.close();
  }

  /** For the endpoint that the inspector listens on. */
  readonly handler: Handler = (request) => {
    try {
      const answer = this.#answer(request);
      if (!(answer instanceof Promise)) return answer;
      return answer.catch((error) => this.#failure(error, request));
    } catch (error) {
      return this.#failure(error, request);
    }
  };

  #answer(request: Request): Answer {
    const { path } = request, query = new URLSearchParams(request.query ?? "");
    const route = this.#routes.get(path) ?? this.#routeOfOne(path);
    // Else whoever knows no token learns what there is.
    const verdict = this.#guard.judge(request, route?.isPage ?? isNavigation(request));
    if (verdict.kind === "refused") throw verdict.error;
    if (verdict.kind === "unknown" && !route?.isOpen) throw verdict.error;
    if (verdict.kind === "redirect") return guarded(verdict.response);
    if (route === undefined) throw new HttpError(404, "There is nothing of this name at the inspector");
    if (!route.methods.includes(request.method)) throw notAllowed(route.methods);
    const answer = route.answer(request, query);
    const fields = verdict.kind === "welcome" ? verdict.fields : FieldBlock.EMPTY;
    const finished = (response: Response) =>
      route.isPage ? response : guarded({ ...response, fields: response.fields.concat(fields) });
    return answer instanceof Promise ? answer.then(finished) : finished(answer);
  }

  #routeOfOne(path: string): Route | undefined {
    const [, text, action] = /^\/requests\/([^/]+)(\/replay)?$/.exec(path) ?? [];
    const id = text === undefined ? undefined : parseId(text);
    if (id === undefined) return undefined;
    return action === undefined
      ? { methods: READING, answer: (_, query) => this.#one(id, query) }
      : { methods: ["POST"], answer: (request) => this.#replay(id, request) };
  }

  async #page(): Promise<Response> {
    const nonce = crypto.getRandomValues(new Uint8Array(16)).toHex();
    // Metrics and health are asked for by programs that never see it.
    const { inspectorPage } = await import("../pages/inspector/page.ts");
    const text = inspectorPage({ nonce, configuration: this.#services.configuration() });
    return guarded(textAnswer("text/html; charset=utf-8", text), pagePolicy(nonce));
  }

  #health() {
    const { health: { version, pid, started }, clock, metrics } = this.#services;
    const uptime = Math.max(0, Math.round((clock.now() - started) / 1000));
    return { status: "ok", version, pid, uptime, workers: metrics().workers };
  }

  async #list(query: URLSearchParams): Promise<Response> {
    const filters = filtersOf(query);
    const { records } = await this.#services.records.summaries(filters.since);
    const found = records.filter((record) => accepts(filters, record));
    return jsonAnswer(showsSecrets(query) ? found : found.map(maskSummary));
  }

  async #one(id: number, query: URLSearchParams): Promise<Response> {
    const record = await this.#record(id);
    return jsonAnswer(showsSecrets(query) ? record : maskRecord(record));
  }

  async #archive(query: URLSearchParams): Promise<Response> {
    const filters = filtersOf(query), mask = !showsSecrets(query);
    if (this.#archives >= MOST_ARCHIVES) throw busy(`${MOST_ARCHIVES} archives are being made`);
    this.#archives++;
    const over = () => void this.#archives--;
    let records: readonly RequestRecord[];
    try {
      records = (await this.#services.records.records(filters.since)).filter((record) =>
        accepts(filters, record)
      );
    } catch (error) {
      over();
      throw error;
    }
    const shown = records.values().map((record) => mask ? maskRecord(record) : record);
    const source = new TextsSource(harTexts(shown, this.#services.creator), over);
    const { status, fields, body } = contentAnswer("application/json", source);
    const name = FieldBlock.of(["Content-Disposition", 'attachment; filename="webserv.har"']);
    return { status, fields: fields.concat(name), body };
  }

  async #listen(request: Request, query: URLSearchParams): Promise<Response> {
    const last = request.fields.get("last-event-id") ?? "";
    const isNamed = last !== "" || (query.get("since") ?? "") !== "";
    const filters = filtersOf(query, last === "" ? undefined : last);
    const listening = {
      filters: { ...filters, since: isNamed ? filters.since : undefined },
      secrets: showsSecrets(query),
    };
    const stream = await this.#events.listen(listening);
    // It has no other sign of that while there is nothing to be sent.
    request.onGone(() => stream.close());
    return contentAnswer("text/event-stream", stream);
  }

  async #replay(id: number, request: Request): Promise<Response> {
    const changes = parseChanges(await textOf(request));
    return jsonAnswer(await this.#replays.send(await this.#record(id, true), changes));
  }

  async #record(id: number, asSent = false): Promise<RequestRecord> {
    const record = await this.#services.records.record(id, asSent);
    if (record !== undefined) return record;
    throw new HttpError(404, `There is no request ${id}`, {
      advice: `There is no request ${id}, or it is forgotten: the last 500 are kept.`,
    });
  }

  #failure(thrown: unknown, request: Request): Response {
    const error = httpErrorOf(thrown);
    // SECURITY: never the request's target, which may have the token in it.
    if (error.status === 500) this.#services.errorLog.error(`the inspector: ${error.log ?? error.message}`);
    return errorAnswer(error, request, this.#routes.get(request.path)?.isPage ?? false);
  }
}

/** @param last what takes the place of `since` @throws {HttpError} */
function filtersOf(query: URLSearchParams, last?: string): Filters {
  try {
    return parseFilters((name) => name === "since" && last !== undefined ? last : query.get(name));
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    throw new HttpError(400, error.message, { advice: `${error.message}.` });
  }
}

function showsSecrets(query: URLSearchParams): boolean {
  return query.get("secrets") === "1";
}

/** Somebody has opened the address in a browser. */
function isNavigation({ fields }: Request): boolean {
  return fields.get("sec-fetch-mode") === "navigate" || /\btext\/html\b/.test(fields.joined("accept") ?? "");
}

/** @throws {HttpError} 413 */
async function textOf({ body }: Request): Promise<string> {
  const decoder = new TextDecoder();
  let text = "", length = body.length ?? 0;
  if (length > MOST_CHANGES) throw new HttpError(413);
  length = 0;
  for (;;) {
    const piece = await body.read(MOST_CHANGES - length);
    if (piece === null) return text + decoder.decode();
    length += piece.length;
    if (length > MOST_CHANGES) throw new HttpError(413);
    text += decoder.decode(piece, { stream: true });
  }
}

function notAllowed(methods: readonly string[]): HttpError {
  return new HttpError(405, `Allowed are ${methods.join(", ")}`, {
    fields: FieldBlock.of(["Allow", methods.join(", ")]),
  });
}
