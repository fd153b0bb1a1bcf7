/**
 * The main thread's work: starts the workers of a configuration, replaces one that dies, goes over to another
 * configuration without losing a request, and ends.
 *
 * @module
 */
import { endpointsOf } from "../config/listen.ts";
import { hasLiveReload, spawnedPools, uploadStores, userFiles } from "../config/places.ts";
import type { Config } from "../config/types.ts";
import { type Endpoint, endpointKey } from "../http/endpoint.ts";
import { describeFileError } from "../http/errors.ts";
import type { MetricsMemory } from "../inspector/metrics.ts";
import type { RecordsFound, RecordsWanted } from "../inspector/wanted.ts";
import {
  type AppState,
  type ErrorLog,
  FileError,
  type FileProblem,
  type LiveEvent,
  type Pool,
} from "../ports.ts";
import { LogError } from "../runtime/logs.ts";
import { ListenError } from "../runtime/net.ts";
import { MARK_VARIABLE, markedSoftware, OrphanGuard } from "../runtime/orphan_guard.ts";
import type { OwnLauncher } from "../runtime/own_launcher.ts";
import { ownAddresses } from "../runtime/own_addresses.ts";
import type { ProcessGroups } from "../runtime/process_groups.ts";
import type { Launchers } from "../runtime/processes.ts";
import { Reaper } from "../runtime/reaper.ts";
import { spoolProblem } from "../runtime/spool.ts";
import { NO_TERMINAL, type Terminal } from "../runtime/terminal.ts";
import { ensureFolder } from "../runtime/store_files.ts";
import { sweep } from "../runtime/sweep.ts";
import { NEEDS_NEWER_RUNTIME, servesTls } from "../runtime/version.ts";
import { EndpointReservations } from "./endpoints.ts";
import {
  collectsBodies,
  hasPrograms,
  launchersFor,
  startsPrograms,
  workerPermissions,
} from "./permissions.ts";
import { Answering } from "./answering.ts";
import type { LoginLink } from "./login_link.ts";
import type { LiveBuildPlan } from "./live_build.ts";
import { newLiveFeed } from "./live_feed.ts";
import type { LiveWatch } from "./live_watch.ts";
import type { AdminAddress, AdminChange, AdminKeeper } from "./admin_keeper.ts";
import type { InspectionMemory } from "./inspection_memory.ts";
import type { PoolKeeper } from "./pool_keeper.ts";
import { StartError } from "./start_error.ts";
import { type RetiredBounds, RetiredWorkers } from "./retired_workers.ts";
import { SOFTWARE } from "./software.ts";
import { RootLinks } from "./root_links.ts";
import { SupervisorLogs } from "./supervisor_logs.ts";
import { existingPath, machineName, missingPermission, type SystemInfo } from "./system_info.ts";
import type { CertificateStore } from "./certificate_store.ts";
import {
  NO_CERTIFICATES,
  type OpenLocalCertificates,
  speaksTls,
  type WorkerCertificates,
} from "./certificates.ts";
import { type Heartbeat, WorkerFailure, WorkerHandle } from "./worker_handle.ts";

/** The first delay before a worker that died is replaced, and the longest, in milliseconds. */
const FIRST_DELAY = 50;
const LONGEST_DELAY = 5000;

/** A worker that lived so long has not died of its configuration, in milliseconds. */
const GOOD_LIFE = 2000;

/** So many deaths in a row, of workers that never had a good life, are the configuration's fault. */
const FATAL_DEATHS = 8;

/** How often log files and roots that are links are looked at, in milliseconds: whatever moves is noticed within a second. */
const LOOK_DELAY = 500;

/** What logs have at least when they are closed, in milliseconds, until somebody reads them. */
const LOG_PATIENCE = 1000;

/** What to do about a folder that cannot be made. */
const FOLDER_ADVICE: Readonly<Record<FileProblem, string>> = {
  "not found": "make the folder above it",
  "changed": "try again",
  "denied": "check the permissions of the folder above it, or name another",
  "exists": "something else has its name, or a part of its path is no folder: name another",
  "not empty": "name another",
  "full": "the disk is full: make room, or name another",
  "busy": "try again",
  "failed": "check its path, and whether its file system can be written to",
};

/** The module that workers run. */
const WORKER_ENTRY = new URL("./worker.ts", import.meta.url);

