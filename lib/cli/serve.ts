/**
 * `webserv serve`: starts the server, says where it listens, and does what signals ask for until it is to stop.
 *
 * @module
 */
import { endpointsOf, withEndpoints } from "../config/listen.ts";
import { certificateFiles } from "../config/places.ts";
import type { Config } from "../config/types.ts";
import type { AppState } from "../ports.ts";
import { openBrowser } from "../runtime/browser.ts";
import { DEBUGGER_ADDRESS, DEBUGGER_PORT, type DebuggerPort } from "../runtime/debugger_port.ts";
import { clock } from "../runtime/clock.ts";
import type { CommandKeeper } from "../runtime/command.ts";
import { onEnd } from "../runtime/end.ts";
import { fileState, watchFiles } from "../runtime/file_watch.ts";
import { ListenError } from "../runtime/net.ts";
import { takeNotifyAddress } from "../runtime/notify_address.ts";
import { ownAddresses } from "../runtime/own_addresses.ts";
import { ProcessGroups } from "../runtime/process_groups.ts";
import { onSignal } from "../runtime/signals.ts";
import { currentTerminal, onResize } from "../runtime/terminal.ts";
import { SYSTEM } from "../runtime/system.ts";
import { StartError, Supervisor, type SupervisorOptions } from "../supervisor/supervisor.ts";
import { systemInfo } from "../supervisor/system_info.ts";
import { browserUrls, firstEndpoint, inspectorUrl, isAll } from "./addresses.ts";
import { announcer, showStart, waitingFor } from "./announce.ts";
import type { CommandLine } from "./command_line.ts";
import { configurationFile, loadConfiguration } from "./configuration.ts";
import { environmentPort } from "./environment_port.ts";
import { ConfigError, FileAccessError } from "./file_problems.ts";
import type { LoadedConfiguration } from "./loaded_configuration.ts";
import type { Companion } from "./companion.ts";
import { isTerminalGone, print, printToStderr, tell } from "./console.ts";
import { buildPlan } from "./live_options.ts";
import { type AddressSources, withAdvice } from "./listen_advice.ts";
import type { InspectorFile } from "./inspector_file.ts";
import { OwnAuthority } from "./own_authority.ts";
import { executable } from "./own_files.ts";
import { PortFile, readyLine } from "./ready.ts";
import type { ServiceNotices } from "./service_notices.ts";
import { Sharing } from "./sharing.ts";
import { linkWarning } from "./sandbox_gaps.ts";
import { allWarnings } from "./warnings.ts";

/** How many ports after the default one are tried when nobody asked for a certain one. */
const PORTS_TRIED = 100;

/** What a shell gives as the exit status of a program that Ctrl+C has ended. */
const INTERRUPTED = 130;

/**
 * Resolves once the server has stopped as asked, or a command beside it has ended, with the exit status.
 *
 * @param load what is to be served at first
 * @throws {UsageError | ConfigError | FileAccessError | ListenError | StartError | CommandError}
 */
