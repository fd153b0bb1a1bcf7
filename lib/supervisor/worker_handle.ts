/**
 * One worker thread as the main thread sees it. SECURITY: the main thread may do what a worker may not, so it believes
 * nothing of what a worker says. One that says what it may not, says too much of it, or nothing at all any more, is
 * ended as if it had died.
 *
 * @module
 */
import { hasControlBytes } from "../bytes/controls.ts";
import { LARGEST_PIECE } from "../runtime/line_batch.ts";
import { escapeControls } from "../runtime/logs.ts";
import { POSTED_WINDOW } from "../runtime/posted_log.ts";
import type { Config } from "../config/types.ts";
import { freeNameLocks, nameLockMemory } from "../runtime/name_locks.ts";
import type { AppState, LiveEvent, Topic } from "../ports.ts";
import type { ProcessGroups, WorkerGroups } from "../runtime/process_groups.ts";
import { Allowance } from "../http/allowance.ts";
import { NO_CERTIFICATES, type WorkerCertificate, type WorkerCertificates } from "./certificates.ts";
import { MOST_RECORDED, type RecordsFound, type RecordsWanted } from "../inspector/wanted.ts";
import type { FromWorker, Inspection, LogName, PoolAnswer, ToWorker, WorkerStart } from "./messages.ts";
import type { PermissionSet } from "./permissions.ts";
import { UnfinishedFiles } from "./unfinished_files.ts";
import { MOST_QUESTIONS } from "./questions.ts";
import { decodeMessage, reasonOf } from "./worker_messages.ts";

/** What a worker's owner hears from it. */
export interface WorkerEvents {
  /** @param over is to be called once they are written, or dropped */
  log(log: LogName, lines: Uint8Array<ArrayBuffer>, over: () => void): void;
  /** It wants a certificate for a name, which may be any name at all. @param give is to be called with it */
  certificateWanted(name: string, give: (certificate: WorkerCertificate | undefined) => void): void;
  /**
   * It wants to connect to a pool. @param give is to be called with what comes of it, once
   *
   * @returns false if it has no such pool
   */
  poolWanted(name: string, give: (answer: PoolAnswer) => void): boolean;
  /** It could not connect to a pool. @returns false if it has no such pool */
  poolFailed(name: string): boolean;
  /** It retires, and needs its pools no more. */
  poolsUnused(): void;
  /** It wants to know something. Never rejects. @param worker its number, which no other has had */
  asked(topic: Topic, text: string, worker: number): Promise<string | undefined>;
  /** It has died without being asked to, or was ended for what it did. The reason is one line. */
  died(reason: string): void;
}

/** How often a worker is asked whether it lives, and how often in a row it may fail to answer before it is ended. */
export interface Heartbeat {
  /** In milliseconds. */
  readonly every: number;
  readonly missed: number;
}

/**
 * PERF: two messages in five seconds cost an idle server nothing that could be measured. A thread that only stands
 * still for a while, for a disk that does not answer, is no dead one.
 */
export const HEARTBEAT: Heartbeat = { every: 5000, missed: 6 };

/**
 * Messages that a worker may post at once, and in each second: for a worker that stores, a few for each request. One
 * that runs into this would keep the main thread from everything else.
 */
const MESSAGES = { burst: 100_000, rate: 50_000 };

/** What one counts for: a look at all programs is dearer than a word, and so is a long path. */
function costOf(message: FromWorker): number {
  if (["kill", "sweep", "certificate wanted", "pool failed", "records"].includes(message.type)) return 20;
  if (message.type === "question") return 20 + message.text.length / 64;
  return message.type === "unfinished" ? 1 + message.path.length / 64 : 1;
}

/** Bytes of a log that a worker may have posted before it hears that they are written: its own bound ends a line earlier. */
const MOST_POSTED = POSTED_WINDOW + 2 * LARGEST_PIECE;

/** A worker could not serve its configuration. */
export class WorkerFailure extends Error {
  override readonly name = "WorkerFailure";
}

/** How much longer than it was given a worker may take to stop, in milliseconds. */
const STOP_GRACE = 2000;

/** A worker that is asked for something else has this long before it is gone on without, in milliseconds. */
const REPLY_TIMEOUT = 2000;

/** So many may wait at one time for what a worker has taken down. */
const MOST_WAITING = 32;

const NO_SUCH_POOL = "it asked for a pool that it does not have";

const encoder = new TextEncoder();
/** Names are locked by all workers of the program together, those that retire included. */
const LOCKS = nameLockMemory();

