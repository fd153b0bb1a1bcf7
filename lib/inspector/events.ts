/**
 * Requests as they come, as server-sent events (HTML Living Standard section 9.2): one look for everybody who listens,
 * and none where nobody does.
 *
 * @module
 */
import { busy } from "../http/errors.ts";
import type { BodySource } from "../http/message.ts";
import type { Clock, ErrorLog } from "../ports.ts";
import { accepts, type Filters } from "./filters.ts";
import { maskSummary } from "./masking.ts";
import type { RequestSummary } from "./record.ts";
import type { Records } from "./records.ts";

/** Who may listen at one time. */
export const MOST_LISTENERS = 32;

/** Between two looks, in milliseconds. */
const LOOK = 250;

/** Between two signs of life on a stream that has nothing to say, in milliseconds. */
const HEARTBEAT = 15_000;

/** Summaries that are kept for who is late. */
const KEPT = 500;

/** Milliseconds after which a browser that has lost the stream asks for it again. */
const RETRY = 1000;

const encoder = new TextEncoder();

/** What a listener wants. */
export interface Listening {
  /** `since` is where it begins: undefined: with what comes from now on. */
  readonly filters: Omit<Filters, "since"> & { readonly since: number | undefined };
  /** Addresses are shown as they are. */
  readonly secrets: boolean;
}

/** Owns the looking, and the streams: close() ends them. */
export class Events {
  readonly #listeners = new Set<EventStream>();
  /** By rising ids: the last ones, for as long as anybody listens. */
  #kept: RequestSummary[] = [];
  #upTo = 0;
  #stopLooking: (() => void) | undefined;
  /** A look is under way; they come one after another. */
  #look: Promise<void> | undefined;
  #isClosed = false;

  constructor(readonly records: Records, readonly clock: Clock, readonly errorLog: ErrorLog) {}

  /** How many listen. */
  get listeners(): number {
    return this.#listeners.size;
  }

  /** A stream of what comes. @throws {HttpError} 503 */
  async listen(listening: Listening): Promise<BodySource> {
    if (this.#isClosed || this.#listeners.size >= MOST_LISTENERS) {
      throw busy(`${MOST_LISTENERS} pages and programs listen to the inspector already`);
    }
    const stream = new EventStream(listening, this.clock, () => this.#leave(stream));
    this.#listeners.add(stream);
    this.#stopLooking ??= this.clock.every(LOOK, () => void this.#lookAgain());
    try {
      // Else it would miss what came between its last request and the first look.
      await (this.#look ??= this.#lookNow());
    } catch (error) {
      stream.end();
      throw error;
    }
    const { since } = listening.filters;
    stream.begin(this.#kept, since === undefined || since > this.#upTo ? this.#upTo : since);
    return stream;
  }

  /** Ends every stream. */
  close(): void {
    this.#isClosed = true;
    for (const stream of [...this.#listeners]) stream.end();
  }

  #leave(stream: EventStream): void {
    this.#listeners.delete(stream);
    if (this.#listeners.size > 0) return;
    this.#stopLooking?.();
    this.#stopLooking = undefined;
    this.#kept = [];
    this.#upTo = 0;
  }

  async #lookAgain(): Promise<void> {
    try {
      await (this.#look ??= this.#lookNow());
    } catch (error) {
      // Whoever listens is better told by a stream that ends than by one that is silent for ever.
      this.errorLog.error(`the inspector cannot look at the requests: ${error}`);
      for (const stream of [...this.#listeners]) stream.end();
    }
  }

  async #lookNow(): Promise<void> {
    try {
      const since = this.#upTo, { records, upTo } = await this.records.summaries(since);
      if (this.#listeners.size === 0) return;
      // All have left meanwhile, and somebody else has come, who may want what was before.
      if (this.#upTo < since) return await this.#lookNow();
      this.#upTo = Math.max(this.#upTo, upTo);
      const known = new Set(this.#kept.map(({ id }) => id));
      const added = records.filter(({ id }) => !known.has(id));
      this.#kept = [...this.#kept, ...added].sort((a, b) => a.id - b.id).slice(-KEPT);
      for (const stream of this.#listeners) stream.add(added);
    } finally {
      this.#look = undefined;
    }
  }
}

/** One listener. What it has not read is bounded: then it hears that some are missing. */
class EventStream implements BodySource {
  readonly length = undefined;
  readonly prompt = true;
  readonly #listening: Listening;
  readonly #leave: () => void;
  readonly #stopBeating: () => void;
  #waiting: RequestSummary[] = [];
  #missed = 0;
  /** Undefined before it has begun. */
  #begun = false;
  #bytes: Uint8Array = encoder.encode(`retry: ${RETRY}\n\n`);
  #wake: (() => void) | undefined;
  #isOver = false;

  constructor(listening: Listening, clock: Clock, leave: () => void) {
    this.#listening = listening;
    this.#leave = leave;
    this.#stopBeating = clock.every(HEARTBEAT, () => this.#beat());
  }

  /** @param since the last id that is known to whoever listens */
  begin(kept: readonly RequestSummary[], since: number): void {
    this.#begun = true;
    this.add(kept.filter(({ id }) => id > since));
  }

  add(summaries: readonly RequestSummary[]): void {
    if (!this.#begun || this.#isOver) return;
    const filters = { ...this.#listening.filters, since: 0 };
    this.#waiting.push(...summaries.filter((summary) => accepts(filters, summary)));
    const over = this.#waiting.length - KEPT;
    if (over > 0) {
      this.#waiting.splice(0, over);
      this.#missed += over;
    }
    if (this.#waiting.length > 0) this.#wakeUp();
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    while (this.#bytes.length === 0) {
      if (this.#isOver) return null;
      const text = this.#next();
      if (text !== "") this.#bytes = encoder.encode(text);
      else await new Promise<void>((resolve) => this.#wake = resolve);
    }
    const piece = this.#bytes.subarray(0, buffer.length);
    buffer.set(piece);
    this.#bytes = this.#bytes.subarray(piece.length);
    return piece.length;
  }

  /** The client has left, or the inspector ends. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stopBeating();
    this.#leave();
    this.#wakeUp();
  }

  close(): void {
    this.end();
  }

  #next(): string {
    const missed = this.#missed === 0 ? "" : `event: missed\ndata: ${this.#missed}\n\n`;
    this.#missed = 0;
    return missed + this.#waiting.splice(0).map((summary) => {
      const shown = this.#listening.secrets ? summary : maskSummary(summary);
      return `id: ${summary.id}\ndata: ${JSON.stringify(shown)}\n\n`;
    }).join("");
  }

  #beat(): void {
    // Where bytes wait, nobody reads.
    if (this.#bytes.length === 0 && this.#waiting.length === 0) this.#bytes = encoder.encode(":\n\n");
    this.#wakeUp();
  }

  #wakeUp(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
