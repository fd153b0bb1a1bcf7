/**
 * Comparisons of passwords with hashes, one after another, in the thread for that (login_thread.ts): it is started with the
 * first of them, and ended where one takes too long.
 *
 * @module
 */
import type { LoginJob } from "./login_thread.ts";

/** One comparison. */
export interface Comparison extends LoginJob {
  /** False once nobody wants to know any more: asked when its turn comes. */
  isWanted(): boolean;
}

/** How long one may take, in milliseconds, and how many wait at most. */
const PATIENCE = 10_000, MOST_WAITING = 256;

/** The module that the thread runs. */
const ENTRY = new URL("./login_thread.ts", import.meta.url);

interface Job extends Comparison {
  /** Undefined: it was not compared. */
  resolve(isRight: boolean | undefined): void;
}

/** Owns the thread. */
export class LoginJobs {
  readonly #failed: (reason: string) => void;
  readonly #waiting: Job[] = [];
  #running: Job | undefined;
  #thread: Worker | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param failed is told when the thread has ended, or was ended */
  constructor(failed: (reason: string) => void) {
    this.#failed = failed;
  }

  /** Whether a password is that of a hash; undefined where there was no time for it, or nobody wanted to know any more. */
  compare(comparison: Comparison): Promise<boolean | undefined> {
    if (this.#waiting.length >= MOST_WAITING) return Promise.resolve(undefined);
    const { promise, resolve } = Promise.withResolvers<boolean | undefined>();
    const { password, hash } = comparison;
    this.#waiting.push({ password, hash, isWanted: () => comparison.isWanted(), resolve });
    this.#next();
    return promise;
  }

  /** Ends the thread; what waits is not compared. */
  stop(): void {
    this.#drop(undefined);
    for (const job of this.#waiting.splice(0)) job.resolve(undefined);
  }

  #next(): void {
    while (this.#running === undefined) {
      const job = this.#waiting.shift();
      if (job === undefined) return;
      if (!job.isWanted()) job.resolve(undefined);
      else this.#start(job);
    }
  }

  #start(job: Job): void {
    this.#running = job;
    this.#thread ??= this.#open();
    this.#timer = setTimeout(
      () => this.#drop(`one comparison took more than ${PATIENCE / 1000} s: its hash has too high a cost`),
      PATIENCE,
    );
    const { password, hash } = job;
    this.#thread.postMessage({ password, hash } satisfies LoginJob);
  }

  #open(): Worker {
    const thread = new Worker(ENTRY, {
      type: "module",
      name: "logins",
      // SECURITY: what strangers send is worked on here.
      deno: { permissions: "none" },
    });
    thread.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (thread === this.#thread) this.#end(data === true);
    };
    thread.onerror = (event) => {
      // Without this the main thread would end with it.
      event.preventDefault();
      if (thread === this.#thread) this.#drop(event.message);
    };
    return thread;
  }

  #end(isRight: boolean | undefined): void {
    clearTimeout(this.#timer);
    const job = this.#running;
    this.#running = undefined;
    job?.resolve(isRight);
    this.#next();
  }

  #drop(reason: string | undefined): void {
    this.#thread?.terminate();
    this.#thread = undefined;
    if (reason !== undefined) this.#failed(reason);
    const waiting = reason === undefined ? this.#waiting.splice(0) : [];
    this.#end(undefined);
    for (const job of waiting) job.resolve(undefined);
  }
}
