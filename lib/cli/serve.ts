/**
 * `webserv serve`: starts the server, says where it listens, and does what signals ask for until it is to stop.
 *
 * @module
 */
import { endpointsOf, withEndpoints } from "../config/listen.ts";
import type { Config } from "../config/types.ts";
import { endpointKey, endpointOf, endpointUrl } from "../http/endpoint.ts";
import { openBrowser } from "../runtime/browser.ts";
import { clock } from "../runtime/clock.ts";
import { onEnd } from "../runtime/end.ts";
import { fileState, watchFile } from "../runtime/file_watch.ts";
import { ListenError } from "../runtime/net.ts";
import { INTERFACES, ownAddresses } from "../runtime/own_addresses.ts";
import { ProcessGroups } from "../runtime/process_groups.ts";
import { onSignal } from "../runtime/signals.ts";
import { currentTerminal, onResize, type Terminal } from "../runtime/terminal.ts";
import { StartError, Supervisor, type SupervisorOptions } from "../supervisor/supervisor.ts";
import { systemInfo } from "../supervisor/system_info.ts";
import { browserUrl, isAll, openAddresses } from "./addresses.ts";
import { allWarnings } from "./check.ts";
import type { CommandLine } from "./command_line.ts";
import {
  ConfigError,
  configurationFile,
  DEFAULT_PORT,
  FileAccessError,
  loadConfiguration,
} from "./configuration.ts";
import { isTerminalGone, printToStderr } from "./console.ts";
import { type FindProgram, linkWarning } from "./sandbox_gaps.ts";
import { startBlock } from "./start_block.ts";
import { SHORT_VERSION } from "./version.ts";

/** How many ports after the default one are tried when nobody asked for a certain one. */
const PORTS_TRIED = 100;

/**
 * Resolves once the server has stopped as asked.
 *
 * @throws {UsageError | ConfigError | FileAccessError | ListenError | StartError}
 */
export async function serve(commandLine: CommandLine): Promise<void> {
  // Before it is read, so that no later change of it is missed.
  const known = fileState(configurationFile(commandLine));
  const loaded = loadConfiguration(commandLine);
  const { config } = loaded;
  const system = systemInfo(), terminal = currentTerminal();
  const warnings = allWarnings(loaded, system.findProgram);
  const warn = () => warnings.forEach((warning) => printToStderr(`warning: ${warning}`));
  if (!terminal.stderr) warn();
  const groups = new ProcessGroups(system.killProgram);
  onEnd(() => groups.killAll());
  const stopAsked = Promise.withResolvers<void>();
  let stopSignals = 0;
  const stopped = () => terminal.stderr && printToStderr("\rstopped");
  onSignal("stop", () => {
    if (++stopSignals > 1) {
      stopped();
      Deno.exit(0);
    }
    stopAsked.resolve();
  });
  const supervisor = await start(config, commandLine, { system, groups, terminal }).catch((error) => {
    // Where they would have been shown with what is served.
    if (terminal.stderr) warn();
    throw error;
  });
  if (config.workers !== 1 && !system.sharesPorts) {
    printToStderr("this system cannot share a port among threads: one worker");
  }
  const announce = announcer(supervisor);
  const reloadAll = () => void reload(supervisor, commandLine, system.findProgram).then(announce);
  // A terminal that is closed says so with the same signal, and nobody can stop a server whose terminal is gone.
  onSignal("reload", () => isTerminalGone() ? stopAsked.resolve() : reloadAll());
  onSignal("reopen", () => supervisor.reopenLogs());
  if (commandLine.switches.has("watch-config") && config.file !== undefined) {
    watchFile(config.file, known, clock, reloadAll);
  }
  if (terminal.stdout || terminal.stderr) onResize(terminal.columns, (columns) => supervisor.resize(columns));
  announce();
  if (terminal.stderr) showStart(supervisor, config, warnings, terminal);
  // Behind the start, which nobody is to wait for.
  void linkWarning(config).then(
    (warning) => warning === undefined || printToStderr(`warning: ${warning}`),
    (error) => supervisor.errorLog.warning(`the search for links that lead out failed: ${error}`),
  );
  if (commandLine.switches.has("open")) {
    // Not waited for: where it ends only with the browser, a signal would have to wait as well.
    void openBrowser(browserUrl(supervisor.endpoints[0]!), printToStderr);
  }
  try {
    await Promise.race([stopAsked.promise, supervisor.failed]);
  } finally {
    await supervisor.stop((running) => {
      if (terminal.stderr) printToStderr(`\r${waitingFor(running, supervisor.config)}`);
    });
    stopped();
  }
}

