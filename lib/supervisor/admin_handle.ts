/**
 * The admin's thread as the main thread sees it. SECURITY: what it shows is what strangers have sent, so it is believed as
 * little as a worker is.
 *
 * @module
 */
import { Allowance } from "../http/allowance.ts";
import type { MetricsMemory } from "../inspector/metrics.ts";
import { MOST_RECORDED, type RecordsFound, type RecordsWanted } from "../inspector/wanted.ts";
import { ListenError } from "../runtime/net.ts";
import {
  type AdminFacts,
  type AdminStart,
  decodeAdminMessage,
  type FromAdmin,
  type LogLevel,
  type ToAdmin,
} from "./admin_messages.ts";
import { WorkerFailure } from "./worker_handle.ts";
import { reasonOf } from "./worker_messages.ts";

/** What its owner hears of it. */
export interface AdminEvents {
  /** Asks all workers. Bounded in time. */
  records(wanted: RecordsWanted): Promise<readonly RecordsFound[]>;
  /** A line for the error log, in which nothing is left that a terminal would obey. */
  said(level: LogLevel, text: string): void;
  /** It has died without being asked to, or was ended for what it said. */
  died(reason: string): void;
}

/** The module that the thread runs. */
const ENTRY = new URL("./admin_worker.ts", import.meta.url);

/** Messages that it may post at once, and in each second. */
const MESSAGES = { burst: 1000, rate: 500 };

/** So many questions of it may be open at one time: a page and some programs have a few. */
const MOST_ASKS = 64;

/** What it has for its end, in milliseconds. */
const STOP_PATIENCE = 2000;

/** Owns the thread. */
export class AdminHandle {
  /** Rejects with a ListenError where it cannot listen, with a WorkerFailure where it dies. */
  readonly ready: Promise<void>;
  readonly gone: Promise<void>;
  readonly #ready = Promise.withResolvers<void>();
  readonly #gone = Promise.withResolvers<void>();
  readonly #worker: Worker;
  readonly #events: AdminEvents;
  readonly #start: AdminStart;
  readonly #messages = new Allowance(MESSAGES, performance.now());
  #asks = 0;
  #leaving = false;
  #isGone = false;

  /**
   * @param net what it may listen on and connect to
   * @param entry in place of ENTRY
   */
  constructor(start: AdminStart, net: readonly string[], events: AdminEvents, entry: URL = ENTRY) {
    this.ready = this.#ready.promise;
    this.gone = this.#gone.promise;
    this.#events = events;
    this.#start = start;
    this.#worker = new Worker(entry, {
      type: "module",
      name: "admin",
      deno: {
        permissions: {
          net: [...net],
          read: false,
          write: false,
          run: false,
          env: false,
          sys: false,
          ffi: false,
          import: false,
        },
      },
    });
    this.#worker.onmessage = ({ data, ports }: MessageEvent<unknown>) => this.#hear(data, ports);
    this.#worker.onmessageerror = () => this.#end("it sent a message that cannot be read");
    this.#worker.onerror = (event) => {
      // Without this the main thread would die with it.
      event.preventDefault();
      this.#end(reasonOf(event.message));
    };
    // A failure is for whoever waits; nobody has to.
    this.ready.catch(() => {});
    this.#send({ type: "start", start });
  }

  /** Tells of another configuration. */
  tell(facts: AdminFacts): void {
    this.#send({ type: "facts", facts });
  }

  /** Tells of another place, or another thread that counts. */
  count(memory: MetricsMemory): void {
    this.#send({ type: "metrics", memory });
  }

  /** Ends it, in time. */
  async stop(): Promise<void> {
    this.#leaving = true;
    this.#send({ type: "stop" });
    const timer = setTimeout(() => this.#end(), STOP_PATIENCE);
    await this.gone;
    clearTimeout(timer);
  }

  #send(message: ToAdmin, transfer: Transferable[] = []): void {
    if (!this.#isGone) this.#worker.postMessage(message, transfer);
  }

  /** Nothing that comes of its words may end the main thread. */
  #hear(data: unknown, ports: readonly MessagePort[]): void {
    for (const port of ports) port.close();
    if (this.#isGone) return;
    const message = ports.length === 0 ? decodeAdminMessage(data) : undefined;
    if (message === undefined) this.#end("it said what no inspector says");
    else if (!this.#messages.take(1, performance.now())) this.#end("it said more than can be heard");
    else this.#receive(message);
  }

  #receive(message: FromAdmin): void {
    switch (message.type) {
      case "ready":
        return this.#ready.resolve();
      case "failed": {
        const error = new ListenError(reasonOf(message.message), message.problem, this.#start.endpoint);
        this.#ready.reject(error);
        this.#leaving = true;
        return this.#end();
      }
      case "records wanted":
        return void this.#answer(message.ask, message.wanted);
      case "log":
        return this.#events.said(message.level, reasonOf(message.text));
      case "stopped":
        this.#leaving = true;
        return this.#end();
    }
  }

  async #answer(ask: number, wanted: RecordsWanted): Promise<void> {
    if (this.#asks >= MOST_ASKS) return this.#send({ type: "records", ask, found: [] });
    this.#asks++;
    const most = Math.min(wanted.most, MOST_RECORDED);
    const found = await this.#events.records({ ...wanted, most }).finally(() => this.#asks--);
    this.#send({ type: "records", ask, found }, found.map(({ bytes }) => bytes.buffer));
  }

  #end(why = "it stopped"): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#worker.terminate();
    this.#ready.reject(new WorkerFailure(`the inspector cannot be started: ${why}`));
    this.#gone.resolve();
    if (!this.#leaving) this.#events.died(why);
  }
}
