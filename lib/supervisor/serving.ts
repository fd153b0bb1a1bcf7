/**
 * A configuration being served by one thread: its listeners, its connections, its programs, and how they come to an
 * end.
 *
 * @module
 */
import project from "../../deno.json" with { type: "json" };
import { Gateway } from "../cgi/gateway.ts";
import { FileCache } from "../files/file_cache.ts";
import type { ConnectionListener, Log } from "../ports.ts";
import { clock } from "../runtime/clock.ts";
import { fileSystem } from "../runtime/files.ts";
import { listen } from "../runtime/net.ts";
import { processRunner } from "../runtime/processes.ts";
import { spooler } from "../runtime/spool.ts";
import { storeFiles } from "../runtime/store_files.ts";
import { AccessLog } from "../server/access_log.ts";
import { Acceptor } from "../server/acceptor.ts";
import { ServerContext } from "../server/context.ts";
import { createSite } from "../site/site.ts";
import type { WorkerStart } from "./messages.ts";

/** How CGI programs are told who serves them. */
const SOFTWARE = `${project.name}/${project.version}`;

/** Owns everything that one configuration needs in one thread; stop() gives it back. */
export class Serving {
  private constructor(
    readonly options: WorkerStart,
    readonly acceptors: readonly Acceptor[],
    readonly gateway: Gateway,
  ) {}

  /** Starts to accept connections. @throws {ListenError} */
  static start(options: WorkerStart, logs: { readonly access: Log; readonly error: Log }): Serving {
    const { config, id, reusePort, searchPath, launcher, spoolFolder } = options;
    const accessLog = config.accessLog.to === "off"
      ? undefined
      : new AccessLog(logs.access, config.logFormat, id);
    const context = new ServerContext(config.timeouts, config.limits, clock, logs.error, accessLog);
    const gateway = new Gateway({
      runner: processRunner(launcher),
      spooler: spooler(spoolFolder),
      clock,
      errorLog: logs.error,
      timeout: config.timeouts.cgi,
      processes: config.limits.cgiProcesses,
      searchPath,
      software: SOFTWARE,
    });
    const files = new FileCache(fileSystem, clock);
    const site = createSite(config, { files, gateway, store: storeFiles, errorLog: logs.error });
    const listeners: ConnectionListener[] = [];
    try {
      for (const { address } of site) listeners.push(listen(address.hostname, address.port, reusePort));
    } catch (error) {
      listeners.forEach((listener) => listener.close());
      throw error;
    }
    const count = { open: 0, turnedAway: 0 };
    const acceptors = site.map(({ handler }, index) =>
      new Acceptor(listeners[index]!, handler, context, count)
    );
    for (const acceptor of acceptors) void acceptor.run();
    return new Serving(options, acceptors, gateway);
  }

  /** Accepts nothing more, and resolves once every connection has had its last answer and every program its end. */
  async retire(): Promise<void> {
    await Promise.all(this.acceptors.map((acceptor) => acceptor.retire()));
    await this.gateway.stop();
  }

  /** Accepts nothing more, waits up to timeouts.shutdown for running exchanges, and closes everything. */
  async stop(): Promise<void> {
    const drained = Promise.all(this.acceptors.map((acceptor) => acceptor.drain()));
    let cancel = () => {};
    const late = new Promise<void>((resolve) =>
      cancel = clock.after(this.options.config.timeouts.shutdown, resolve)
    );
    await Promise.race([drained, late]);
    cancel();
    for (const acceptor of this.acceptors) acceptor.abort();
    await this.gateway.stop();
    // Their handlers clean up after them, e.g. what was uploaded by half.
    await drained;
  }
}
