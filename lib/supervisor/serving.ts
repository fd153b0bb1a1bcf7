/**
 * A configuration being served: its listeners, its logs, its connections, and how they come to an end.
 *
 * @module
 */
import project from "../../deno.json" with { type: "json" };
import type { Address, Config, LogTarget } from "../config/types.ts";
import { Gateway } from "../cgi/gateway.ts";
import { FileCache } from "../files/file_cache.ts";
import type { ConnectionListener } from "../ports.ts";
import { clock } from "../runtime/clock.ts";
import { fileSystem } from "../runtime/files.ts";
import { fileLog, type LogWriter, streamLog } from "../runtime/logs.ts";
import { listen } from "../runtime/net.ts";
import { findProgram, processRunner } from "../runtime/processes.ts";
import { spooler } from "../runtime/spool.ts";
import { AccessLog } from "../server/access_log.ts";
import { Acceptor } from "../server/acceptor.ts";
import { ServerContext } from "../server/context.ts";
import { createSite } from "../site/site.ts";

/** How CGI programs are told who serves them. */
const SOFTWARE = `${project.name}/${project.version}`;

/** Owns everything that one configuration needs; stop() gives it back. */
export class Serving {
  private constructor(
    readonly config: Config,
    readonly addresses: readonly Address[],
    readonly acceptors: readonly Acceptor[],
    readonly logs: readonly LogWriter[],
    readonly gateway: Gateway,
  ) {}

  /** Starts to accept connections. @throws {ListenError} */
  static start(config: Config): Serving {
    const errorLog = openLog(config.errorLog) ?? { line: () => {} };
    const accessLog = openLog(config.accessLog);
    const logs = [errorLog, accessLog].filter((log) => log !== undefined && "flush" in log) as LogWriter[];
    const context = new ServerContext(
      config.timeouts,
      config.limits,
      clock,
      errorLog,
      accessLog && new AccessLog(accessLog, config.logFormat, 1),
    );
    const searchPath = Deno.env.get("PATH") ?? "/usr/local/bin:/usr/bin:/bin";
    const gateway = new Gateway({
      runner: processRunner(findProgram("setsid", searchPath)),
      spooler: spooler(temporaryFolder()),
      clock,
      errorLog,
      timeout: config.timeouts.cgi,
      processes: config.limits.cgiProcesses,
      searchPath,
      software: SOFTWARE,
    });
    const site = createSite(config, { files: new FileCache(fileSystem, clock), gateway, errorLog });
    const count = { open: 0, turnedAway: 0 };
    const listeners: ConnectionListener[] = [];
    try {
      for (const { address } of site) listeners.push(listen(address.hostname, address.port, false));
    } catch (error) {
      listeners.forEach((listener) => listener.close());
      throw error;
    }
    const acceptors = site.map(({ handler }, index) =>
      new Acceptor(listeners[index]!, handler, context, count)
    );
    for (const acceptor of acceptors) void acceptor.run();
    const addresses = site.map(({ address }, index) => ({
      hostname: address.hostname,
      port: listeners[index]!.address.port,
    }));
    return new Serving(config, addresses, acceptors, logs, gateway);
  }

  /** Accepts nothing more, waits up to timeouts.shutdown for running exchanges, and closes everything. */
  async stop(): Promise<void> {
    const drained = Promise.all(this.acceptors.map((acceptor) => acceptor.drain()));
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => timer = setTimeout(resolve, this.config.timeouts.shutdown));
    await Promise.race([drained, late]);
    clearTimeout(timer);
    for (const acceptor of this.acceptors) acceptor.abort();
    await this.gateway.stop();
    await Promise.all(this.logs.map((log) => log.close()));
  }
}

function openLog(target: LogTarget): LogWriter | undefined {
  if (target.to === "off") return undefined;
  return target.to === "file" ? fileLog(target.path) : streamLog(target.to);
}

/** Where large bodies wait for a program. */
function temporaryFolder(): string {
  return Deno.env.get("TMPDIR") ?? Deno.env.get("TEMP") ?? "/tmp";
}
