/**
 * `webserv serve`: starts the server, says where it listens, and does what signals ask for until it is to stop.
 *
 * @module
 */
import { endpointsOf, withEndpoints } from "../config/listen.ts";
import { certificateFiles } from "../config/places.ts";
import type { Config } from "../config/types.ts";
import { type Endpoint, endpointKey, endpointUrl } from "../http/endpoint.ts";
import { openBrowser } from "../runtime/browser.ts";
import { DEBUGGER_ADDRESS, DEBUGGER_PORT, type DebuggerPort } from "../runtime/debugger_port.ts";
import { clock } from "../runtime/clock.ts";
import { onEnd } from "../runtime/end.ts";
import { fileState, watchFiles } from "../runtime/file_watch.ts";
import { ListenError } from "../runtime/net.ts";
import { INTERFACES, ownAddresses } from "../runtime/own_addresses.ts";
import { ProcessGroups } from "../runtime/process_groups.ts";
import { onSignal } from "../runtime/signals.ts";
import { currentTerminal, onResize, type Terminal } from "../runtime/terminal.ts";
import { StartError, Supervisor, type SupervisorOptions } from "../supervisor/supervisor.ts";
import { systemInfo } from "../supervisor/system_info.ts";
import { browserUrl, encryptedFirst, isAll, openAddresses } from "./addresses.ts";
import { allWarnings } from "./check.ts";
import type { CommandLine } from "./command_line.ts";
import { ConfigError, configurationFile, FileAccessError, loadConfiguration } from "./configuration.ts";
import { isTerminalGone, printToStderr, tell } from "./console.ts";
import { type AddressSources, withAdvice } from "./listen_advice.ts";
import { OwnAuthority } from "./own_authority.ts";
import { executable } from "./own_files.ts";
import { linkWarning } from "./sandbox_gaps.ts";
import { placeOf, startBlock } from "./start_block.ts";
import { SHORT_VERSION } from "./version.ts";

/** How many ports after the default one are tried when nobody asked for a certain one. */
const PORTS_TRIED = 100;

/**
 * Resolves once the server has stopped as asked.
 *
 * @throws {UsageError | ConfigError | FileAccessError | ListenError | StartError}
 */
