/**
 * A configuration being served by one thread: its listeners, its connections, its programs, and how they come to an
 * end.
 *
 * @module
 */
import type { RunCookieFacts } from "../access/run_cookie.ts";
import { Gateway } from "../cgi/gateway.ts";
import { isLabelled } from "../config/host_label.ts";
import { endpointsOf } from "../config/listen.ts";
import { hasFastcgi, hasLocalCertificate, passesRequestsOn, spawnedPools } from "../config/places.ts";
import type { Config } from "../config/types.ts";
import { FileCache } from "../disk/file_cache.ts";
import { Listings } from "../files/listings.ts";
import { andThen, type MaybePromise } from "../http/maybe_promise.ts";
import { type Endpoint, endpointKey } from "../http/endpoint.ts";
import { TrustedProxies } from "../http/trusted_proxies.ts";
import type {
  AppState,
  ByteConnection,
  ConnectionListener,
  Dialer,
  ErrorLog,
  IncomingConnection,
  LiveFeed,
  Log,
  MainThread,
  Pools,
} from "../ports.ts";
import { clock } from "../runtime/clock.ts";
import { collectGarbage } from "../runtime/collect.ts";
import { fileSystem } from "../runtime/files.ts";
import { listen } from "../runtime/net.ts";
import type { GroupRegistry } from "../runtime/process_groups.ts";
import { processRunner } from "../runtime/processes.ts";
import { spooler } from "../runtime/spool.ts";
import { storeFiles } from "../runtime/store_files.ts";
import { NO_TERMINAL } from "../runtime/terminal.ts";
import { Acceptor, type ConnectionCount } from "../server/acceptor.ts";
import { AccessLog, type LogTerminal } from "../server/access_log.ts";
import { protocolChoice } from "../server/choice.ts";
import { ServerContext } from "../server/context.ts";
import { Handshake } from "../server/handshake.ts";
import { Http1Session } from "../server/http1/session.ts";
import type { Settings } from "../server/settings.ts";
import { toHttps } from "../server/to_https.ts";
import { SystemCompression } from "../runtime/compression.ts";
import { AUTHORITY_PAGE } from "../site/authority_pages.ts";
import type { Services } from "../site/exchange.ts";
import type { LoginPage } from "../site/login_link.ts";
import type { RecordsFound, RecordsWanted } from "../inspector/wanted.ts";
import { LazyLogins } from "../site/logins.ts";
import { createSite, type Site } from "../site/site.ts";
import { Weather } from "../site/weather.ts";
import { speaksTls, type WorkerCertificate, type WorkerCertificates } from "./certificates.ts";
import { accessFormat, isOnTerminal } from "./log_style.ts";
import { LazyForwarder } from "./forwarder.ts";
import { IdleMemory } from "./idle_memory.ts";
import { LazyBuckets } from "./lazy_buckets.ts";
import { LazyFastcgi } from "./lazy_fastcgi.ts";
import { LazyLive } from "./lazy_live.ts";
import type { Inspection, WorkerStart } from "./messages.ts";
import { SOFTWARE } from "./software.ts";
import type { WorkerInspector } from "./worker_inspector.ts";
import type { WorkerTls } from "./worker_tls.ts";

/** What still runs so long after the stop began is worth being waited for, in milliseconds. */
const SETTLING = 100;

/** Between two looks whether pools are still used, in milliseconds. */
const POOL_LOOK = 500;

/** Where a thread's lines go. */
export interface WorkerLogs {
  readonly access: Log;
  readonly error: ErrorLog;
}

/** What the main thread does for a worker. */
export interface MainServices {
  /** Looks after the groups of programs; undefined where there are none. */
  readonly groups: GroupRegistry | undefined;
  readonly pools: Pools;
  /** What pages are to be told. */
  readonly live: LiveFeed;
  /** Knows what no worker can know alone. */
  readonly main: MainThread;
  /** Has a certificate made for a name. */
  readonly askForCertificate: (name: string) => void;
}

/** Owns everything that one configuration needs in one thread; stop() gives it back. */
export class WorkerServer {
  #config: Config;
  readonly #memory: IdleMemory;

