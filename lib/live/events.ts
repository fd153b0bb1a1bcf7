/**
 * The streams of server-sent events that pages listen to; what is in them says lib/live/messages.ts.
 *
 * Bounded: so many streams, and so many bytes that wait for one page. Who does not read is cut off, and asks again.
 *
 * @module
 */
import type { BodySource } from "../http/message.ts";
import { Room } from "../http/room.ts";
import type { Clock, LiveFeed } from "../ports.ts";
import { eventMessage, greeting, type LivePosition } from "./messages.ts";

/** Pages that listen at one time to one thread. A browser has six connections to a host, or one of HTTP/2. */
const MOST_STREAMS = 256;

/** Bytes that wait for one page. */
const MOST_WAITING = 256 * 1024;

/** Between two signs of life, in milliseconds: proxies on the way give up after a minute of nothing. */
const HEARTBEAT = 15_000;

/** After so many milliseconds a browser asks again by itself that has lost the stream. */
const RETRY = 500;

const encoder = new TextEncoder();
const BEAT = encoder.encode(":\n\n");

/** The streams of one thread. Its owner stops it. */
export class LiveEvents {
  readonly #feed: LiveFeed;
  readonly #clock: Pick<Clock, "every" | "now">;
  readonly #streams = new Set<EventStream>();
  readonly #room = new Room(MOST_STREAMS);
  readonly #stopListening: () => void;
  #stopBeating: (() => void) | undefined;
  #hasStopped = false;

  constructor(feed: LiveFeed, clock: Pick<Clock, "every" | "now">) {
    this.#feed = feed;
    this.#clock = clock;
    this.#stopListening = feed.listen((event, number) => {
      if (this.#streams.size > 0) {
        this.#tell(encoder.encode(eventMessage(feed, { event, number }, clock.now())));
      }
    });
  }

  /**
   * A stream for one page; undefined if there are too many.
   *
   * @param onGone has the callback called if the page leaves, until the function that it gives is called
   */
  open(
    position: LivePosition,
    onGone: (callback: () => void) => () => void = () => () => {},
  ): BodySource | undefined {
    if (this.#room.isFull) return undefined;
    this.#room.enter();
    const stream: EventStream = new EventStream(() => {
      takeBack();
      this.#leave(stream);
    });
    const takeBack = onGone(() => stream.end());
    stream.put(encoder.encode(`retry: ${RETRY}\n\n${greeting(this.#feed, position, this.#clock.now())}`));
    if (this.#hasStopped) stream.end();
    this.#streams.add(stream);
    this.#stopBeating ??= this.#clock.every(HEARTBEAT, () => this.#tell(BEAT));
    return stream;
  }

  /** Ends all streams: their pages come back. */
  end(): void {
    for (const stream of this.#streams) stream.end();
  }

  /** The same for good: whoever still comes gets a stream that is over. */
  stop(): void {
    this.#hasStopped = true;
    this.#stopListening();
    this.end();
  }

  #tell(bytes: Uint8Array): void {
    for (const stream of this.#streams) stream.put(bytes);
  }

  #leave(stream: EventStream): void {
    if (!this.#streams.delete(stream)) return;
    this.#room.leave();
    if (this.#streams.size > 0) return;
    this.#stopBeating?.();
    this.#stopBeating = undefined;
  }
}

/** What one page is told. */
class EventStream implements BodySource {
  readonly length = undefined;
  readonly prompt = true;
  readonly #closed: () => void;
  #waiting: Uint8Array[] = [];
  #size = 0;
  #isOver = false;
  #wake: (() => void) | undefined;

  /** @param closed is called when it is */
  constructor(closed: () => void) {
    this.#closed = closed;
  }

  put(bytes: Uint8Array): void {
    if (this.#isOver) return;
    // What has not been read yet is as good a sign of life.
    if (bytes === BEAT && this.#size > 0) return;
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
    this.#closed();
  }
}