/** Of all workers, those of earlier configurations too: so many bytes of counters. */
const GENERATIONS = new SharedArrayBuffer(64 * 1024);

/** Workers so far: no two have the same number. */
let born = 0;

/** Owns the thread: it is terminated once it has stopped, died, or taken too long to stop. */
export class WorkerHandle {
  readonly ready: Promise<void>;
  /** Resolves when the thread is gone. */
  readonly gone: Promise<void>;
  /** How many requests it was answering when it was told to stop; 0 if it is gone before it says so. */
  readonly counted: Promise<number>;
  /** What it takes requests down with. */
  readonly inspection: Inspection | undefined;
  readonly #worker: Worker;
  readonly #events: WorkerEvents;
  readonly #groups: WorkerGroups | undefined;
  readonly #unfinished: UnfinishedFiles;
  readonly #messages = new Allowance(MESSAGES, performance.now());
  /** Pools that it has asked for, and has no answer for yet. */
  readonly #wanted = new Set<string>();
  /** Bytes of each log that it has not heard of since it posted them. */
  readonly #posted: Record<LogName, number> = { access: 0, error: 0 };
  readonly #heartbeat: ReturnType<typeof setInterval>;
  readonly #ready = Promise.withResolvers<void>();
  readonly #gone = Promise.withResolvers<void>();
  readonly #counted = Promise.withResolvers<number>();
  readonly #changed = new Set<() => void>();
  readonly #closed = Promise.withResolvers<void>();
  /** What it was asked for and has not said yet. */
  readonly #expected = {
    ready: 1,
    changed: 0,
    closed: 0,
    stopped: 0,
    running: 0,
    pong: 0,
    "pools unused": 0,
  };
  /** Those of its questions that have no answer yet. */
  #questions = 0;
  /** What it was asked for its records so far, and what it has answered last. */
  #asked = 0;
  #waiting = 0;
  #heard = 0;
  #wantedRecords:
    | { readonly ask: number; readonly most: number; resolve(found: RecordsFound): void }
    | undefined;
  #asks: Promise<RecordsFound | undefined> = Promise.resolve(undefined);
  readonly #lockOwner = ++born;
  #leaving = false;
  #isGone = false;

  /**
   * @param permissions undefined: those of the main thread
   * @param groups looks after the groups of its programs; undefined where it has none
   * @param stores the folders in which it may have unfinished files
   */
  constructor(
    entry: URL,
    start: Omit<WorkerStart, "groups" | "locks" | "lockOwner" | "generations">,
    permissions: PermissionSet | undefined,
    events: WorkerEvents,
    groups: ProcessGroups | undefined,
    stores: readonly string[] = [],
    heartbeat: Heartbeat = HEARTBEAT,
  ) {
    this.ready = this.#ready.promise;
    this.gone = this.#gone.promise;
    this.counted = this.#counted.promise;
    this.inspection = start.inspection;
    this.#events = events;
    this.#worker = new Worker(entry, {
      type: "module",
      name: `worker ${start.id}`,
      deno: { permissions: permissions ? only(permissions) : "inherit" },
    });
    this.#worker.onmessage = ({ data, ports }: MessageEvent<unknown>) => this.#hear(data, ports);
    this.#worker.onmessageerror = () => this.#end("it sent a message that cannot be read");
    this.#worker.onerror = (event) => {
      // Without this the main thread would die with it.
      event.preventDefault();
      const isUnexpected = !this.#leaving;
      this.#leaving = true;
      this.#end(isUnexpected ? reasonOf(event.message) : undefined, reasonOf(event.message));
    };
    this.#groups = groups?.open((pid) => this.#send({ type: "left killed", pid }));
    this.#unfinished = new UnfinishedFiles(stores);
    this.#heartbeat = setInterval(() => this.#beat(heartbeat.missed), heartbeat.every);
    // A failure is for whoever waits; nobody has to.
    this.ready.catch(() => {});
    this.#send({
      type: "start",
      start: {
        ...start,
        groups: this.#groups?.memory,
        locks: LOCKS,
        lockOwner: this.#lockOwner,
        generations: GENERATIONS,
      },
    });
  }

  /** No other worker has had it. */
  get number(): number {
    return this.#lockOwner;
  }

  /** The thread has ended, or is ending. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /**
   * What it has taken down of requests; undefined where it does not say so in time, or too many ask at once. One who
   * asks before another has an answer waits.
   */
  async records(wanted: RecordsWanted): Promise<RecordsFound | undefined> {
    if (this.#waiting >= MOST_WAITING) return undefined;
    this.#waiting++;
    const found = this.#asks.then(() => this.#ask(wanted)).finally(() => this.#waiting--);
    this.#asks = found;
    return await found;
  }

  async #ask(wanted: RecordsWanted): Promise<RecordsFound | undefined> {
    if (this.#isGone) return undefined;
    const { promise, resolve } = Promise.withResolvers<RecordsFound>();
    const ask = ++this.#asked;
    const most = Math.min(wanted.most, MOST_RECORDED);
    this.#wantedRecords = { ask, most, resolve };
    this.#send({ type: "records wanted", ask, wanted: { ...wanted, most } });
    const found = await this.#inTime(promise);
    this.#wantedRecords = undefined;
    return found ?? undefined;
  }

  /** Has it serve another configuration with the same needs. Resolves when it does. */
  async change(
    config: Config,
    certificates = NO_CERTIFICATES,
    inspection: Inspection | undefined = undefined,
  ): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#changed.add(resolve);
    this.#expected.changed++;
    this.#send({ type: "change", config, certificates, inspection });
    await this.#inTime(promise);
    this.#changed.delete(resolve);
  }

  /** Has it answer what its connections still ask for. Resolves when it accepts no more of them. */
  async retire(): Promise<void> {
    this.#leaving = true;
    this.#expected.closed++;
    this.#expected.stopped++;
    this.#expected["pools unused"]++;
    this.#send({ type: "retire" });
    await this.#inTime(this.#closed.promise);
  }

  /** One that is retired: has it close what is idle, so that it lives for nothing but what is being answered. */
  windDown(): void {
    this.#send({ type: "wind down" });
  }

  /** Has it use other certificates for the same configuration. */
  renew(certificates: WorkerCertificates): void {
    this.#send({ type: "certificates", certificates });
  }

  /** Has it use another certificate for a name, if it has asked for that. */
  renewNamed(name: string, certificate: WorkerCertificate): void {
    this.#send({ type: "certificate", name, certificate });
  }

  /** A pool accepts connections no more. */
  forgetPool(name: string): void {
    this.#send({ type: "pool", name, answer: undefined });
  }

  /** Lines for the terminal are to be cut at another width. */
  resize(columns: number | undefined): void {
    this.#send({ type: "resize", columns });
  }

  /** The app behind the server has been started, or has ended. */
  tellApp(state: AppState): void {
    this.#send({ type: "app", state });
  }

  /** Pages are to be told. */
  tellLive(event: LiveEvent, number: number): void {
    this.#send({ type: "live", event, number });
  }

  /** Something is to be known on a topic. */
  tell(topic: Topic, text: string): void {
    this.#send({ type: "told", topic, text });
  }

  /** Has it end within so many milliseconds. */
  async stop(timeout: number): Promise<void> {
    this.#leaving = true;
    this.#expected.stopped++;
    this.#expected.running++;
    this.#send({ type: "stop" });
    const timer = setTimeout(() => this.#end(), timeout + STOP_GRACE);
    await this.gone;
    clearTimeout(timer);
  }

  /** Ends it at once, with whatever it is doing. */
  terminate(): void {
    this.#leaving = true;
    this.#end();
  }

  /** Waits for a worker's word, but not for one that is busy with something else, and not for a dead one. */
  async #inTime<T>(word: Promise<T>): Promise<T | void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => timer = setTimeout(resolve, REPLY_TIMEOUT));
    const first = await Promise.race([word, late, this.gone]);
    clearTimeout(timer);
    return first;
  }

  #send(message: ToWorker): void {
    if (!this.#isGone) this.#worker.postMessage(message);
  }

  /** Nothing that comes of a worker's words may end the main thread. */
  #hear(data: unknown, ports: readonly MessagePort[]): void {
    for (const port of ports) port.close();
    // Terminated, and what it has said before is not read any more.
    if (this.#isGone) return;
    try {
      const message = ports.length === 0 ? decodeMessage(data) : undefined;
      if (message === undefined) this.#end("it said what no worker says");
      else if (!this.#messages.take(costOf(message), performance.now())) {
        this.#end("it said more than can be heard");
      } else if (!this.#isExpected(message)) this.#end(`it said "${message.type}" without being asked`);
      else this.#receive(message);
    } catch (error) {
      this.#end(
        `what it said could not be done: ${reasonOf(error instanceof Error ? error.message : error)}`,
      );
    }
  }

  #isExpected({ type }: FromWorker): boolean {
    const expected = this.#expected;
    if (type === "failed") return expected.ready > 0;
    return !(type in expected) || expected[type as keyof typeof expected]-- > 0;
  }

  #receive(message: FromWorker): void {
    switch (message.type) {
      case "ready":
        return this.#ready.resolve();
      case "failed":
        this.#leaving = true;
        return this.#end(undefined, message.message);
      case "changed":
        return this.#changed.forEach((resolve) => resolve());
      case "closed":
        return this.#closed.resolve();
      case "log":
        return this.#log(message.log, message.lines);
      case "kill":
        return this.#groups?.kill(message.pid);
      case "sweep":
        return this.#groups?.sweep();
      case "certificate wanted":
        return this.#events.certificateWanted(
          message.name,
          (certificate) => this.#send({ type: "certificate", name: message.name, certificate }),
        );
      case "pool wanted":
        return this.#wantPool(message.name);
      case "pool failed":
        if (!this.#events.poolFailed(message.name)) this.#end(NO_SUCH_POOL);
        return;
      case "pools unused":
        return this.#events.poolsUnused();
      case "unfinished":
        return message.over ? this.#unfinished.over(message.path) : this.#unfinished.begun(message.path);
      case "question":
        return void this.#answer(message.ask, message.topic, message.text);
      case "records":
        return this.#receiveRecords(message.ask, message.found);
      case "pong":
        // It is expected once less.
        return;
      case "running":
        return this.#counted.resolve(message.count);
      case "stopped":
        return this.#end();
    }
  }

  /** SECURITY: whatever it says, nothing is started but what its configuration names, and it has one answer to come for each. */
  #wantPool(name: string): void {
    if (this.#wanted.has(name)) return this.#end("it asked for a pool again, without waiting for the answer");
    this.#wanted.add(name);
    const isKnown = this.#events.poolWanted(name, (answer) => {
      this.#wanted.delete(name);
      this.#send({ type: "pool", name, answer });
    });
    if (!isKnown) this.#end(NO_SUCH_POOL);
  }

  async #answer(ask: number, topic: Topic, text: string): Promise<void> {
    if (this.#questions >= MOST_QUESTIONS) return this.#end("it asked more than can be answered");
    this.#questions++;
    const answer = await this.#events.asked(topic, text, this.#lockOwner);
    this.#questions--;
    this.#send({ type: "answer", ask, text: answer });
  }

  /** SECURITY: they are not written as they are only because the worker has seen to it that they are safe. */
  #log(log: LogName, lines: Uint8Array<ArrayBuffer>): void {
    const bytes = lines.length;
    this.#posted[log] += bytes;
    if (this.#posted[log] > MOST_POSTED) {
      return this.#end("it posted log lines without waiting until they were written");
    }
    const safe = hasControlBytes(lines)
      ? encoder.encode(escapeControls(new TextDecoder().decode(lines)))
      : lines;
    this.#events.log(log, safe, () => {
      this.#posted[log] -= bytes;
      this.#send({ type: "written", log, bytes });
    });
  }

  /** SECURITY: nothing is looked into, and no more of it is held than was asked for. An answer may be too late. */
  #receiveRecords(ask: number, found: RecordsFound): void {
    const wanted = this.#wantedRecords;
    if (ask === 0 || ask > this.#asked || ask <= this.#heard) {
      return this.#end("it gave records that nobody had asked for");
    }
    this.#heard = ask;
    if (wanted?.ask !== ask) return;
    if (found.bytes.length > wanted.most) return this.#end("it gave more records than were asked for");
    wanted.resolve(found);
  }

  #beat(missed: number): void {
    if (this.#expected.pong >= missed) return this.#end("it does not answer any more");
    this.#expected.pong++;
    this.#send({ type: "ping" });
    this.#groups?.look();
  }

  /**
   * @param why it is ended, where nobody has asked for its end
   * @param failure for whoever waits for it to be ready
   */
  #end(why?: string, failure = why): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#leaving = true;
    clearInterval(this.#heartbeat);
    this.#worker.terminate();
    this.#ready.reject(new WorkerFailure(failure ?? "it stopped"));
    freeNameLocks(LOCKS, this.#lockOwner);
    this.#groups?.close();
    this.#unfinished.removeAll();
    this.#counted.resolve(0);
    this.#gone.resolve();
    if (why !== undefined) this.#events.died(why);
  }
}

/** Exactly this set: what is not named here is refused. */
function only({ net, read, write, run }: PermissionSet): Deno.PermissionOptions {
  return {
    net: orNothing(net),
    read: orNothing(read),
    write: orNothing(write),
    run: run === "all" || orNothing(run),
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