/** What a supervisor works with. */
export interface SupervisorOptions {
  readonly system: SystemInfo;
  readonly groups: ProcessGroups;
  /** Where logs to the standard streams are seen; without it nobody sees them. */
  readonly terminal?: Terminal;
  /** Signs for servers that speak TLS and have no certificate of their own. */
  readonly openAuthority?: OpenLocalCertificates;
  /** What is to be run before pages are told of changes. */
  readonly build?: LiveBuildPlan | undefined;
  /** Has one of `ownUsers` log in by a link. */
  readonly link?: LoginLink | undefined;
  /** In place of WORKER_ENTRY. */
  readonly entry?: URL;
  /** In place of HEARTBEAT. */
  readonly heartbeat?: Heartbeat;
  /** Where the port of the inspector is taken, the next free one is as good. */
  readonly inspectorMayMove?: boolean;
  /** In place of RETIRED_BOUNDS. */
  readonly retired?: RetiredBounds;
  /** Users that are in no file: lines of name:hash, for places whose file of users is OWN_USERS. */
  readonly ownUsers?: string | undefined;
}

export { StartError };

/** Owns the workers and the logs. */
export class Supervisor {
  /** Rejects with a StartError if the configuration kills every worker. */
  readonly failed: Promise<never>;
  readonly #fail: (error: StartError) => void;
  readonly #options: SupervisorOptions;
  readonly #endpoints = new EndpointReservations();
  /** Workers of earlier configurations. */
  readonly #retired: RetiredWorkers;
  #terminal: Terminal;
  #app: AppState = { runs: true };
  /** What pages have been told. */
  readonly #live = newLiveFeed(Date.now());
  /** Who knows what workers ask. */
  readonly #answering: Answering;
  /** Since live reload was on for the first time. */
  #liveWatch: LiveWatch | undefined;
  #config: Config;
  #logs: SupervisorLogs;
  /** What workers of the configuration have been given. */
  #certificates: WorkerCertificates = NO_CERTIFICATES;
  /** Since TLS was configured for the first time. */
  #certificateStore: CertificateStore | undefined;
  #workers: (WorkerHandle | undefined)[] = [];
  /** Of the workers, when they were started. */
  #needs = "";
  #deaths = 0;
  readonly #replacing = new Set<ReturnType<typeof setTimeout>>();
  #stopping = false;
  /** Since programs were configured for the first time. */
  #guard: OrphanGuard | undefined;
  #software: string = SOFTWARE;
  /** Since programs were configured for the first time; undefined where it cannot be had. */
  #launcher: OwnLauncher | undefined;
  /** As process 1, since programs were configured for the first time. */
  #reaper: Reaper | undefined;
  /** Since FastCGI servers were to be started for the first time. */
  #pools: PoolKeeper | undefined;
  /** Since somebody wanted to see requests for the first time. */
  #inspection: InspectionMemory | undefined;
  /** Of the same time. */
  #admin: AdminKeeper | undefined;
  #looking: ReturnType<typeof setInterval> | undefined;
  /** Reloads come one after another. */
  #reloading: Promise<void> = Promise.resolve();

