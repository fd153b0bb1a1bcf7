/**
 * The inspector of a server: started where the configuration has one, moved where it has another address, started again
 * when its thread dies.
 *
 * @module
 */
import { basename } from "@std/path";
import type { Config } from "../config/types.ts";
import { type Endpoint, endpointKey, formatEndpoint } from "../http/endpoint.ts";
import type { MetricsMemory } from "../inspector/metrics.ts";
import type { RecordsFound, RecordsWanted } from "../inspector/wanted.ts";
import type { ErrorLog } from "../ports.ts";
import { listen, ListenError } from "../runtime/net.ts";
import { AdminHandle } from "./admin_handle.ts";
import type { AdminFacts } from "./admin_messages.ts";
import { inspectorNet, reachedAt } from "./permissions.ts";
import { VERSION } from "./software.ts";

/** The first delay before a thread that died is replaced, and the longest, in milliseconds. */
const FIRST_DELAY = 50, LONGEST_DELAY = 10_000;

/** One that lived so long has not died of its configuration, in milliseconds. */
const GOOD_LIFE = 2000;

/** How many ports before the wanted one are tried where nobody asked for a certain one: behind it, servers have theirs. */
const PORTS_TRIED = 100;

/** What its owner has. */
export interface AdminSurroundings {
  readonly metrics: () => MetricsMemory;
  readonly records: (wanted: RecordsWanted) => Promise<readonly RecordsFound[]>;
  readonly errorLog: () => ErrorLog;
  /** Where its port is taken, the next free one is as good. */
  readonly mayMove: boolean;
  /** The module of its thread, in place of the usual one. */
  readonly entry?: URL;
}

/** Where an inspector is, and what opens it. */
export interface AdminAddress {
  readonly endpoint: Endpoint;
  /** Who knows it sees everything: it goes to this user alone, and never into a log. */
  readonly token: string;
}

/** A change that is prepared: one of the two is called. */
export interface AdminChange {
  /** The configuration is served now. Resolves once its inspector is all there is. */
  commit(): Promise<void>;
  /** It is not. */
  undo(): Promise<void>;
}

/** A thread, and what it was started for. */
interface Running {
  /** As the configuration has it. */
  readonly wanted: string;
  readonly endpoint: Endpoint;
  readonly net: readonly string[];
  facts: AdminFacts;
  handle: AdminHandle;
  born: number;
  deaths: number;
  retry: ReturnType<typeof setTimeout> | undefined;
  /** Of what it has died before it was the one that is shown. */
  diedOf: string | undefined;
}

/** Owns the thread. */
export class AdminKeeper {
  /** The same for as long as the server runs, so that a page goes on after a reload. */
  readonly #token = crypto.getRandomValues(new Uint8Array(24)).toBase64({ alphabet: "base64url" });
  readonly #started = Date.now();
  readonly #surroundings: AdminSurroundings;
  #running: Running | undefined;

  constructor(surroundings: AdminSurroundings) {
    this.#surroundings = surroundings;
  }

  /** Undefined where there is none. */
  get address(): AdminAddress | undefined {
    return this.#running && { endpoint: this.#running.endpoint, token: this.#token };
  }

  /** There is another place, or another thread that counts. */
  count(memory: MetricsMemory): void {
    this.#running?.handle.count(memory);
  }

