/**
 * A log whose batches are handed to another thread, which says when it has written them. What is on its way is counted
 * until then: a thread's messages have no bound of their own, and the other one may be slower.
 *
 * @module
 */
import type { Log } from "../ports.ts";
import { cutLine, LineBatch } from "./line_batch.ts";
import { escapeControls } from "./logs.ts";

/** How long a line may wait to be handed over, in milliseconds. */
const FLUSH_DELAY = 50;

/** Bytes of lines that may be on their way, those that wait to be handed over included. */
export const POSTED_WINDOW = 4 * 1024 * 1024;

/** Hands lines over. What there is no room for is dropped, counted, and said in one line once there is room again. */
export class PostedLog implements Log {
  readonly #batch = new LineBatch();
  readonly #post: (lines: Uint8Array<ArrayBuffer>) => void;
  readonly #isSafe: boolean;
  #onTheWay = 0;
  #dropped = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param isSafe nothing is in the lines that a terminal would obey: whoever writes them has seen to that
   */
  constructor(post: (lines: Uint8Array<ArrayBuffer>) => void, isSafe = false) {
    this.#post = post;
    this.#isSafe = isSafe;
  }

  line(text: string): void {
    if (this.#onTheWay >= POSTED_WINDOW) {
      this.#dropped++;
      return;
    }
    this.#add(this.#isSafe ? text : escapeControls(text));
    this.#flushSoon();
  }

  /** So many bytes of what was handed over are written, or dropped over there. */
  written(bytes: number): void {
    this.#onTheWay -= bytes;
    if (this.#dropped > 0) this.#flushSoon();
  }

  /** Hands over what waits. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#dropped > 0 && this.#onTheWay < POSTED_WINDOW) {
      this.#add(`warning: ${this.#dropped} log lines were dropped: the log is written too slowly`);
      this.#dropped = 0;
    }
    for (const lines of this.#batch.take()) this.#post(lines);
  }

  #add(text: string): void {
    this.#onTheWay += this.#batch.line(cutLine(text));
  }

  #flushSoon(): void {
    this.#timer ??= setTimeout(() => this.flush(), FLUSH_DELAY);
  }
}
