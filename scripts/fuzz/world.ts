/**
 * What a session lives in, for the fuzzer: a clock, a connection and sources that do what the script says, in no time
 * of their own, and note whatever breaks a rule.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import { BodyError } from "../../lib/http/errors.ts";
import type { BodySource } from "../../lib/http/message.ts";
import type { ByteConnection, Clock, ErrorLog } from "../../lib/ports.ts";
import { decodeLatin1 } from "../../lib/bytes/latin1.ts";

/** Lets everything happen that needs nothing more from outside. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

interface Timer {
  due: number;
  readonly period: number | undefined;
  readonly callback: () => void;
}

/** Time stands still until advance(). */
export class ScriptedClock implements Clock {
  #now = 1_000_000;
  readonly #timers = new Set<Timer>();

  get running(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  after(milliseconds: number, callback: () => void): () => void {
    return this.#add({ due: this.#now + milliseconds, period: undefined, callback });
  }

  every(period: number, callback: () => void): () => void {
    return this.#add({ due: this.#now + period, period, callback });
  }

  /** Calls back what is due; nothing settles in between. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (;;) {
      let next: Timer | undefined;
      for (const timer of this.#timers) {
        if (timer.due <= end && (next === undefined || timer.due < next.due)) next = timer;
      }
      if (!next) break;
      this.#now = next.due;
      if (next.period === undefined) this.#timers.delete(next);
      else next.due += next.period;
      next.callback();
    }
    this.#now = end;
  }

  #add(timer: Timer): () => void {
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }
}

/** Where rules that were broken are noted. */
export type Faults = string[];

/** One end of a connection; the script is the other. */
export class ScriptedConnection implements ByteConnection {
  readonly remote = { hostname: "192.0.2.1", port: 1234 };
  readonly local = { hostname: "127.0.0.1", port: 80 };
  /** All that was written. */
  output = "";
  closed = false;
  stalls = false;
  /** Bytes that one write takes. */
  takes = Infinity;
  #ended = false;
  #isReset = false;
  readonly #incoming: (Uint8Array | null)[] = [];
  #reading: PromiseWithResolvers<void> | undefined;
  #writing: PromiseWithResolvers<void> | undefined;

  constructor(readonly faults: Faults) {}

  /** The peer sends; null ends its side. */
  push(data: Uint8Array | null): void {
    this.#incoming.push(data);
    this.#reading?.resolve();
  }

  /** The peer is gone: what it sent and was not read is lost. */
  reset(): void {
    this.#isReset = true;
    this.#wake();
  }

  /** Whatever waits looks again. */
  go(): void {
    this.#writing?.resolve();
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    if (this.#reading !== undefined) this.faults.push("two reads at once");
    while (this.#incoming.length === 0 && !this.closed && !this.#isReset) {
      this.#reading = Promise.withResolvers();
      await this.#reading.promise;
    }
    this.#reading = undefined;
    if (this.closed || this.#isReset) throw new Error("closed");
    const first = this.#incoming[0];
    if (!first) return null;
    const count = Math.min(first.length, buffer.length);
    buffer.set(first.subarray(0, count));
    if (count === first.length) this.#incoming.shift();
    else this.#incoming[0] = first.subarray(count);
    return count;
  }

  async write(bytes: Uint8Array): Promise<number> {
    if (this.#writing !== undefined) this.faults.push("two writes at once");
    if (this.closed) this.faults.push("a write after the close");
    if (this.#ended) this.faults.push("a write after the end of our side");
    while (this.stalls && !this.closed && !this.#isReset) {
      this.#writing = Promise.withResolvers();
      await this.#writing.promise;
    }
    this.#writing = undefined;
    if (this.closed || this.#isReset) throw new Error("closed");
    const count = Math.min(bytes.length, this.takes);
    this.output += decodeLatin1(bytes.subarray(0, count));
    return count;
  }

  closeWrite(): Promise<void> {
    this.#ended = true;
    return this.#isReset ? Promise.reject(new Error("reset")) : Promise.resolve();
  }

  close(): void {
    this.closed = true;
    // As in the runtime: what waits is told later, not at once.
    queueMicrotask(() => this.#wake());
  }

  #wake(): void {
    this.#reading?.resolve();
    this.#writing?.resolve();
  }
}

/** Content that comes when the script says so. */
export class ScriptedSource implements BodySource {
  closes = 0;
  #given = 0;
  #ready = 0;
  #isBroken = false;
  #waiting: PromiseWithResolvers<void> | undefined;

  /**
   * @param total pieces of five bytes
   * @param length as it is announced
   */
  constructor(
    readonly faults: Faults,
    readonly total: number,
    readonly length: number | undefined,
    readonly prompt: boolean,
  ) {
    if (prompt) this.#ready = 1;
  }

  /** So many pieces more are there. */
  more(pieces: number): void {
    this.#ready += pieces;
    this.#waiting?.resolve();
  }

  break(): void {
    this.#isBroken = true;
    this.#waiting?.resolve();
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    if (this.closes > 0) this.faults.push("a source is read after it was closed");
    if (this.#waiting !== undefined) this.faults.push("two reads of a source at once");
    while (this.#given === this.#ready && this.#given < this.total && !this.#isBroken && this.closes === 0) {
      this.#waiting = Promise.withResolvers();
      await this.#waiting.promise;
    }
    this.#waiting = undefined;
    if (this.#isBroken) throw new BodyError("scripted");
    if (this.#given === this.total || this.closes > 0) return null;
    this.#given++;
    const count = Math.min(5, buffer.length);
    buffer.fill(0x70, 0, count);
    return count;
  }

  close(): void {
    this.closes++;
    this.#waiting?.resolve();
  }
}

/** Every line is a fault, but for those that the script has asked for. */
export class FaultLog implements ErrorLog {
  constructor(readonly faults: Faults) {}

  error(text: string): void {
    if (!/scripted|^[A-Z]+ \S+: The body (ended before|was longer than)/.test(text)) this.faults.push(text);
  }

  warning(text: string): void {
    this.faults.push(text);
  }

  notice(text: string): void {
    this.faults.push(text);
  }

  program(_: string, text: string): void {
    this.faults.push(text);
  }
}