  private constructor(
    readonly options: WorkerStart,
    readonly logs: WorkerLogs,
    readonly acceptors: readonly AnyAcceptor[],
    /** Undefined where no TLS is spoken. */
    readonly tls: WorkerTls | undefined,
    readonly context: ServerContext,
    readonly services: Services & {
      readonly weather: Weather;
      readonly gateway: Gateway;
      readonly fastcgi: LazyFastcgi;
      readonly forwarder: LazyForwarder;
    },
    /** Connections of all acceptors. */
    readonly count: { readonly open: number },
    readonly terminal: { columns: LogTerminal["columns"] },
    /** Undefined where there is none behind this server. */
    readonly app: { state: AppState } | undefined,
    readonly live: LazyLive,
    readonly buckets: LazyBuckets,
    /** Undefined where nobody wants to see the requests. */
    readonly inspector: WorkerInspector | undefined,
  ) {
    this.#config = options.config;
    this.#memory = new IdleMemory(context, count, collectGarbage);
  }

  /**
   * Starts to accept connections.
   *
   * @throws {ListenError}
   */
  static async start(
    options: WorkerStart,
    logs: WorkerLogs,
    { groups, pools, live: feed, main, askForCertificate }: MainServices,
  ): Promise<WorkerServer> {
    const { config, reusePort, searchPath, launchers, programHost, spoolFolder, software } = options;
    const shared = { spooler: spooler(spoolFolder), clock, errorLog: logs.error, searchPath };
    const files = new FileCache(fileSystem, clock), { inspection } = options;
    const inspector = inspection && await inspectorFor(options.id, inspection, files);
    const plainRunner = processRunner(launchers, groups, programHost),
      runner = inspector?.count(plainRunner) ?? plainRunner;
    const gateway = new Gateway({ ...shared, runner, files: fileSystem, software });
    // Not the name that programs have who are to end with this server: others go on without it.
    const fastcgi = new LazyFastcgi({ ...shared, dialer, pools, software: SOFTWARE });
    if (hasFastcgi(config)) void fastcgi.load();
    files.withhold(options.certificates.withheld);
    const listings = new Listings(files.turns);
    const app = options.app && { state: options.app };
    const forwarder: LazyForwarder = new LazyForwarder(() => {
      return { dialer, clock, deadlines: context.deadlines, limits: () => context.settings.limits };
    }, app && (await import("../site/app.ts")).whileAppIsAway(app, clock, logs.error));
    const login = options.cookie && await loginFor(options.cookie, main, config);
    const services = {
      files,
      listings,
      gateway,
      dialer,
      fastcgi,
      forwarder,
      compression: new SystemCompression(),
      store: storeFiles,
      errorLog: logs.error,
      weather: new Weather(clock),
      main,
      login,
      logins: new LazyLogins(main, clock, login?.cookie),
    };
    const live = new LazyLive(feed, clock);
    await live.prepare(config);
    const buckets: LazyBuckets = new LazyBuckets({
      dialer,
      clock,
      errorLog: logs.error,
      generations: options.generations,
      limits: () => context.settings.limits,
      get deadlines() {
        return context.deadlines;
      },
    });
    await buckets.prepare(config);
    const terminal = { columns: options.terminal?.columns };
    const settings = settingsOf(
      config,
      options,
      logs,
      { ...services, live: live.pages, buckets: buckets.current },
      terminal,
      options.certificates,
    );
    const watched = inspector && inspection ? inspector.watch(settings, config, inspection) : settings;
    const context: ServerContext = new ServerContext(watched, clock, logs.error);
    await forwarder.prepare(config);
    const tls = await tlsFor(options, askForCertificate);
    const count = inspector?.connections ?? { open: 0, turnedAway: 0 };
    const acceptors: AnyAcceptor[] = [];
    try {
      for (const endpoint of endpointsOf(config)) {
        acceptors.push(
          endpoint.tls
            ? await acceptTls(endpoint, reusePort, tls!, context, count)
            : acceptPlain(endpoint, reusePort, context, count),
        );
      }
    } catch (error) {
      for (const { listener } of acceptors) listener.close();
      throw error;
    }
    for (const acceptor of acceptors) void acceptor.run();
    return new WorkerServer(
      options,
      logs,
      acceptors,
      tls,
      context,
      services,
      count,
      terminal,
      app,
      live,
      buckets,
      inspector,
    );
  }