  /**
   * Has everything ready for another configuration.
   *
   * @param config with every address and port known
   * @throws {ListenError} if its address cannot be listened on
   */
  async prepare(config: Config): Promise<AdminChange> {
    const { admin } = config, old = this.#running;
    if (admin === undefined) return { commit: () => this.#replace(undefined), undo: nothing };
    const facts = factsOf(config), wanted = endpointKey(admin);
    if (old?.wanted === wanted) {
      const net = inspectorNet({ ...config, admin: old.endpoint });
      return { commit: () => this.#goOn(old, facts, net), undo: nothing };
    }
    const endpoint = this.#reserve(admin);
    const running = this.#start({
      wanted,
      endpoint,
      net: inspectorNet({ ...config, admin: endpoint }),
      facts,
    });
    try {
      await running.handle.ready;
    } catch (error) {
      this.#end(running);
      throw error;
    }
    return { commit: () => this.#replace(running), undo: () => this.#stop(running) };
  }

  /** Ends it. */
  async stop(): Promise<void> {
    await this.#replace(undefined);
  }

  async #replace(running: Running | undefined): Promise<void> {
    const old = this.#running;
    this.#running = running;
    // The workers were started meanwhile.
    running?.handle.count(this.#surroundings.metrics());
    if (running?.diedOf !== undefined) this.#died(running, running.diedOf);
    if (old !== undefined) await this.#stop(old);
  }

  /** Its address stays: what it may do can only change with the thread. */
  async #goOn(running: Running, facts: AdminFacts, net: readonly string[]): Promise<void> {
    running.facts = facts;
    if (net.join() === running.net.join()) return running.handle.tell(facts);
    await this.#stop(running);
    const { wanted, endpoint } = running;
    this.#running = this.#start({ wanted, endpoint, net, facts });
  }

  #start(plan: Pick<Running, "wanted" | "endpoint" | "net" | "facts">): Running {
    const running: Running = {
      ...plan,
      handle: undefined!,
      born: 0,
      deaths: 0,
      retry: undefined,
      diedOf: undefined,
    };
    this.#launch(running);
    return running;
  }

  #launch(running: Running): void {
    const { endpoint, facts, net } = running, { metrics, records } = this.#surroundings;
    running.retry = undefined;
    running.born = performance.now();
    const handle = running.handle = new AdminHandle(
      {
        endpoint,
        token: this.#token,
        health: { version: VERSION, pid: Deno.pid, started: this.#started },
        facts,
        metrics: metrics(),
      },
      net,
      {
        records,
        said: (level, text) => this.#surroundings.errorLog()[level](text),
        died: (reason) => this.#died(running, reason),
      },
      this.#surroundings.entry,
    );
    // Of the first start whoever waits for it hears.
    void handle.ready.catch((error) => {
      if (error instanceof ListenError && this.#running === running) this.#died(running, error.message);
    });
  }

  #died(running: Running, reason: string): void {
    if (this.#running !== running) {
      running.diedOf = reason;
      return;
    }
    running.deaths = performance.now() - running.born > GOOD_LIFE ? 1 : running.deaths + 1;
    const delay = Math.min(FIRST_DELAY * 2 ** (running.deaths - 1), LONGEST_DELAY);
    this.#surroundings.errorLog().error(`the inspector died: ${reason}; another starts in ${delay} ms`);
    running.retry = setTimeout(() => this.#launch(running), delay);
  }

  async #stop(running: Running): Promise<void> {
    this.#end(running);
    await running.handle.stop();
  }

  #end({ retry }: Running): void {
    clearTimeout(retry);
  }

  /** Which port stands for 0, and whether it is free: its thread may listen on that one alone. @throws {ListenError} */
  #reserve(wanted: Endpoint): Endpoint {
    for (let port = wanted.port;; port--) {
      try {
        const listener = listen({ ...wanted, port }, false);
        listener.close();
        return { ...wanted, port: listener.address.port };
      } catch (error) {
        const tries = this.#surroundings.mayMove && port > Math.max(wanted.port - PORTS_TRIED, 1);
        if (error instanceof ListenError && error.problem === "taken" && tries) continue;
        throw error instanceof ListenError
          ? new ListenError(
            `the inspector cannot listen on ${formatEndpoint({ ...wanted, port })}: ${error.message}`,
            error.problem,
            error.endpoint,
            { cause: error },
          )
          : error;
      }
    }
  }
}

const nothing = () => Promise.resolve();

function factsOf(config: Config): AdminFacts {
  return {
    endpoints: reachedAt(config),
    configuration: config.file === undefined ? "" : basename(config.file),
  };
}
