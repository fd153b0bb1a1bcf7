/**
 * Stand-ins for what lib/ports.ts promises that nearly every test needs: a clock that moves when it is told to, a log
 * that remembers.
 *
 * @module
 */
import type { Clock, ErrorLog, Log } from "../../lib/ports.ts";
import { errorLogTo } from "../../lib/runtime/error_log.ts";

/** Lets everything happen that needs no more input. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setTimeout(resolve, 0));
}

interface Timer {
  due: number;
  /** Undefined: it rings once. */
  readonly period: number | undefined;
  readonly callback: () => void;
}

/** Time stands still until advance(). */
export class FakeClock implements Clock {
  #now = 1_000_000;
  readonly #timers = new Set<Timer>();

  /** Timers that are still to ring, and have not been taken back. */
  get running(): number {
    return this.#timers.size;
  }

  now(): number {
    return Date.UTC(2026, 10, 22, 18, 43, 45, 678);
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

  /** Lets time pass and calls back whatever is due in it; then lets the consequences happen. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    for (;;) {
      const next = [...this.#timers].filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0];
      if (!next) break;
      this.#now = next.due;
      if (next.period === undefined) this.#timers.delete(next);
      else next.due += next.period;
      next.callback();
      // What rings once may have consequences that want a timer of their own, before more time has passed.
      if (next.period === undefined) await settle();
    }
    this.#now = end;
    await settle();
  }

  #add(timer: Timer): () => void {
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }
}

/** Remembers its lines, those of an error log with their levels. */
export class FakeLog implements Log, ErrorLog {
  readonly lines: string[] = [];
  readonly #errors = errorLogTo(this);

  line(text: string): void {
    this.lines.push(text);
  }

  error(text: string, reference?: string): void {
    this.#errors.error(text, reference);
  }

  warning(text: string): void {
    this.#errors.warning(text);
  }

  notice(text: string): void {
    this.#errors.notice(text);
  }

  program(name: string, text: string): void {
    this.#errors.program(name, text);
  }
}
