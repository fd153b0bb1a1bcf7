/**
 * One worker thread as the main thread sees it.
 *
 * @module
 */
import { removeUnfinished, unfinishedFiles } from "../runtime/store_files.ts";
import type { Config } from "../config/types.ts";
import type { ProcessGroups, WorkerGroups } from "../runtime/process_groups.ts";
import type { FromWorker, ToWorker, WorkerStart } from "./messages.ts";
import type { PermissionSet } from "./permissions.ts";

/** What a worker's owner hears from it. */
export interface WorkerEvents {
  log(log: "access" | "error", lines: Uint8Array<ArrayBuffer>): void;
  /** It has died without being asked to. */
  died(reason: string): void;
}

/** A worker could not serve its configuration. */
export class WorkerFailure extends Error {
  override readonly name = "WorkerFailure";
}

/** How much longer than it was given a worker may take to stop, in milliseconds. */
const STOP_GRACE = 2000;

/** A worker that is asked for something else has this long before it is gone on without, in milliseconds. */
const REPLY_TIMEOUT = 2000;

/** Owns the thread: it is terminated once it has stopped, died, or taken too long to stop. */
export class WorkerHandle {
  readonly ready: Promise<void>;
  /** Resolves when the thread is gone. */
  readonly gone: Promise<void>;
  readonly #worker: Worker;
  readonly #events: WorkerEvents;
  readonly #groups: WorkerGroups | undefined;
  /** Files that it is writing. */
  readonly #unfinished = new Set<string>();
  readonly #ready = Promise.withResolvers<void>();
  readonly #gone = Promise.withResolvers<void>();
  readonly #changed = new Set<() => void>();
  readonly #closed = Promise.withResolvers<void>();
  #leaving = false;
  #isGone = false;

  /**
   * @param permissions undefined: those of the main thread
   * @param groups looks after the groups of its programs; undefined where it has none
   */
  constructor(
    entry: URL,
    start: Omit<WorkerStart, "groups">,
    permissions: PermissionSet | undefined,
    events: WorkerEvents,
    groups: ProcessGroups | undefined,
  ) {
    this.ready = this.#ready.promise;
    this.gone = this.#gone.promise;
    this.#events = events;
    this.#worker = new Worker(entry, {
      type: "module",
      name: `worker ${start.id}`,
      deno: { permissions: permissions ? only(permissions) : "inherit" },
    });
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#receive(data);
    this.#worker.onerror = (event) => {
      // Without this the main thread would die with it.
      event.preventDefault();
      this.#die(event.message);
    };
    this.#groups = groups?.open((pid) => this.#send({ type: "left killed", pid }));
    // A failure is for whoever waits; nobody has to.
    this.ready.catch(() => {});
    this.#send({ type: "start", start: { ...start, groups: this.#groups?.memory } });
  }

  /** The thread has ended, or is ending. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** Has it serve another configuration with the same needs. Resolves when it does. */
  async change(config: Config): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#changed.add(resolve);
    this.#send({ type: "change", config });
    await this.#inTime(promise);
    this.#changed.delete(resolve);
  }

  /** Has it answer what its connections still ask for. Resolves when it accepts no more of them. */
  async retire(): Promise<void> {
    this.#leaving = true;
    this.#send({ type: "retire" });
    await this.#inTime(this.#closed.promise);
  }

  /** Has it end within so many milliseconds. */
  async stop(timeout: number): Promise<void> {
    this.#leaving = true;
    this.#send({ type: "stop" });
    const timer = setTimeout(() => this.#end(), timeout + STOP_GRACE);
    await this.gone;
    clearTimeout(timer);
  }

  /** Waits for a worker's word, but not for one that is busy with something else, and not for a dead one. */
  async #inTime(word: Promise<void>): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => timer = setTimeout(resolve, REPLY_TIMEOUT));
    await Promise.race([word, late, this.gone]);
    clearTimeout(timer);
  }

  #send(message: ToWorker): void {
    if (!this.#isGone) this.#worker.postMessage(message);
  }

  #receive(message: FromWorker): void {
    switch (message.type) {
      case "ready":
        return this.#ready.resolve();
      case "failed":
        this.#leaving = true;
        this.#ready.reject(new WorkerFailure(message.message));
        return this.#end();
      case "changed":
        return this.#changed.forEach((resolve) => resolve());
      case "closed":
        return this.#closed.resolve();
      case "log":
        return this.#events.log(message.log, message.lines);
      case "kill":
        return this.#groups?.kill(message.pid);
      case "sweep":
        return this.#groups?.sweep();
      case "unfinished":
        return this.#file(message.path, message.over);
      case "stopped":
        return this.#end();
    }
  }

  #file(path: string, over: boolean): void {
    if (over) {
      this.#unfinished.delete(path);
      unfinishedFiles.over(path);
    } else {
      this.#unfinished.add(path);
      unfinishedFiles.begun(path);
    }
  }

  #die(reason: string): void {
    const unexpected = !this.#leaving;
    this.#leaving = true;
    this.#ready.reject(new WorkerFailure(reason));
    this.#end();
    if (unexpected) this.#events.died(reason);
  }

  #end(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#worker.terminate();
    this.#groups?.close();
    this.#unfinished.forEach(removeUnfinished);
    this.#gone.resolve();
  }
}

/** Exactly this set: what is not named here is refused. */
function only({ net, read, write, run }: PermissionSet): Deno.PermissionOptions {
  return {
    net: orNothing(net),
    read: orNothing(read),
    write: orNothing(write),
    run: orNothing(run),
    env: false,
    sys: false,
    ffi: false,
    import: false,
  };
}

/** An empty list would mean everything. */
function orNothing(list: readonly string[]): string[] | false {
  return list.length === 0 ? false : [...list];
}
