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
import { DEFAULT_PORT, loadFor } from "./configuration.ts";
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
  const signals = stopSignals();
  const serving = start(config, line);
  for (const address of serving.addresses) say(`listening on http://${formatAddress(address)}/`);
  if (line.switches.has("open")) {
    await openBrowser(`http://${formatAddress(browsable(serving.addresses[0]!))}/`, say);
  }
  await signals.next();
  void signals.next().then(() => Deno.exit(0));
  await serving.stop();
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
