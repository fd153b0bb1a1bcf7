/**
 * `webserv serve`: starts the server, says where it listens, and stops it when it is asked to.
 *
 * @module
 */
import { formatAddress } from "../config/check_servers.ts";
import type { Config } from "../config/types.ts";
import { openBrowser } from "../runtime/browser.ts";
import { ListenError } from "../runtime/net.ts";
import { stopSignals } from "../runtime/signals.ts";
import { Serving } from "../supervisor/serving.ts";
import type { CommandLine } from "./command_line.ts";
import { DEFAULT_PORT, loadFor, UnreadableError } from "./configuration.ts";
import { say } from "./console.ts";
import { refuseUnsupported } from "./unsupported.ts";

/** How many ports after the default one are tried when nobody asked for a certain one. */
const PORTS_TRIED = 100;

/**
 * Resolves once the server has stopped as asked.
 *
 * @throws {UsageError | ConfigError | UnreadableError | ListenError}
 */
export async function serve(line: CommandLine): Promise<void> {
  const { config, warnings } = loadFor(line);
  for (const warning of warnings) say(`warning: ${warning}`);
  refuseUnsupported(config);
  checkLogs(config);
  const signals = stopSignals();
  const serving = start(config, line);
  // In one piece, so that whoever waits for the first line has read them all.
  say(serving.addresses.map((address) => `listening on http://${formatAddress(address)}/`).join("\n"));
  if (line.switches.has("open")) {
    // Not waited for: where it ends only with the browser, a signal would have to wait as well.
    void openBrowser(`http://${formatAddress(browsable(serving.addresses[0]!))}/`, say);
  }
  await signals.next();
  void signals.next().then(() => Deno.exit(0));
  await serving.stop();
}

/** A log that can not be opened is a reason not to start. @throws {UnreadableError} */
function checkLogs({ accessLog, errorLog }: Config): void {
  for (const log of [accessLog, errorLog]) {
    if (log.to !== "file") continue;
    try {
      Deno.openSync(log.path, { append: true, create: true }).close();
    } catch (error) {
      throw new UnreadableError(`${log.path} ${writingProblem(error)}`);
    }
  }
}

function writingProblem(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "can not be written: its folder does not exist";
  if (error instanceof Deno.errors.NotCapable) return "may not be written: start with --allow-write";
  if (error instanceof Deno.errors.PermissionDenied) return "may not be written: check its permissions";
  if (error instanceof Deno.errors.IsADirectory) return "is a folder: name a file";
  return `can not be written: ${error instanceof Error ? error.message : String(error)}`;
}

/** With a folder and no port asked for, a port that is taken is no reason not to serve. */
function start(config: Config, line: CommandLine): Serving {
  const mayMove = config.file === undefined && line.port === undefined;
  for (let port = DEFAULT_PORT;; port++) {
    const tried = port === DEFAULT_PORT ? config : onPort(config, port);
    try {
      return Serving.start(tried);
    } catch (error) {
      if (!(error instanceof ListenError) || !error.taken) throw error;
      if (!mayMove) {
        throw new ListenError(`${error.message}: choose another with ${portAdvice(config)}`, true);
      }
      if (port === DEFAULT_PORT + PORTS_TRIED) throw error;
    }
  }
}

function portAdvice({ file }: Config): string {
  return file === undefined ? "--port" : `--port or "listen" in ${file}`;
}

function onPort(config: Config, port: number): Config {
  const servers = config.servers.map((server) => ({
    ...server,
    listen: server.listen.map(({ hostname }) => ({ hostname, port })),
  }));
  return { ...config, servers };
}

/** No browser opens the address that stands for all. */
function browsable(
  { hostname, port }: { hostname: string; port: number },
): { hostname: string; port: number } {
  return { hostname: hostname === "0.0.0.0" || hostname === "::" ? "localhost" : hostname, port };
}
