/**
 * A configuration being served by one thread: its listeners, its connections, its programs, and how they come to an
 * end.
 *
 * @module
 */
import project from "../../deno.json" with { type: "json" };
import { formatAddress } from "../config/check_servers.ts";
import type { Config } from "../config/types.ts";
import { Gateway } from "../cgi/gateway.ts";
import { FileCache } from "../files/file_cache.ts";
import type { ConnectionListener, Log } from "../ports.ts";
import { clock } from "../runtime/clock.ts";
import { fileSystem } from "../runtime/files.ts";
import { listen } from "../runtime/net.ts";
import type { GroupKeeper } from "../runtime/process_groups.ts";
import { processRunner } from "../runtime/processes.ts";
import { spooler } from "../runtime/spool.ts";
import { storeFiles } from "../runtime/store_files.ts";
import { AccessLog } from "../server/access_log.ts";
import { Acceptor } from "../server/acceptor.ts";
import { ServerContext } from "../server/context.ts";
import { createSite } from "../site/site.ts";
import type { Services } from "../site/visit.ts";
import type { WorkerStart } from "./messages.ts";

/** How CGI programs are told who serves them. */
const SOFTWARE = `${project.name}/${project.version}`;

/** Where a thread's lines go. */
export interface ServingLogs {
  readonly access: Log;
  readonly error: Log;
}

/** Owns everything that one configuration needs in one thread; stop() gives it back. */
export class Serving {
  #config: Config;

  private constructor(
    readonly options: WorkerStart,
    readonly logs: ServingLogs,
    readonly acceptors: ReadonlyMap<string, Acceptor>,
    readonly context: ServerContext,
    readonly services: Services & { readonly gateway: Gateway },
  ) {
    this.#config = options.config;
  }

  /**
   * Starts to accept connections.
   *
   * @param groups looks after the groups of programs; undefined where there are none
   * @throws {ListenError}
   */
  static start(options: WorkerStart, logs: ServingLogs, groups: GroupKeeper | undefined): Serving {
    const { config, id, reusePort, searchPath, launcher, spoolFolder } = options;
    const context = new ServerContext(
      config.timeouts,
      config.limits,
      clock,
      logs.error,
      accessLog(config, logs, id),
    );
    const gateway = new Gateway({
      runner: processRunner(launcher, groups),
      spooler: spooler(spoolFolder),
      clock,
      errorLog: logs.error,
      timeout: config.timeouts.cgi,
      processes: config.limits.cgiProcesses,
      searchPath,
      software: SOFTWARE,
    });
    const files = new FileCache(fileSystem, clock);
    const services = { files, gateway, store: storeFiles, errorLog: logs.error };
    const site = createSite(config, services);
    const listeners: ConnectionListener[] = [];
    try {
      for (const { address } of site) listeners.push(listen(address.hostname, address.port, reusePort));
    } catch (error) {
      listeners.forEach((listener) => listener.close());
      throw error;
    }
    const count = { open: 0, turnedAway: 0 };
    const acceptors = new Map(
      site.map(({ address, handler }, index) =>
        [formatAddress(address), new Acceptor(listeners[index]!, handler, context, count)] as const
      ),
    );
    for (const acceptor of acceptors.values()) void acceptor.run();
    return new Serving(options, logs, acceptors, context, services);
  }

  /**
   * Goes over to a configuration with the same addresses. No connection notices: what is being answered is answered
   * to its end, and the next request gets the other site.
   */
  change(config: Config): void {
    const { context, services: { gateway } } = this;
    this.#config = config;
    context.timeouts = config.timeouts;
    context.limits = config.limits;
    context.accessLog = accessLog(config, this.logs, this.options.id);
    gateway.options = {
      ...gateway.options,
      timeout: config.timeouts.cgi,
      processes: config.limits.cgiProcesses,
    };
    for (const { address, handler } of createSite(config, this.services)) {
      this.acceptors.get(formatAddress(address))!.handler = handler;
    }
  }

  /** Resolves when no listener is open any more. */
  get closed(): Promise<unknown> {
    return Promise.all(this.#all((acceptor) => acceptor.closed));
  }

  /** Accepts nothing more, and resolves once every connection has had its last answer and every program its end. */
  async retire(): Promise<void> {
    await Promise.all(this.#all((acceptor) => acceptor.retire()));
    await this.services.gateway.stop();
  }

  /** Accepts nothing more, waits up to timeouts.shutdown for running exchanges, and closes everything. */
  async stop(): Promise<void> {
    const drained = Promise.all(this.#all((acceptor) => acceptor.drain()));
    let cancel = () => {};
    const late = new Promise<void>((resolve) =>
      cancel = clock.after(this.#config.timeouts.shutdown, resolve)
    );
    await Promise.race([drained, late]);
    cancel();
    this.#all((acceptor) => acceptor.abort());
    await this.services.gateway.stop();
    // Their handlers clean up after them, e.g. what was uploaded by half.
    await drained;
  }

  #all<T>(work: (acceptor: Acceptor) => T): T[] {
    return [...this.acceptors.values()].map(work);
  }
}

function accessLog(config: Config, logs: ServingLogs, id: number): AccessLog | undefined {
  return config.accessLog.to === "off" ? undefined : new AccessLog(logs.access, config.logFormat, id);
}
