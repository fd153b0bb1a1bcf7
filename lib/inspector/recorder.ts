/**
 * Takes requests down: each as it is answered, the last ones of a thread, and counts them. Hears of every answer, as the
 * access log does, so that the two agree.
 *
 * @module
 */
import type { LocationConfig, ServerConfig } from "../config/types.ts";
import type { MaybePromise } from "../http/maybe_promise.ts";
import { type Recording, type Request, requestWith, type Response } from "../http/message.ts";
import type { Clock } from "../ports.ts";
import { BufferPool } from "../bytes/buffer_pool.ts";
import type { Counters } from "./counters.ts";
import { Entry, type EntryOwner, type Heard, type RequestParts } from "./entry.ts";
import { IdCounter } from "./ids.ts";
import { Ring } from "./ring.ts";
import { MOST_KEPT, type Room } from "./taps.ts";
import { MOST_RECORDS } from "./wanted.ts";

/** Bytes that a thread holds of requests, at most. */
export const MOST_HELD = 16 * 1024 * 1024;

/** The two ends of a connection. */
interface Ends {
  readonly remote: { readonly hostname: string; readonly port: number };
  readonly local: { readonly hostname: string; readonly port: number };
}

/** A request of which an answer is heard. */
type LoggedRequest = RequestParts & { readonly started: number; readonly record?: Recording | undefined };

/** An access log. */
interface HearsAnswers {
  write(ends: Ends, request: LoggedRequest | undefined, outcome: Heard, response?: Response): void;
}

const HANDED_OVER = Promise.resolve();

/** Of one thread, whatever configuration it serves. */
export class Recorder implements EntryOwner {
  readonly ring: Ring<Entry> = new Ring(MOST_RECORDS, MOST_HELD);
  /** As many buffers as there are in use at most are kept for the next ones. */
  readonly room: Room = {
    buffers: new BufferPool(MOST_KEPT, MOST_HELD / MOST_KEPT),
    take: (bytes) => this.ring.take(bytes),
    give: (bytes) => this.ring.give(bytes),
  };
  readonly #ids: IdCounter;
  readonly #clock: Clock;
  #looked = 0;
  #isInRow = false;
  readonly #endRow = () => {
    this.#isInRow = false;
  };

  /** @param ids the last id, which all threads have together */
  constructor(ids: SharedArrayBuffer, clock: Clock) {
    this.#ids = new IdCounter(ids);
    this.#clock = clock;
  }

  now(): number {
    return this.#looked = this.#clock.monotonic();
  }

  /**
   * When what has just come was received, or a little later. PERF: a look at the clock is a fortieth of all that a small
   * file costs. All that was received together is handled in one row of microtasks (see runtime/shared_stats), and begins
   * with the last look that anybody took in it: what came before it has been waited for by this one, too.
   */
  started(): number {
    if (this.#isInRow) return this.#looked;
    this.#isInRow = true;
    void HANDED_OVER.then(this.#endRow);
    return this.now();
  }

  /** The last id of all threads. */
  get lastId(): number {
    return this.#ids.last;
  }

  /** PERF: the id and the place in the ring in one step: see RecordsFound.upTo. */
  ended(entry: Entry): void {
    entry.id = this.#ids.next();
    this.ring.push(entry);
  }

  /** Has requests taken down that a handler answers. */
  watch(
    handler: (request: Request, entry: Entry) => MaybePromise<Response>,
  ): (request: Request) => MaybePromise<Response> {
    return (request) => {
      const started = (request as Partial<LoggedRequest>).started ?? 0;
      const entry = new Entry(this, request, started, request.remote, request.local);
      request.record = entry;
      const asked = request.body.length === 0 ? request : requestWith(request, { body: entry.tap(request) });
      const answer = handler(asked, entry);
      return answer instanceof Promise
        ? answer.then((response) => entry.answer(response))
        : entry.answer(answer);
    };
  }
}

/** Hears of answers for one configuration: in the place of its access log. */
export class RecordedAnswers {
  readonly #recorder: Recorder;
  readonly #log: HearsAnswers | undefined;
  readonly #counters: Counters;
  readonly #rows: ReadonlyMap<ServerConfig | LocationConfig, number>;
  /** Of the last one. */
  #place: ServerConfig | LocationConfig | undefined;
  #row = 0;

  /**
   * @param log the access log; undefined where there is none
   * @param rows of the servers (for what came to no location of them) and locations; what is not there has the first row
   */
  constructor(
    recorder: Recorder,
    log: HearsAnswers | undefined,
    counters: Counters,
    rows: ReadonlyMap<ServerConfig | LocationConfig, number>,
  ) {
    this.#recorder = recorder;
    this.#log = log;
    this.#counters = counters;
    this.#rows = rows;
  }

  start(): number {
    return this.#recorder.started();
  }

  write(ends: Ends, request: LoggedRequest | undefined, outcome: Heard, response?: Response): void {
    this.#log?.write(ends, request, outcome, response);
    const known = request?.record;
    const entry = known instanceof Entry ? known : new Entry(
      this.#recorder,
      request,
      request?.started ?? 0,
      request?.forwarded?.client ?? ends.remote,
      ends.local,
    );
    entry.end(outcome, response);
    const duration = entry.started === 0 ? 0 : entry.ended - entry.started;
    this.#counters.answered(this.#rowOf(entry), outcome.status, outcome.bytes, duration);
  }

  /** PERF: most requests are for the same place as the one before. */
  #rowOf({ locationConfig, serverConfig }: Entry): number {
    const place = locationConfig ?? serverConfig;
    if (place !== this.#place) {
      this.#place = place;
      this.#row = place === undefined ? 0 : this.#rows.get(place) ?? 0;
    }
    return this.#row;
  }
}
