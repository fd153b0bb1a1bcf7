/**
 * What has changed, told to pages as server-sent events (HTML, section 9.2). Each stream begins with `hello`, which has the
 * epoch; then come `change`, `failure` and `mended`, each with a LiveEvent as JSON. An id is the epoch and the event's number: a
 * page that says which was its last one is told what it has missed, or, where that is not known any more, a change without
 * paths, which may be anything.
 *
 * Bounded: so many streams, so many events that are remembered, and so many bytes that wait for one page. Who does not read
 * is cut off, and asks again.
 *
 * @module
 */
import type { BodySource } from "../http/message.ts";
import { Room } from "../http/room.ts";
import type { Clock, LiveEvent, LiveFeed } from "../ports.ts";

/** Pages that listen at one time to one thread. A browser has six connections for one host, or one of HTTP/2. */
const MOST_STREAMS = 256;

/** Events that are remembered for pages that were away. */
const REMEMBERED = 64;

/** Bytes that wait for one page. */
const MOST_WAITING = 256 * 1024;

/** Between two signs of life, in milliseconds: proxies on the way give up after a minute of nothing. */
const HEARTBEAT = 15_000;

/** After so many milliseconds a browser that has lost the stream asks again. */
const RETRY = 500;

const encoder = new TextEncoder();
const BEAT = encoder.encode(":\n\n");

interface Told {
  readonly number: number;
  readonly text: string;
}

/** The streams of one thread. Its owner ends it. */
export class LiveEvents {
  readonly #feed: LiveFeed;
  readonly #clock: Pick<Clock, "every">;
  readonly #streams = new Set<EventStream>();
  readonly #room = new Room(MOST_STREAMS);
  /** The last events, and the number of the last one that is not among them. */
  readonly #told: Told[] = [];
  #before: number;
  /** A build has failed, and nothing has been heard of its being mended. */
  #failure: Told | undefined;
  #stopBeating: (() => void) | undefined;
  readonly #stopListening: () => void;

  constructor(feed: LiveFeed, clock: Pick<Clock, "every">) {
    this.#feed = feed;
    this.#clock = clock;
    this.#before = feed.last;
    this.#stopListening = feed.listen((event, number) => this.#hear(event, number));
  }

  /**
   * A stream for one page; undefined if there are too many.
   *
   * @param lastId of the last event that the page has had
   * @param onGone has the callback called if the page leaves, until the function that it gives is called
   */
  open(
    lastId: string | undefined,
    onGone: (callback: () => void) => () => void = () => () => {},
  ): EventStream | undefined {
    if (this.#room.isFull) return undefined;
    this.#room.enter();
    const { number, missed } = this.#missedSince(lastId);
    const stream: EventStream = new EventStream(number, () => {
      takeBack();
      this.#close(stream);
    });
    const takeBack = onGone(() => stream.end());
    this.#streams.add(stream);
    const hello = this.#format("hello", number, { epoch: this.#feed.epoch });
    stream.put(encoder.encode(`retry: ${RETRY}\n${hello}${missed}`));
    this.#stopBeating ??= this.#clock.every(HEARTBEAT, () => this.#beat());
    return stream;
  }

  /** Ends all streams: their pages come back. */
  end(): void {
    for (const stream of this.#streams) stream.end();
  }

  /** The same, and nothing is listened to any more. */
  stop(): void {
    this.#stopListening();
    this.end();
  }

  #hear(event: LiveEvent, number: number): void {
    const told = { number, text: this.#format(event.type, number, event) };
    if (event.type !== "change") this.#failure = event.type === "failure" ? told : undefined;
    this.#told.push(told);
    if (this.#told.length > REMEMBERED) this.#before = this.#told.shift()!.number;
    const bytes = encoder.encode(told.text);
    for (const stream of this.#streams) {
      if (number > stream.heard) stream.put(bytes);
    }
  }

  /** What a page is to be told first, and the number of the last event that it then knows. */
  #missedSince(lastId: string | undefined): { readonly number: number; readonly missed: string } {
    const { epoch, last } = this.#feed;
    const failure = this.#failure?.text ?? "";
    if (lastId === undefined) return { number: last, missed: failure };
    const [, its, digits] = /^(.*)\.(\d{1,15})$/.exec(lastId) ?? [], heard = Number(digits);
    if (its !== epoch || heard < this.#before) {
      return { number: last, missed: this.#format("change", last, { type: "change", paths: [] }) + failure };
    }
    // Another thread may have told it more than this one knows.
    const missed = this.#told.filter(({ number }) => number > heard);
    const isKnown = this.#failure === undefined || missed.includes(this.#failure);
    return {
      number: Math.max(heard, last),
      missed: missed.map(({ text }) => text).join("") + (isKnown ? "" : failure),
    };
  }

  #format(type: string, number: number, data: unknown): string {
    return `event: ${type}\nid: ${this.#feed.epoch}.${number}\ndata: ${JSON.stringify(data)}\n\n`;
  }

  #beat(): void {
    for (const stream of this.#streams) {
      if (!stream.isWaitedFor) stream.put(BEAT);
    }
  }

  #close(stream: EventStream): void {
    if (!this.#streams.delete(stream)) return;
    this.#room.leave();
    if (this.#streams.size > 0) return;
    this.#stopBeating?.();
    this.#stopBeating = undefined;
  }
}

/** What one page is told. */
export class EventStream implements BodySource {
  readonly length = undefined;
  readonly prompt = true;
  #waiting: Uint8Array[] = [];
  #size = 0;
  #isOver = false;
  #wake: (() => void) | undefined;

  /**
   * @param heard the number of the last event that it has been told
   * @param closed is called when it is
   */
  constructor(readonly heard: number, readonly closed: () => void) {}

  /** Something waits for the page already. */
  get isWaitedFor(): boolean {
    return this.#size > 0;
  }

  put(bytes: Uint8Array): void {
    if (this.#isOver) return;
    if (this.#size + bytes.length > MOST_WAITING) return this.end();
    this.#waiting.push(bytes);
    this.#size += bytes.length;
    this.#wake?.();
  }

  /** Nothing more comes. */
  end(): void {
    this.#isOver = true;
    this.#wake?.();
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    while (this.#size === 0) {
      if (this.#isOver) return null;
      await new Promise<void>((resolve) => this.#wake = resolve);
      this.#wake = undefined;
    }
    let filled = 0;
    while (this.#size > 0 && filled < buffer.length) {
      const piece = this.#waiting[0]!, count = Math.min(piece.length, buffer.length - filled);
      buffer.set(count === piece.length ? piece : piece.subarray(0, count), filled);
      filled += count;
      this.#size -= count;
      if (count === piece.length) this.#waiting.shift();
      else this.#waiting[0] = piece.subarray(count);
    }
    return filled;
  }

  close(): void {
    this.end();
    this.closed();
  }
}