  private constructor(config: Config, logs: SupervisorLogs, options: SupervisorOptions) {
    const failed = Promise.withResolvers<never>();
    this.failed = failed.promise;
    this.failed.catch(() => {});
    this.#fail = failed.reject;
    this.#config = config;
    this.#options = options;
    this.#terminal = options.terminal ?? NO_TERMINAL;
    this.#logs = logs;
    this.#answering = new Answering({
      tellAll: (topic, text) => this.#everyWorker().forEach((worker) => worker.tell(topic, text)),
      tellOne: (number, topic, text) =>
        this.#everyWorker().find((worker) => worker.number === number)?.tell(topic, text),
      errorLog: () => this.errorLog,
      stores: () => uploadStores(this.#config).map(options.system.realPath),
      ownUsers: options.ownUsers ?? "",
      link: options.link,
    });
    this.#retired = new RetiredWorkers(
      () => this.#config.timeouts.shutdown,
      () => this.errorLog,
      options.retired,
    );
  }

  /** Serves a configuration. Resolves once all workers accept connections. @throws {ListenError | StartError} */
  static async start(config: Config, options: SupervisorOptions): Promise<Supervisor> {
    const supervisor = new Supervisor(config, openLogs(config, options.terminal), options);
    try {
      await supervisor.#begin(config);
      // Not at a reload: then the workers before are still storing.
      const answering = supervisor.#answering;
      for (const folder of uploadStores(config)) {
        void sweep(folder, supervisor.errorLog, (folder, name) => answering.foundPartial(folder, name));
      }
    } catch (error) {
      await supervisor.stop();
      throw error;
    }
    return supervisor;
  }

  /** Where it listens, every address and port known. */
  get endpoints(): Endpoint[] {
    return endpointsOf(this.#config);
  }

  /** What is served just now. */
  get config(): Config {
    return this.#config;
  }

  /** How many workers there are just now. */
  get alive(): number {
    return this.#workers.filter((worker) => worker !== undefined && !worker.isGone).length;
  }

  /**
   * Goes over to another configuration. Workers whose permissions and addresses are the same just change; others are
   * replaced, by new ones that accept connections before the old ones stop.
   *
   * @throws {ListenError | StartError} the old configuration stays then
   */
  reload(config: Config): Promise<void> {
    const reloaded = this.#reloading.then(() => this.#begin(config)).then(() => this.#liveWatch?.touch())
      .catch((error) => {
        // Its new endpoints are not ours after all.
        this.#endpoints.keep(this.#config);
        throw error;
      });
    this.#reloading = reloaded.catch(() => {});
    return reloaded;
  }

  /** That of the configuration which is served just now. */
  get errorLog(): ErrorLog {
    return this.#logs.errors;
  }

  /** Opens log files again, after they were moved away. */
  reopenLogs(): void {
    this.#logs.reopen();
  }

  /** The app behind this server has been started, or has ended. */
  tellApp(state: AppState): void {
    this.#app = state;
    for (const worker of this.#everyWorker()) worker.tellApp(state);
  }

  /** Pages are to be told. */
  tellLive(event: LiveEvent): void {
    this.#live.tell(event);
    for (const worker of this.#everyWorker()) worker.tellLive(event, this.#live.last);
  }

  /** Where the inspector is; undefined where there is none. */
  get inspector(): AdminAddress | undefined {
    return this.#admin?.address;
  }

  /** What all workers have counted of requests; undefined where nobody wants to see them. */
  get metrics(): MetricsMemory | undefined {
    return this.#inspection?.metrics;
  }

  /** What workers have taken down of requests, of each that says so in time. */
  async records(wanted: RecordsWanted): Promise<RecordsFound[]> {
    const inspected = this.#everyWorker().filter(({ inspection }) => inspection !== undefined);
    const found = await Promise.all(inspected.map((worker) => worker.records(wanted)));
    return found.filter((one) => one !== undefined);
  }

  /** The terminal has another width. */
  resize(columns: number | undefined): void {
    this.#terminal = { ...this.#terminal, columns };
    for (const worker of this.#everyWorker()) worker.resize(columns);
  }

  /**
   * Ends all workers, with timeouts.shutdown for what is running.
   *
   * @param waiting is told how many requests are running, once the workers have said so, unless there are none
   */
  async stop(waiting?: (running: number) => void): Promise<void> {
    const begun = performance.now();
    this.#stopping = true;
    const liveStopped = this.#liveWatch?.stop();
    this.#retired.stop();
    this.#answering.stop();
    clearInterval(this.#looking);
    this.#reaper?.stop();
    this.#certificateStore?.stop();
    this.#replacing.forEach(clearTimeout);
    await this.#reloading;
    const inspectorStopped = this.#admin?.stop();
    const workers = this.#everyWorker();
    const stopped = Promise.all(
      workers.map((worker) => worker.stop(this.#config.timeouts.shutdown.requests)),
    );
    void Promise.all(workers.map(({ counted }) => counted)).then((counts) => {
      const running = counts.reduce((sum, count) => sum + count, 0);
      if (running > 0) waiting?.(running);
    });
    await stopped;
    await inspectorStopped;
    await this.#pools?.stop();
    await liveStopped;
    this.#options.groups.killAll();
    await this.#guard?.end();
    this.#launcher?.close();
    this.#launcher = undefined;
    const left = this.#config.timeouts.shutdown.requests - (performance.now() - begun);
    await this.#logs.close(Math.max(left, LOG_PATIENCE));
  }

  /** Those in service, and those that still answer after earlier configurations. */
  #everyWorker(): WorkerHandle[] {
    return [...this.#workers, ...this.#retired.all].filter((worker) => worker !== undefined);
  }

  async #begin(wanted: Config): Promise<void> {
    if (this.#stopping) return;
    if (wanted.servers.some(speaksTls) && !servesTls()) throw new StartError(NEEDS_NEWER_RUNTIME);
    const config = this.#endpoints.resolve(wanted);
    checkEncryption(config);
    const { system } = this.#options;
    const problem = missingPermission(config, workerPermissions(config, system), system);
    if (problem !== undefined) throw new StartError(problem);
    await this.#answering.prepare(config);
    await this.#preparePools(config);
    const certificates = this.#withUserFiles(await this.#certificatesFor(config), config);
    this.#prepareFolders(config);
    // Before what they lead to is given to workers, so that no change is missed.
    const links = new RootLinks(config, existingPath);
    const logs = this.#logs.isFor(config) ? this.#logs : openLogs(config, this.#terminal);
    const spoolWarning = collectsBodies(config) ? spoolProblem(this.#options.system.spoolFolder) : undefined;
    if (spoolWarning !== undefined) logs.errors.warning(spoolWarning);
    let inspector: AdminChange | undefined, needs: string, prepared: Promise<void>;
    let workers: readonly (WorkerHandle | undefined)[];
    try {
      this.#guardPrograms(config);
      this.#reapOrphans(config, logs.errors);
      await this.#prepareLauncher(config);
      inspector = await this.#prepareInspector(config);
      needs = this.#needsOf(config);
      prepared = this.#prepareLive(config);
      workers = this.#unchanged(needs) ?? await this.#startWorkers(config, certificates);
    } catch (error) {
      await inspector?.undo();
      if (logs !== this.#logs) await logs.close(LOG_PATIENCE);
      throw error instanceof WorkerFailure ? new StartError(error.message) : error;
    }
    const [oldWorkers, oldLogs] = [this.#workers, this.#logs];
    this.#config = config;
    this.#certificates = certificates;
    this.#certificateStore?.keep(config);
    this.#pools?.keep(config);
    this.#logs = logs;
    this.#workers = [...workers];
    this.#needs = needs;
    this.#endpoints.keep(config);
    await inspector?.commit();
    // It may have changed while they started.
    if (config.app !== undefined) this.tellApp(this.#app);
    this.#lookAround(links);
    await prepared;
    if (hasLiveReload(config)) this.#liveWatch?.configure(config);
    else await this.#endLive();
    // Between its first word and now.
    workers.forEach((worker, index) => {
      if (worker?.isGone) this.#replace(worker, index, "it did not outlive its start", 0);
    });
    // Their last lines go to the new logs.
    await Promise.all(
      workers === oldWorkers
        ? oldWorkers.map((worker) => this.#change(worker, config, certificates))
        : this.#retire(oldWorkers),
    );
    if (oldLogs !== logs) await oldLogs.close(LOG_PATIENCE);
  }

  /** Nobody wants to know any more what changes. */
  async #endLive(): Promise<void> {
    const watch = this.#liveWatch;
    this.#liveWatch = undefined;
    await watch?.stop();
  }

  /** PERF: while workers start, this thread has nothing to do. */
  async #prepareLive(config: Config): Promise<void> {
    if (this.#liveWatch !== undefined || !hasLiveReload(config)) return;
    const { LiveWatch } = await import("./live_watch.ts");
    this.#liveWatch = new LiveWatch({
      tell: (event) => this.tellLive(event),
      errorLog: () => this.errorLog,
      build: this.#options.build,
    });
  }

  /** PERF: what it takes is loaded only where somebody wants to see requests. @throws {StartError} */
  async #prepareInspector(config: Config): Promise<AdminChange | undefined> {
    if (config.admin === undefined) return await this.#admin?.prepare(config);
    const { InspectionMemory } = await import("./inspection_memory.ts");
    const { AdminKeeper } = await import("./admin_keeper.ts");
    const inspection = this.#inspection ??= new InspectionMemory((memory) => this.#admin?.count(memory));
    this.#admin ??= new AdminKeeper({
      metrics: () => inspection.metrics,
      records: (wanted) => this.records(wanted),
      errorLog: () => this.errorLog,
      mayMove: this.#options.inspectorMayMove ?? false,
    });
    try {
      return await this.#admin.prepare(config);
    } catch (error) {
      const isKnown = error instanceof ListenError || error instanceof WorkerFailure;
      throw isKnown ? new StartError(error.message) : error;
    }
  }

  /** @throws {StartError} */
  async #certificatesFor(config: Config): Promise<WorkerCertificates> {
    if (!config.servers.some(speaksTls)) return NO_CERTIFICATES;
    const { CertificateStore, CertificateError } = await import("./certificate_store.ts");
    this.#certificateStore ??= new CertificateStore({
      openAuthority: this.#options.openAuthority,
      realPath: this.#options.system.realPath,
      ownAddresses,
      machineName,
      now: Date.now,
    }, {
      renewed: (certificates) => {
        this.#certificates = this.#withUserFiles(certificates, this.#config);
        for (const worker of this.#workers) worker?.renew(this.#certificates);
      },
      renewedNamed: (name, certificate) => {
        for (const worker of this.#workers) worker?.renewNamed(name, certificate);
      },
      failed: (error) => this.errorLog.error(`a certificate could not be made: ${messageOf(error)}`),
    });
    try {
      return await this.#certificateStore.load(config);
    } catch (error) {
      throw error instanceof CertificateError ? new StartError(error.message) : error;
    }
  }

  /** SECURITY: whoever has hashes can try passwords at home, so they are sent to nobody, wherever they lie. */
  #withUserFiles(certificates: WorkerCertificates, config: Config): WorkerCertificates {
    const files = userFiles(config), { realPath } = this.#options.system;
    if (files.length === 0) return certificates;
    const withheld = [...certificates.withheld, ...files.flatMap((path) => [path, realPath(path)])];
    return { ...certificates, withheld: [...new Set(withheld)] };
  }

  /** Sockets must have their names before a worker may only use them. @throws {StartError} */
  async #preparePools(config: Config): Promise<void> {
    const pools = spawnedPools(config);
    if (pools.length === 0) return;
    const { system, groups } = this.#options;
    const { PoolKeeper } = await import("./pool_keeper.ts");
    try {
      this.#pools ??= await PoolKeeper.start({
        system,
        groups,
        errorLog: () => this.errorLog,
        software: () => this.#software,
      });
      for (const pool of pools) this.#pools.socketOf(pool);
    } catch (error) {
      throw error instanceof FileError ? new StartError(describeFileError(error)) : error;
    }
  }

  /** Looks now and then at what may move away, where there is any of it. */
  #lookAround(links: RootLinks): void {
    clearInterval(this.#looking);
    if (this.#stopping || (links.isEmpty && !this.#logs.hasFiles)) return;
    this.#looking = setInterval(() => {
      this.#logs.reopen();
      const changed = links.changes();
      if (changed.length > 0) this.#follow(changed);
    }, LOOK_DELAY);
  }

  /** Roots are links that lead elsewhere by now: workers that may read what is there take over. */
  #follow(paths: readonly string[]): void {
    const what = `${paths.join(", ")}: the link leads elsewhere`;
    this.#reloading = this.#reloading.then(() => this.#begin(this.#config)).then(
      () => {
        this.errorLog.notice(`${what}, and what is there is served now`);
        this.#liveWatch?.touch();
      },
      // Whatever it is, the server goes on; it is tried again when a link changes, or at a reload.
      (error: Error) => this.errorLog.error(`${what}, and what is there is not served: ${error.message}`),
    );
  }

  /** The workers, if they can serve another configuration too: nothing that is fixed with their start differs. */
  #unchanged(needs: string): readonly (WorkerHandle | undefined)[] | undefined {
    const workers = this.#workers;
    const alive = workers.length > 0 && workers.every((worker) => worker !== undefined && !worker.isGone);
    return alive && needs === this.#needs ? workers : undefined;
  }

  /** What is fixed with a worker's start. Links may lead elsewhere at another time. */
  #needsOf(config: Config): string {
    const { workerCount } = this.#options.system;
    const permissions = this.#permissions(config);
    return JSON.stringify([
      config.sandbox,
      endpointsOf(config),
      permissions,
      this.#launchers(config),
      workerCount(config),
      config.admin !== undefined,
    ]);
  }

  /** New workers, all of which accept connections. */
  async #startWorkers(config: Config, certificates: WorkerCertificates): Promise<WorkerHandle[]> {
    const { workerCount, sharesPorts } = this.#options.system;
    // What is not shared can only be handed over: connections that come meanwhile are refused.
    const old = sharesPorts ? [] : this.#workers;
    await Promise.all(this.#retire(old));
    const workers = Array.from(
      { length: workerCount(config) },
      (_, index) => this.#startWorker(index, config, certificates),
    );
    try {
      await Promise.all(workers.map(({ ready }) => ready));
      if (workers.some(({ isGone }) => isGone)) {
        throw new WorkerFailure("a worker died as soon as it started");
      }
      return workers;
    } catch (error) {
      await Promise.all(workers.map((worker) => worker.stop(0)));
      this.#workers = this.#workers.map((worker, index) =>
        old.includes(worker) ? this.#startWorker(index, this.#config, this.#certificates) : worker
      );
      throw error;
    }
  }

  /** Stores must be there before a worker may only use them. @throws {StartError} */
  #prepareFolders(config: Config): void {
    try {
      uploadStores(config).forEach(ensureFolder);
    } catch (error) {
      if (error instanceof FileError) {
        throw new StartError(
          `${error.path} cannot be made: ${error.problem}; ${FOLDER_ADVICE[error.problem]}`,
        );
      }
      throw error;
    }
  }

  /** PERF: of what a small program costs a third is `setsid`. */
  async #prepareLauncher(config: Config): Promise<void> {
    if (this.#launcher !== undefined || !hasPrograms(config)) return;
    const { openOwnLauncher } = await import("../runtime/own_launcher.ts");
    this.#launcher = openOwnLauncher(this.#options.system.temporary, this.#guard === undefined);
  }

  /** Has programs end with this process, however that ends. */
  #guardPrograms(config: Config): void {
    const { guardShell, searchPath } = this.#options.system;
    // Once the system ends programs by themselves, it would find none.
    if (this.#guard !== undefined || this.#launcher !== undefined) return;
    if (guardShell === undefined || !startsPrograms(config)) return;
    try {
      const software = markedSoftware(SOFTWARE);
      this.#guard = OrphanGuard.start(guardShell, searchPath, {
        SERVER_SOFTWARE: software,
        [MARK_VARIABLE]: software,
      });
      this.#software = software;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.errorLog.warning(
        `programs may outlive a server that is killed, since ${guardShell} cannot be run: ${why}`,
      );
    }
  }

  /** As process 1 of a container it is this one that gets what programs leave behind. */
  #reapOrphans(config: Config, log: ErrorLog): void {
    const { system: { isInit }, groups } = this.#options;
    if (!isInit || this.#reaper !== undefined || !startsPrograms(config)) return;
    this.#reaper = Reaper.start((pid) => groups.runs(pid));
    const reaper = this.#reaper;
    if (reaper !== undefined) groups.reap = (pid) => reaper.group(pid);
    else {
      log.warning(
        "this is process 1, and jobs that programs leave behind stay as zombies when they end: " +
          "start the container with --init, or give --allow-ffi and --allow-read",
      );
    }
  }

  #permissions(config: Config) {
    const { system } = this.#options, pools = this.#pools;
    const poolSockets = pools === undefined ? system.poolSockets : (pool: Pool) => [pools.socketOf(pool)];
    return workerPermissions(config, { ...system, launchers: this.#allLaunchers, poolSockets });
  }

  #launchers(config: Config): Launchers {
    return launchersFor(config, { ...this.#options.system, launchers: this.#allLaunchers });
  }

  get #allLaunchers(): Launchers {
    return { ...this.#options.system.launchers, own: this.#launcher?.path };
  }

  async #change(
    worker: WorkerHandle | undefined,
    config: Config,
    certificates: WorkerCertificates,
  ): Promise<void> {
    const inspection = worker?.inspection && this.#inspection?.change(config, worker.inspection);
    await worker?.change(config, certificates, inspection);
  }

  #startWorker(index: number, config: Config, certificates: WorkerCertificates): WorkerHandle {
    const { system, groups, entry, heartbeat, link } = this.#options;
    const born = performance.now();
    const pools = this.#pools?.open(config, (name) => worker.forgetPool(name));
    const inspection = config.admin && this.#inspection?.open(config);
    const worker: WorkerHandle = new WorkerHandle(
      entry ?? WORKER_ENTRY,
      {
        id: index + 1,
        config,
        certificates,
        reusePort: system.sharesPorts,
        searchPath: system.searchPath,
        launchers: this.#launchers(config),
        programHost: {
          os: system.os,
          environment: system.programEnvironment,
          endsTrees: system.killProgram !== undefined,
        },
        spoolFolder: system.spoolFolder,
        software: this.#software,
        terminal: this.#terminal,
        app: config.app && this.#app,
        live: this.#live.state,
        cookie: link?.cookie,
        inspection,
      },
      config.sandbox ? this.#permissions(config) : undefined,
      {
        log: (log, lines, over) => this.#logs[log].lines(lines, over),
        certificateWanted: (name, give) => void this.#certificateStore?.wanted(name).then(give),
        poolWanted: (name, give) => pools?.wanted(name, give) ?? false,
        poolsUnused: () => pools?.close(),
        poolFailed: (name) => pools?.failed(name) ?? false,
        asked: (topic, text, number) => this.#answering.answer(topic, text, number),
        died: (reason) => this.#replace(worker, index, reason, performance.now() - born),
      },
      // SECURITY: a worker that runs no programs has no groups, whatever it says.
      hasPrograms(config) ? groups : undefined,
      uploadStores(config),
      heartbeat,
    );
    void worker.gone.then(() => this.#answering.gone(worker.number));
    if (pools !== undefined) void worker.gone.then(() => pools.close());
    if (inspection !== undefined) void worker.gone.then(() => this.#inspection?.release(inspection));
    return worker;
  }

  /** Others have taken over from them. The promises resolve when they accept no more connections. */
  #retire(workers: readonly (WorkerHandle | undefined)[]): Promise<void>[] {
    const alive = workers.filter((worker) => worker !== undefined && !worker.isGone) as WorkerHandle[];
    return this.#retired.add(alive);
  }

  /** A worker died that was in service. */
  #replace(dead: WorkerHandle, index: number, reason: string, life: number): void {
    if (this.#workers[index] !== dead || this.#stopping) {
      // It was to end anyway, or was not in service yet.
      return this.errorLog.error(`worker ${index + 1} died: ${reason}`);
    }
    this.#workers[index] = undefined;
    this.#deaths = life > GOOD_LIFE ? 1 : this.#deaths + 1;
    if (this.#deaths >= FATAL_DEATHS) {
      this.#fail(new StartError(`workers die as soon as they start: ${reason}`));
      return;
    }
    const delay = Math.min(FIRST_DELAY * 2 ** (this.#deaths - 1), LONGEST_DELAY);
    this.errorLog.error(`worker ${index + 1} died: ${reason}; another starts in ${delay} ms`);
    const config = this.#config;
    const timer = setTimeout(() => {
      this.#replacing.delete(timer);
      // A reload may have been faster.
      if (this.#stopping || this.#config !== config || this.#workers[index] !== undefined) return;
      const worker = this.#startWorker(index, config, this.#certificates);
      this.#workers[index] = worker;
      // Whatever keeps it from serving, e.g. a port that another program took meanwhile, is a death like any other.
      worker.ready.catch((error: Error) => this.#replace(worker, index, error.message, 0));
    }, delay);
    this.#replacing.add(timer);
  }
}

/** Names that turned out to be one address. @throws {StartError} */
function checkEncryption({ servers }: Config): void {
  const first = new Map<string, boolean>();
  for (const endpoint of servers.flatMap(({ listen }) => listen)) {
    const key = endpointKey(endpoint), tls = first.get(key) ?? endpoint.tls;
    first.set(key, tls);
    if (tls !== endpoint.tls) {
      throw new StartError(
        `${key} has ssl for one server and not for another: it speaks TLS for all or for none`,
      );
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** @throws {StartError} */
function openLogs(config: Config, terminal: Terminal | undefined): SupervisorLogs {
  try {
    return new SupervisorLogs(config, terminal);
  } catch (error) {
    throw error instanceof LogError ? new StartError(error.message) : error;
  }
}