/** Says where it listens, each time only what has not been said before. */
function announcer(supervisor: Supervisor): () => void {
  let told: ReadonlySet<string> = new Set();
  return () => {
    const { endpoints } = supervisor;
    const added = endpoints.filter((endpoint) => !told.has(endpointKey(endpoint)));
    told = new Set(endpoints.map(endpointKey));
    // In one piece, so that whoever waits for the first line has read them all.
    if (added.length > 0) {
      printToStderr(added.map((endpoint) => `listening on ${endpointUrl(endpoint)}`).join("\n"));
    }
  };
}

/** @param wanted with the ports that were asked for */
function showStart(
  { config, endpoints: [first] }: Supervisor,
  wanted: Config,
  warnings: readonly string[],
  terminal: Terminal,
): void {
  const own = config.servers.some(({ listen }) => listen.some(isAll)) ? ownAddresses() : [];
  const asked = endpointsOf(wanted)[0]!.port;
  const notes = asked !== 0 && first!.port !== asked && endpointsOf(wanted).length === 1
    ? [`${asked} is taken, so this is ${first!.port}`]
    : [];
  if (own === undefined) {
    notes.push(`other machines reach it by every address of this one: --allow-sys=${INTERFACES} names them`);
  }
  const { file } = config;
  printToStderr(startBlock({
    version: SHORT_VERSION,
    place: file === undefined
      ? { kind: "folder", path: config.servers[0]!.fallback.files.root ?? "" }
      : { kind: "file", path: file },
    config,
    addresses: openAddresses(config, own ?? []),
    notes,
    warnings,
  }, terminal));
}

/** What whoever has asked for the end is told. */
function waitingFor(running: number, { timeouts: { shutdown } }: Config): string {
  const what = running === 1 ? "1 request is" : `${running} requests are`;
  const most = shutdown === Infinity ? "as long as it takes" : `up to ${shutdown / 1000} s`;
  return `${what} running: waiting ${most} (Ctrl+C again ends it now)`;
}

/** With a folder and no port asked for, a port that is taken is no reason not to serve. */
async function start(
  config: Config,
  commandLine: CommandLine,
  options: SupervisorOptions,
): Promise<Supervisor> {
  const mayTryOtherPorts = config.file === undefined && commandLine.port === undefined;
  for (let port = DEFAULT_PORT;; port++) {
    try {
      return await Supervisor.start(port === DEFAULT_PORT ? config : withPort(config, port), options);
    } catch (error) {
      if (!(error instanceof ListenError) || !error.taken) throw error;
      if (!mayTryOtherPorts) {
        throw new ListenError(`${error.message}: choose another with ${portAdvice(config)}`, true);
      }
      if (port === DEFAULT_PORT + PORTS_TRIED) throw error;
    }
  }
}

/** Loads the configuration again; if anything is wrong with it, the old one stays. */
async function reload(supervisor: Supervisor, commandLine: CommandLine, find: FindProgram): Promise<void> {
  try {
    if (supervisor.config.file === undefined) {
      return supervisor.errorLog.notice("there is no configuration file to load again");
    }
    const loaded = loadConfiguration(commandLine, supervisor.config);
    const { config } = loaded;
    for (const warning of allWarnings(loaded, find)) supervisor.errorLog.warning(warning);
    await supervisor.reload(config);
    supervisor.errorLog.notice(`${config.file} is loaded again`);
  } catch (error) {
    const known = [ConfigError, FileAccessError, ListenError, StartError].some((kind) =>
      error instanceof kind
    );
    const text = error instanceof Error
      ? (known ? error.message : error.stack ?? error.message)
      : String(error);
    for (const issue of text.split("\n")) supervisor.errorLog.error(issue);
    supervisor.errorLog.error("the configuration was not loaded again; the old one stays");
  }
}

function portAdvice({ file }: Config): string {
  return file === undefined ? "--port" : `--port or "listen" in ${file}`;
}

function withPort(config: Config, port: number): Config {
  return withEndpoints(config, ({ hostname }) => endpointOf(hostname, port));
}