export async function serve(commandLine: CommandLine, debuggerPort: DebuggerPort): Promise<void> {
  // Before it is read, so that no later change of it is missed.
  const known = fileState(configurationFile(commandLine));
  const loaded = loadConfiguration(commandLine);
  const { config, listens } = loaded;
  // Before they are read, too.
  const knownCertificates = certificateFiles(config).map((path) => [path, fileState(path)] as const);
  const system = systemInfo(), terminal = currentTerminal(), authority = new OwnAuthority();
  const warnings = allWarnings(loaded);
  const warn = async () => {
    for (const warning of warnings) await tell(`warning: ${warning}`);
  };
  if (!terminal.stderr) await warn();
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
  await makeRoomFor(config, debuggerPort);
  const supervisor = await start(config, listens, commandLine, {
    system,
    groups,
    terminal,
    openAuthority: authority.open,
  }).catch(
    async (error) => {
      // Where they would have been shown with what is served.
      if (terminal.stderr) await warn();
      throw error;
    },
  );
  if (config.workers !== 1 && !system.sharesPorts) {
    await tell("this system cannot share a port among threads: one worker");
  }
  await holdUnlessServed(supervisor, debuggerPort);
  if (debuggerPort.isNeeded && !debuggerPort.isAllowed) {
    supervisor.errorLog.warning(
      `SIGUSR1 opens the runtime's debugger, since --allow-net=${DEBUGGER_ADDRESS} is missing`,
    );
  }
  const announce = announcer(supervisor);
  const reloadAll = () => void reload(supervisor, commandLine, debuggerPort, authority).then(announce);
  // A terminal that is closed says so with the same signal, and nobody can stop a server whose terminal is gone.
  onSignal("reload", () => isTerminalGone() ? stopAsked.resolve() : reloadAll());
  if (commandLine.switches.has("watch-config") && config.file !== undefined) {
    const { file } = config;
    watchFiles(
      () => [file, ...certificateFiles(supervisor.config)],
      new Map([[file, known], ...knownCertificates]),
      clock,
      reloadAll,
    );
  }
  if (terminal.stdout || terminal.stderr) onResize(terminal.columns, (columns) => supervisor.resize(columns));
  await announce();
  const own = supervisor.config.servers.some(({ listen }) => listen.some(isAll)) ? ownAddresses() : [];
  const notes = authority.notes(supervisor.config, own ?? []);
  if (terminal.stderr) await showStart(supervisor, { wanted: config, own, notes, warnings }, terminal);
  else for (const note of notes) await tell(`note: ${note}`);
  // Behind the start, which nobody is to wait for.
  void linkWarning(config).then(
    (warning) => warning === undefined ? undefined : tell(`warning: ${warning}`),
    (error) => supervisor.errorLog.warning(`the search for links that lead out failed: ${error}`),
  );
  if (commandLine.switches.has("open")) {
    // Not waited for: where it ends only with the browser, a signal would have to wait as well.
    void openBrowser(browserUrl(encryptedFirst(supervisor.endpoints)[0]!), (line) => void tell(line));
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

/** Those who are to listen on the debugger's port get it. */
async function makeRoomFor(config: Config, debuggerPort: DebuggerPort): Promise<void> {
  if (endpointsOf(config).some(({ port }) => port === DEBUGGER_PORT)) await debuggerPort.leave();
}

/** Where this server itself has the debugger's port, the debugger cannot have it. */
async function holdUnlessServed(supervisor: Supervisor, debuggerPort: DebuggerPort): Promise<void> {
  const serves = supervisor.endpoints.some(({ hostname, port }) =>
    port === DEBUGGER_PORT && ["127.0.0.1", "0.0.0.0", "::"].includes(hostname)
  );
  if (serves) await debuggerPort.leave();
  else debuggerPort.hold();
}

/** Says where it listens, each time only what has not been said before. */
function announcer(supervisor: Supervisor): () => Promise<void> {
  let told: ReadonlySet<string> = new Set();
  return async () => {
    const endpoints: readonly Endpoint[] = encryptedFirst(supervisor.endpoints);
    const added = endpoints.filter((endpoint) => !told.has(endpointKey(endpoint)));
    told = new Set(endpoints.map(endpointKey));
    // In one piece, so that whoever waits for the first line has read them all.
    if (added.length > 0) {
      await tell(added.map((endpoint) => `listening on ${endpointUrl(endpoint)}`).join("\n"));
    }
  };
}

/** What there is to say at a start besides what is served. */
interface StartWords {
  /** With the ports that were asked for. */
  readonly wanted: Config;
  /** Addresses by which others reach this machine; undefined where we may not look. */
  readonly own: readonly string[] | undefined;
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
}

async function showStart(
  { config, endpoints: [first] }: Supervisor,
  { wanted, own, notes: more, warnings }: StartWords,
  terminal: Terminal,
): Promise<void> {
  const asked = endpointsOf(wanted)[0]!.port;
  const notes = asked !== 0 && first!.port !== asked && endpointsOf(wanted).length === 1
    ? [`${asked} is taken, so this is ${first!.port}`]
    : [];
  if (own === undefined) {
    notes.push(`other machines reach it by every address of this one: --allow-sys=${INTERFACES} names them`);
  }
  notes.push(...more);
  await tell(startBlock({
    version: SHORT_VERSION,
    place: placeOf(config),
    config,
    addresses: openAddresses(config, own ?? []),
    notes,
    warnings,
  }, terminal));
}

/** What whoever has asked for the end is told. */
function waitingFor(running: number, { timeouts: { shutdown: { requests } } }: Config): string {
  const what = running === 1 ? "1 request is" : `${running} requests are`;
  return `${what} running: waiting up to ${requests / 1000} s (Ctrl+C again ends it now)`;
}

/** With a folder and no port asked for, a port that is taken is no reason not to serve. */
async function start(
  config: Config,
  listens: AddressSources["listens"],
  commandLine: CommandLine,
  options: SupervisorOptions,
): Promise<Supervisor> {
  const mayTryOtherPorts = config.file === undefined && commandLine.port === undefined;
  const wanted = endpointsOf(config)[0]!.port;
  for (let port = wanted;; port++) {
    try {
      return await Supervisor.start(port === wanted ? config : withPort(config, port), options);
    } catch (error) {
      if (!(error instanceof ListenError)) throw error;
      const isLast = !mayTryOtherPorts || port === wanted + PORTS_TRIED;
      if (error.problem === "taken" && !isLast) continue;
      throw withAdvice(error, { listens, takesOptions: endpointsOf(config).length === 1 }, executable());
    }
  }
}

/**
 * Opens log files again that were moved away, and loads the configuration again; if anything is wrong with it, the old
 * one stays.
 */
async function reload(
  supervisor: Supervisor,
  commandLine: CommandLine,
  debuggerPort: DebuggerPort,
  authority: OwnAuthority,
): Promise<void> {
  supervisor.reopenLogs();
  let listens: AddressSources["listens"] = new Map();
  try {
    if (supervisor.config.file === undefined) {
      return supervisor.errorLog.notice("there is no configuration file to load again");
    }
    const loaded = loadConfiguration(commandLine, supervisor.config);
    const { config } = loaded;
    listens = loaded.listens;
    for (const warning of allWarnings(loaded)) supervisor.errorLog.warning(warning);
    await makeRoomFor(config, debuggerPort);
    await supervisor.reload(config);
    supervisor.errorLog.notice(`${config.file} is loaded again`);
    for (const note of authority.notes(supervisor.config, ownAddresses() ?? [])) {
      supervisor.errorLog.notice(note);
    }
  } catch (thrown) {
    const error = thrown instanceof ListenError
      ? withAdvice(thrown, { listens, takesOptions: false }, executable())
      : thrown;
    const known = [ConfigError, FileAccessError, ListenError, StartError].some((kind) =>
      error instanceof kind
    );
    const text = error instanceof Error
      ? (known ? error.message : error.stack ?? error.message)
      : String(error);
    for (const issue of text.split("\n")) supervisor.errorLog.error(issue);
    supervisor.errorLog.error("the configuration was not loaded again; the old one stays");
  } finally {
    await holdUnlessServed(supervisor, debuggerPort);
  }
}

function withPort(config: Config, port: number): Config {
  return withEndpoints(config, (endpoint) => ({ ...endpoint, port }));
}