export async function serve(
  commandLine: CommandLine,
  debuggerPort: DebuggerPort,
  load: (commandLine: CommandLine) => LoadedConfiguration | Promise<LoadedConfiguration> = loadConfiguration,
): Promise<number> {
  // Before it is read, so that no later change of it is missed.
  const known = fileState(configurationFile(commandLine));
  const loaded = await load(commandLine);
  const { config, listens } = loaded;
  const sharing = await Sharing.begin(commandLine);
  if (sharing === undefined) return INTERRUPTED;
  // Before they are read, too.
  const knownCertificates = certificateFiles(config).map((path) => [path, fileState(path)] as const);
  const service = await openService();
  const system = systemInfo(), terminal = currentTerminal(), authority = new OwnAuthority();
  const warnings = allWarnings(loaded);
  const warn = async () => {
    for (const warning of warnings) await tell(`warning: ${warning}`);
  };
  const groups = new ProcessGroups(system.killProgram, system.os);
  onEnd(() => groups.killAll());
  const portFile = commandLine.portFile === undefined ? undefined : new PortFile(commandLine.portFile);
  if (portFile !== undefined) onEnd(() => portFile.remove());
  let serving: Supervisor | undefined;
  const patience = () => (serving?.config ?? config).timeouts.shutdown.requests;
  const companion = await companionFor(commandLine, config, { ...system, groups }, {
    patience,
    colour: terminal.stdout && terminal.colour,
    changed: (state) => serving?.tellApp(state),
  });
  // A command's output is not to be mixed with more than there must be.
  const shows = terminal.stderr && (companion === undefined || config.app !== undefined);
  if (!shows) await warn();
  const stopAsked = Promise.withResolvers<number>();
  let stopSignals = 0;
  const stopped = () => shows && printToStderr("\rstopped");
  onSignal("stop", (signal) => {
    if (companion?.signal(signal, "stop")) return;
    if (++stopSignals > 1) {
      stopped();
      Deno.exit(0);
    }
    stopAsked.resolve(0);
  });
  if (companion !== undefined) onSignal("other", (signal) => void companion.signal(signal, "other"));
  await makeRoomFor(config, debuggerPort);
  const supervisor = serving = await start(config, listens, commandLine, {
    system,
    groups,
    terminal,
    openAuthority: authority.open,
    build: buildPlan(commandLine, config, { ...system, groups }),
    ...sharing.options,
    inspectorMayMove: commandLine.switches.has("inspect"),
  }).catch(
    async (error) => {
      // Where they would have been shown with what is served.
      if (shows) await warn();
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
  const announce = announcer(supervisor, !shows);
  let inspectorFile: InspectorFile | undefined;
  const publish = async () => {
    portFile?.write(firstEndpoint(supervisor.endpoints).port);
    // PERF: what it takes is loaded only where there is one.
    if (supervisor.inspector !== undefined) inspectorFile ??= await openInspectorFile();
    const problem = inspectorFile?.publish(supervisor.inspector, supervisor.config);
    if (problem !== undefined) supervisor.errorLog.warning(problem);
  };
  const reloadAll = async () => {
    service?.reloading();
    let problem: string | undefined;
    try {
      problem = await reload(supervisor, commandLine, debuggerPort, authority);
      await announce();
      await publish();
    } catch (error) {
      supervisor.errorLog.error(error instanceof Error ? error.message : String(error));
    }
    service?.reloaded(problem ?? servingStatus(supervisor.config));
  };
  onSignal("reload", (signal) => {
    // A terminal that is closed says so with the same signal, and nobody can stop a server whose terminal is gone.
    const isGone = isTerminalGone();
    if (isGone && companion?.signal(signal, "stop")) return;
    if (config.file === undefined && companion?.signal(signal, "reload")) return;
    if (isGone) stopAsked.resolve(0);
    else void reloadAll();
  });
  if (commandLine.switches.has("watch-config") && config.file !== undefined) {
    const { file } = config;
    watchFiles(
      () => [file, ...certificateFiles(supervisor.config)],
      new Map([[file, known], ...knownCertificates]),
      clock,
      () => void reloadAll(),
    );
  }
  if (terminal.stdout || terminal.stderr) onResize(terminal.columns, (columns) => supervisor.resize(columns));
  try {
    await announce();
    const own = supervisor.config.servers.some(({ listen }) => listen.some(isAll)) ? ownAddresses() : [];
    const notes = authority.notes(supervisor.config, own ?? []);
    if (shows) await showStart(supervisor, { wanted: config, own, notes, warnings }, terminal);
    else for (const note of notes) await tell(`note: ${note}`);
    await sharing.tell(supervisor, own ?? [], shows ? terminal : undefined);
    // Behind the start, which nobody is to wait for.
    void linkWarning(config).then(
      (warning) => warning === undefined ? undefined : tell(`warning: ${warning}`),
      (error) => supervisor.errorLog.warning(`the search for links that lead out failed: ${error}`),
    );
    await publish();
    const urls = browserUrls(supervisor.config);
    service?.ready(servingStatus(supervisor.config));
    if (commandLine.switches.has("ready-json")) {
      print(readyLine(urls, supervisor.inspector && inspectorUrl(supervisor.inspector)));
    }
    companion?.start(urls[0]!);
    if (commandLine.switches.has("open")) {
      // Not waited for: where it ends only with the browser, a signal would have to wait as well.
      void openBrowser(urls[0]!, (line) => void tell(line));
    }
    return await Promise.race([stopAsked.promise, supervisor.failed, ...(companion ? [companion.over] : [])]);
  } finally {
    const told = service?.stopping("stopping: what is running may end");
    portFile?.remove();
    inspectorFile?.remove();
    await companion?.end();
    await supervisor.stop((running) => {
      if (terminal.stderr) printToStderr(`\r${waitingFor(running, supervisor.config)}`);
    });
    await told;
    stopped();
  }
}

/** PERF: what it takes is loaded only where a service manager wants to be told. */
async function openService(): Promise<ServiceNotices | undefined> {
  const address = takeNotifyAddress();
  if (address === undefined) return undefined;
  const { openServiceNotices } = await import("./service_notices.ts");
  return openServiceNotices(address, (text) => void tell(`warning: ${text}`));
}

/** For a service manager. */
function servingStatus(config: Config): string {
  return `serving ${browserUrls(config).join(", ")}`;
}

async function openInspectorFile(): Promise<InspectorFile> {
  return new (await import("./inspector_file.ts")).InspectorFile();
}

/** What a companion needs of its server. */
interface CompanionHost {
  readonly patience: () => number;
  readonly colour: boolean;
  readonly changed: (state: AppState) => void;
}

/** PERF: what it takes is loaded only where there is a command. */
async function companionFor(
  { beside, switches }: CommandLine,
  { app }: Config,
  keeper: CommandKeeper,
  { patience, colour, changed }: CompanionHost,
): Promise<Companion | undefined> {
  if (beside === undefined) return undefined;
  if (app === undefined) {
    const { Beside } = await import("./beside.ts");
    return new Beside(beside, keeper, patience);
  }
  const { App } = await import("./app.ts"), { appWords, packageScripts } = await import("./app_words.ts");
  const words = appWords(beside, app.port, packageScripts);
  const plan = { words, app, restarts: switches.has("restart"), colour, patience };
  return new App(plan, keeper, { changed, said: (line) => void tell(line) });
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

/** With a folder and no port asked for, a port that is taken is no reason not to serve. */
async function start(
  config: Config,
  listens: AddressSources["listens"],
  commandLine: CommandLine,
  options: SupervisorOptions,
): Promise<Supervisor> {
  const isAsked = commandLine.port !== undefined || environmentPort(commandLine) !== undefined;
  const mayTryOtherPorts = config.file === undefined && !isAsked;
  const wanted = endpointsOf(config)[0]!.port;
  for (let port = wanted;; port++) {
    try {
      return await Supervisor.start(port === wanted ? config : withPort(config, port), options);
    } catch (error) {
      if (!(error instanceof ListenError)) throw error;
      const isLast = !mayTryOtherPorts || port === wanted + PORTS_TRIED;
      if (error.problem === "taken" && !isLast) continue;
      throw withAdvice(
        error,
        { listens, takesOptions: endpointsOf(config).length === 1 },
        executable(),
        SYSTEM,
      );
    }
  }
}

/**
 * Opens log files again that were moved away, and loads the configuration again; if anything is wrong with it, the old
 * one stays.
 *
 * @returns then, what is wrong, in one line
 */
async function reload(
  supervisor: Supervisor,
  commandLine: CommandLine,
  debuggerPort: DebuggerPort,
  authority: OwnAuthority,
): Promise<string | undefined> {
  supervisor.reopenLogs();
  let listens: AddressSources["listens"] = new Map();
  try {
    if (supervisor.config.file === undefined) {
      supervisor.errorLog.notice("there is no configuration file to load again");
      return undefined;
    }
    const loaded = await loadConfiguration(commandLine, supervisor.config);
    const { config } = loaded;
    listens = loaded.listens;
    for (const warning of allWarnings(loaded)) supervisor.errorLog.warning(warning);
    await makeRoomFor(config, debuggerPort);
    await supervisor.reload(config);
    supervisor.errorLog.notice(`${config.file} is loaded again`);
    for (const note of authority.notes(supervisor.config, ownAddresses() ?? [])) {
      supervisor.errorLog.notice(note);
    }
    return undefined;
  } catch (thrown) {
    const error = thrown instanceof ListenError
      ? withAdvice(thrown, { listens, takesOptions: false }, executable(), SYSTEM)
      : thrown;
    const known = [ConfigError, FileAccessError, ListenError, StartError].some((kind) =>
      error instanceof kind
    );
    const text = error instanceof Error
      ? (known ? error.message : error.stack ?? error.message)
      : String(error);
    for (const issue of text.split("\n")) supervisor.errorLog.error(issue);
    const outcome = "the configuration was not loaded again; the old one stays";
    supervisor.errorLog.error(outcome);
    return `${outcome}: ${text.split("\n", 1)[0]}`;
  } finally {
    await holdUnlessServed(supervisor, debuggerPort);
  }
}

function withPort(config: Config, port: number): Config {
  return withEndpoints(config, (endpoint) => ({ ...endpoint, port }));
}
