/**
 * A body in a content coding (RFC 9110 section 8.4), coded as it is read: in bounded memory, in slices between which all
 * others have their turns, and never behind its source. Where that waits for somebody, all that it has given can be decoded
 * by the client already, so an event stream stays live.
 *
 * @module
 */
import { BufferPool } from "../bytes/buffer_pool.ts";
import { BodyError } from "../http/errors.ts";
import type { BodySource } from "../http/message.ts";
import type { Turns } from "../http/turns.ts";
import type { Encoder } from "../ports.ts";

/** What is read at one time, and what of it is coded in one step, in bytes: the dearest coding takes half a millisecond. */
const INPUT = 64 * 1024, STEP = 16 * 1024;

/** So many turns of the queue of microtasks tell whether a promise was settled. */
const SETTLED = 6;

/** For what is read. */
const inputs = new BufferPool(INPUT, 16);

/** Owns the source and the encoder: close() closes both. */
export class CodedSource implements BodySource {
  readonly length = undefined;
  readonly prompt: boolean;
  readonly #source: BodySource;
  readonly #createEncoder: (size?: number) => Encoder;
  readonly #turns: Turns;
  readonly #closed: () => void;
  #encoder: Encoder | undefined;
  #input: Uint8Array<ArrayBuffer> | undefined;
  /** What the source is filling the input with. */
  #reading: Promise<number | null> | undefined;
  /** Bytes that the source still has to give, if it has announced them. */
  #left: number | undefined;
  /** Coded, and not given yet. */
  #pieces: Uint8Array[] = [];
  /** All that the source has given can be decoded: whoever reads waits for the source alone. */
  #isFlushed = true;
  #isOver = false;
  #isClosed = false;

  /**
   * @param createEncoder is asked when the first byte is wanted, with the length of all, where it is known
   * @param closed is called once, when it is
   */
  constructor(
    source: BodySource,
    createEncoder: (size?: number) => Encoder,
    turns: Turns,
    closed: () => void = () => {},
  ) {
    this.#closed = closed;
    this.#source = source;
    this.#createEncoder = createEncoder;
    this.#turns = turns;
    this.prompt = source.prompt;
    this.#left = source.length;
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    let filled = 0;
    for (;;) {
      filled += this.#take(buffer.subarray(filled));
      if (filled === buffer.length || this.#isOver) break;
      // What there is leaves before anybody is waited for.
      if (filled > 0 && (this.#isFlushed || this.#turns.isTaken)) break;
      await this.#codeMore();
    }
    return filled === 0 ? null : filled;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#source.close();
    this.#encoder?.close();
    this.#releaseInput();
    this.#closed();
  }

  /** Reads and codes what the source gives in one piece; or flushes, where that is waited for. */
  async #codeMore(): Promise<void> {
    const input = this.#input ??= inputs.take();
    const room = Math.min(input.length, this.#left ?? Infinity);
    const reading = room === 0 ? null : this.#reading ??= this.#startReading(input.subarray(0, room));
    if (reading !== null && !this.#isFlushed && !(await this.#comesSoon(reading))) {
      await this.#step((encoder) => encoder.flush());
      this.#isFlushed = true;
      return;
    }
    const count = await reading;
    this.#reading = undefined;
    if (count !== null) {
      this.#isFlushed = false;
      for (let start = 0; start < count; start += STEP) {
        await this.#step((encoder) => encoder.write(input.subarray(start, Math.min(start + STEP, count))));
      }
      if (this.#left !== undefined) this.#left -= count;
      if (this.#left !== 0) return;
    }
    await this.#checkEnd();
    await this.#step((encoder) => encoder.end());
    this.#isOver = true;
    this.#releaseInput();
  }

  #startReading(room: Uint8Array): Promise<number | null> {
    const reading = this.#source.read(room);
    // Whoever closes does not wait for it any more.
    reading.catch(() => {});
    return reading;
  }

  /** True if a read gives something before the event loop has had a turn. What goes wrong comes behind all that was given. */
  async #comesSoon(reading: Promise<number | null>): Promise<boolean> {
    let isOver = false;
    const noted = reading.then(() => void (isOver = true), () => {});
    // PERF: what is read in place is over at once, and no timer is made for it.
    for (let turn = 0; turn < SETTLED && !isOver; turn++) await undefined;
    if (isOver) return true;
    const turn = Promise.withResolvers<void>(), cancel = this.#turns.clock.after(0, turn.resolve);
    await Promise.race([noted, turn.promise]);
    cancel();
    return isOver;
  }

  /** Half a body, or more than a body, never looks whole. @throws {BodyError} */
  async #checkEnd(): Promise<void> {
    if (this.#left === undefined) return;
    if (this.#left > 0) throw new BodyError("The body ended before its announced length");
    if (this.#source.isAtEnd && !(await this.#source.isAtEnd())) {
      throw new BodyError("The body was longer than announced and has been cut");
    }
  }

  async #step(act: (encoder: Encoder) => Promise<readonly Uint8Array[]>): Promise<void> {
    this.#pieces.push(
      ...await this.#turns.step(() => {
        // It may have been closed while it waited for its turn, and nobody would close another encoder.
        if (this.#isClosed) throw new Error("The coded body was closed while it was read");
        return act(this.#encoder ??= this.#createEncoder(this.#source.length));
      }),
    );
  }

  /** Moves what has been coded, so far as there is room; gives the number of bytes. */
  #take(room: Uint8Array): number {
    let filled = 0, whole = 0;
    for (const piece of this.#pieces) {
      const count = Math.min(piece.length, room.length - filled);
      room.set(count === piece.length ? piece : piece.subarray(0, count), filled);
      filled += count;
      if (count < piece.length) {
        this.#pieces[whole] = piece.subarray(count);
        break;
      }
      whole++;
    }
    if (whole > 0) this.#pieces.splice(0, whole);
    return filled;
  }

  #releaseInput(): void {
    if (this.#input === undefined) return;
    if (this.#reading !== undefined) inputs.lose();
    else inputs.give(this.#input);
    this.#input = undefined;
  }
}
