/**
 * Content that is sent slowly, or not to its end, on purpose.
 *
 * @module
 */
import { BodyError } from "../http/errors.ts";
import type { BodySource, Request } from "../http/message.ts";
import type { Weather } from "./weather.ts";

/** A piece is what may be sent in so many milliseconds. */
const PIECE = 40;

/** What is due in less than so many milliseconds is sent at once: timers are no finer, and what follows makes up for it. */
const GRAIN = 2;

/** So far behind, in milliseconds, something else is slower than the rate, and what was not used is gone. */
const BEHIND = 1000;

/** Gives so many bytes in a second, in small pieces. Owns the source. */
export class RatedSource implements BodySource {
  readonly length: number | undefined;
  /** The head is not to wait for the first piece. */
  readonly prompt = false;
  readonly isAtEnd?: () => Promise<boolean>;
  readonly #source: BodySource;
  readonly #rate: number;
  readonly #weather: Weather;
  readonly #client: Pick<Request, "onGone">;
  readonly #piece: number;
  /** When all that was given is due. */
  #due: number | undefined;

  /** @param rate bytes in a second */
  constructor(source: BodySource, rate: number, weather: Weather, client: Pick<Request, "onGone">) {
    this.length = source.length;
    this.#source = source;
    this.#rate = rate;
    this.#weather = weather;
    this.#client = client;
    this.#piece = Math.max(1, Math.floor(rate * PIECE / 1000));
    if (source.isAtEnd !== undefined) this.isAtEnd = () => source.isAtEnd!();
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    // Half of a piece is early, and half of it late.
    this.#due ??= this.#weather.now - PIECE / 2;
    const count = await this.#source.read(buffer.subarray(0, Math.min(buffer.length, this.#piece)));
    if (count === null) return null;
    const { now } = this.#weather;
    if (now - this.#due > BEHIND) this.#due = now - PIECE / 2;
    this.#due += count * 1000 / this.#rate;
    // Who has left is found out by whoever sends.
    if (this.#due - now >= GRAIN) await this.#weather.until(this.#due, this.#client);
    return count;
  }

  close(): void {
    this.#source.close();
  }
}

const LF = 10, CR = 13;

/**
 * Between the last byte and the end of a content that is cut, in milliseconds: a client that gets both in one read (curl, by
 * HTTP/2) drops what it has got before.
 */
const LAST_PAUSE = 20;

/** Breaks off behind so many bytes. Owns the source. */
export class CutSource implements BodySource {
  readonly length: number | undefined;
  /** The head is sent even where nothing follows it. */
  readonly prompt = false;
  readonly #source: BodySource;
  readonly #cut: number;
  readonly #weather: Weather;
  readonly #client: Pick<Request, "onGone">;
  #left: number;
  /** What has been read of the head of a whole message: the last bytes but CR that were no line's content. */
  #isInHead: boolean;
  #lineIsEmpty = false;

  /** @param isMessage it has a head before its content */
  constructor(
    source: BodySource,
    { cut, isMessage }: { readonly cut: number; readonly isMessage: boolean },
    weather: Weather,
    client: Pick<Request, "onGone">,
  ) {
    this.length = source.length;
    this.#source = source;
    this.#weather = weather;
    this.#client = client;
    this.#cut = this.#left = cut;
    this.#isInHead = isMessage;
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    if (!this.#isInHead && this.#left === 0) {
      await this.#weather.until(this.#weather.now + LAST_PAUSE, this.#client);
      throw new BodyError(`it is cut behind ${this.#cut} bytes on purpose (fail)`);
    }
    const room = this.#isInHead ? buffer.length : Math.min(buffer.length, this.#left);
    const count = await this.#source.read(buffer.subarray(0, room));
    if (count === null) return null;
    const start = this.#isInHead ? this.#headIn(buffer.subarray(0, count)) : 0;
    const given = Math.min(count - start, this.#left);
    this.#left -= given;
    return start + given;
  }

  close(): void {
    this.#source.close();
  }

  /** How many of the bytes belong to the head. */
  #headIn(bytes: Uint8Array): number {
    for (let at = 0; at < bytes.length; at++) {
      if (bytes[at] === LF && this.#lineIsEmpty) {
        this.#isInHead = false;
        return at + 1;
      }
      if (bytes[at] !== CR) this.#lineIsEmpty = bytes[at] === LF;
    }
    return bytes.length;
  }
}