  /**
   * Goes over to a configuration with the same endpoints. No connection notices: what is being answered is answered
   * to its end, and the next request gets the other site. Pages that wait for changes ask anew.
   */
  change(
    config: Config,
    certificates: WorkerCertificates,
    inspection?: Inspection,
  ): MaybePromise<void> {
    this.#config = config;
    this.renew(certificates);
    return andThen(this.live.prepare(config), () =>
      andThen(this.buckets.prepare(config), () => {
        // It may have been changed once more meanwhile.
        if (this.#config === config) this.#goOver(config, certificates, inspection);
      }));
  }

  #goOver(config: Config, certificates: WorkerCertificates, inspection: Inspection | undefined): void {
    const { options, logs, terminal, inspector } = this,
      services = { ...this.services, live: this.live.pages, buckets: this.buckets.current };
    const settings = settingsOf(config, options, logs, services, terminal, certificates);
    this.context.settings = inspector && inspection
      ? inspector.watch(settings, config, inspection)
      : settings;
    this.live.hangUp();
  }

  /** Goes over to other certificates; connections keep those that they have. */
  renew(certificates: WorkerCertificates): void {
    this.services.files.withhold(certificates.withheld);
    this.tls?.update(this.#config, certificates);
  }

  /** A certificate for one name has come. */
  receive(name: string, certificate: WorkerCertificate | undefined): void {
    this.tls?.receive(name, certificate);
  }

  /** The app behind this server has been started, or has ended. */
  knowApp(state: AppState): void {
    if (this.app !== undefined) this.app.state = state;
  }

  /** What it has taken down of requests; undefined where it does not. */
  records(wanted: RecordsWanted): Promise<RecordsFound> | undefined {
    return this.inspector?.records(wanted);
  }

  /** Lines of the access log are to be cut at another width. */
  resize(columns: number | undefined): void {
    this.terminal.columns = columns;
  }

  /** Calls back once what is not worth waiting for has ended: with how many requests are being answered. */
  onSettled(callback: (running: number) => void): void {
    clock.after(SETTLING, () => callback(this.acceptors.reduce((sum, { answering }) => sum + answering, 0)));
  }

  /** Resolves when no listener is open any more. */
  get closed(): Promise<unknown> {
    return Promise.all(this.acceptors.map((acceptor) => acceptor.closed));
  }

  /** Accepts nothing more, and resolves once every connection has had its last answer and every program its end. */
  async retire(): Promise<void> {
    this.live.stop();
    await Promise.all(this.acceptors.map((acceptor) => acceptor.retire()));
    await this.buckets.settled();
    await this.#endPrograms();
  }

  /** As retire(), but connections on which nothing is being answered are closed. */
  windDown(): void {
    for (const acceptor of this.acceptors) void acceptor.drain();
  }

  /** For one that retires: calls back once no FastCGI server that is started here has anything to do for it, nor will have. */
  onPoolsUnused(callback: () => void): void {
    if (spawnedPools(this.#config).length === 0) return;
    // So long connections without a request are kept for one more.
    const until = clock.monotonic() + this.#config.timeouts.keepAlive;
    const cancel = clock.every(POOL_LOOK, () => {
      if (clock.monotonic() < until || !this.services.fastcgi.isUnused) return;
      cancel();
      callback();
    });
  }

  /** Accepts nothing more, waits up to timeouts.shutdown for running exchanges, and closes everything. */
  async stop(): Promise<void> {
    this.live.stop();
    const drained = Promise.all(this.acceptors.map((acceptor) => acceptor.drain()));
    for (const acceptor of this.acceptors) acceptor.hangUp();
    this.services.weather.stop();
    let cancel = () => {};
    const late = new Promise<void>((resolve) =>
      cancel = clock.after(this.#config.timeouts.shutdown.requests, resolve)
    );
    await Promise.race([drained, late]);
    cancel();
    // Idle ones were closed before.
    const { open } = this.count;
    if (open > 0) {
      this.logs.error.warning(`${open} connections were cut: they took longer than timeouts.shutdown`);
    }
    for (const acceptor of this.acceptors) acceptor.abort();
    await this.#endPrograms();
    // Their handlers clean up after them, e.g. what was uploaded by half.
    await drained;
    await this.buckets.settled();
  }

  async #endPrograms(): Promise<void> {
    this.#memory.stop();
    this.services.fastcgi.stop();
    this.services.forwarder.stop();
    this.buckets.stop();
    await this.services.gateway.stop();
  }
}

/** PERF: what it takes is loaded with the first connection to a server of somebody else. */
const dialer: Dialer = {
  connect: async (address, options) =>
    await (await import("../runtime/dial.ts")).systemDialer.connect(address, options),
};

type AnyAcceptor = Acceptor | Acceptor<IncomingConnection>;

/** PERF: what TLS takes is loaded only where it is spoken. */
async function tlsFor(
  { config, certificates }: WorkerStart,
  ask: (name: string) => void,
): Promise<WorkerTls | undefined> {
  if (!config.servers.some(speaksTls)) return undefined;
  const { WorkerTls } = await import("./worker_tls.ts");
  return new WorkerTls(config, certificates, ask);
}

/** PERF: what it takes is loaded only where there is a link that logs in. */
async function loginFor(cookie: RunCookieFacts, main: MainThread, { servers }: Config): Promise<LoginPage> {
  const { LoginPage } = await import("../site/login_link.ts");
  const { RunCookie } = await import("../access/run_cookie.ts");
  const authority = servers.some(hasLocalCertificate) ? AUTHORITY_PAGE : undefined;
  return new LoginPage(new RunCookie(cookie), main, authority);
}

/** PERF: what it takes is loaded only where somebody wants to see requests. */
async function inspectorFor(
  id: number,
  inspection: Inspection,
  { turns }: FileCache,
): Promise<WorkerInspector> {
  const { WorkerInspector } = await import("./worker_inspector.ts");
  return new WorkerInspector(id, inspection, turns);
}

/** @throws {ListenError} */
function acceptPlain(
  endpoint: Endpoint,
  reusePort: boolean,
  context: ServerContext,
  count: ConnectionCount,
): Acceptor {
  const handler = context.handlerFor(endpointKey(endpoint));
  return new Acceptor(listen(endpoint, reusePort), protocolChoice(handler, context), context, count);
}

/** @throws {ListenError} */
async function acceptTls(
  endpoint: Endpoint,
  reusePort: boolean,
  tls: WorkerTls,
  context: ServerContext,
  count: ConnectionCount,
): Promise<Acceptor<IncomingConnection>> {
  const key = endpointKey(endpoint), handler = context.handlerFor(key);
  const plainHandler = toHttps((request) => context.settings.plainHandlers?.get(key)?.(request));
  const choice = {
    encrypted: protocolChoice(handler, context),
    plain: (connection: ByteConnection) => new Http1Session(connection, plainHandler, context),
  };
  const listener: ConnectionListener<IncomingConnection> = await tls.listen(
    endpoint,
    reusePort,
    () => context.settings.http2 ? PROTOCOLS : PROTOCOLS_WITHOUT_HTTP2,
  );
  return new Acceptor(listener, (connection) => new Handshake(connection, choice, context), context, count);
}

/** What is offered by ALPN, best first. */
const PROTOCOLS = ["h2", "http/1.1"] as const;
const PROTOCOLS_WITHOUT_HTTP2 = ["http/1.1"] as const;

/** What a configuration means to listeners and connections. */
function settingsOf(
  config: Config,
  { id, terminal = NO_TERMINAL }: WorkerStart,
  logs: WorkerLogs,
  services: Services,
  shown: LogTerminal,
  { authority }: WorkerCertificates,
): Settings & Site {
  const { timeouts, limits, http2, accessLog, trustedProxies } = config;
  const format = accessFormat(config, terminal);
  // What goes elsewhere has no width.
  const width = isOnTerminal(accessLog, terminal) ? shown : undefined;
  return {
    timeouts,
    limits,
    http2,
    extendedConnect: passesRequestsOn(config),
    trustedProxies: trustedProxies.length === 0 ? undefined : new TrustedProxies(trustedProxies),
    accessLog: accessLog.to === "off"
      ? undefined
      : new AccessLog(logs.access, format, id, clock, width, config.servers.some(isLabelled)),
    ...createSite(config, { ...services, authority }),
  };
}
