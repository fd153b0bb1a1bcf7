/**
 * A whole site over fakes: `site(yaml, files)` answers requests as the server would, without a socket, a file or a
 * process. The configuration is read as if it were /site/webserv.yaml.
 *
 * @module
 */
import { storeOf } from "../../lib/s3/bucket_store.ts";
import { BucketViews } from "../../lib/s3/bucket_views.ts";
import { GENERATIONS_BYTES } from "../../lib/s3/generations.ts";
import { Uploading } from "../../lib/s3/uploading.ts";
import type { BucketPlace } from "../../lib/config/types.ts";
import type { BucketAccess } from "../../lib/site/buckets.ts";
import { MemoryStorage } from "./memory_storage.ts";
import { parseBasic } from "../../lib/access/basic.ts";
import type { Login } from "../../lib/access/logins.ts";
import { Gateway } from "../../lib/cgi/gateway.ts";
import { decodeConfig, formatIssue } from "../../lib/config/decode.ts";
import { hasLiveReload } from "../../lib/config/places.ts";
import { FileCache } from "../../lib/disk/file_cache.ts";
import { FastcgiGateway } from "../../lib/fastcgi/gateway.ts";
import { Listings } from "../../lib/files/listings.ts";
import { FieldBlock } from "../../lib/http/fields.ts";
import type { MaybePromise } from "../../lib/http/maybe_promise.ts";
import { parseHost } from "../../lib/http/host.ts";
import type { Handler, Request, Response } from "../../lib/http/message.ts";
import { parseRequestTarget } from "../../lib/http/request_target.ts";
import type { Compression, ProcessCommand, System } from "../../lib/ports.ts";
import { Proxy } from "../../lib/proxy/proxy.ts";
import { Deadlines } from "../../lib/server/deadlines.ts";
import type { PublicAuthority } from "../../lib/site/authority_pages.ts";
import { SystemCompression } from "../../lib/runtime/compression.ts";
import { SystemDecompression } from "../../lib/runtime/decompression.ts";
import { LivePages } from "../../lib/site/live_pages.ts";
import { Weather } from "../../lib/site/weather.ts";
import type { KnowsUsers } from "../../lib/site/logins.ts";
import { createSite } from "../../lib/site/site.ts";
import { newLiveFeed, type ThreadLiveFeed } from "../../lib/supervisor/live_feed.ts";
import type { Trace } from "../../lib/site/trace.ts";
import { FakeDialer } from "./fake_dialer.ts";
import { FakeClock, FakeLog } from "./fakes.ts";
import { fakeBody, FakeRunner, FakeSpooler } from "../cgi/fakes.ts";
import type { FakeFiles } from "../disk/fake_files.ts";
import { FakeServer } from "../fastcgi/fakes.ts";
import { FakeStore } from "../store/fakes.ts";
import { toText } from "./wire.ts";

/** A file's content; null makes a folder, `executable` a program that may be run by itself. */
export type SiteFile = string | null | { readonly executable: string };

/** What a program prints when it is run; by default a document that says so. */
export type Programs = (command: ProcessCommand) => string;

/** What differs from a plain GET for `localhost`. */
export interface SiteRequest {
  readonly method?: string;
  readonly host?: string;
  readonly version?: Request["version"];
  readonly fields?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Whom it is from. */
  readonly client?: string;
}

/** An answer, its content read. */
export interface SiteAnswer {
  readonly status: number;
  readonly reason?: string;
  readonly fields: FieldBlock;
  readonly text: string;
}

/** Whoever is right is so by every file. */
export class FakeLogins implements KnowsUsers {
  /** `NAME by FILE`. */
  readonly asked: string[] = [];
  /** What is found instead, for everybody. */
  instead: Login | undefined;

  verify({ fields }: Request, file: string): MaybePromise<Login> {
    const credentials = parseBasic(fields.get("authorization") ?? "");
    if (credentials === undefined) return { is: "none" };
    const { name, password } = credentials;
    this.asked.push(`${name} by ${file}`);
    if (this.instead !== undefined) return this.instead;
    // It takes its time.
    return Promise.resolve(password === `${name}!` ? { is: "right", user: name } : { is: "wrong" });
  }

  remembered({ fields }: Request): string | undefined {
    const { name, password } = parseBasic(fields.get("authorization") ?? "") ?? {};
    return password === `${name}!` ? name : undefined;
  }
}

/** A site and what it left behind. */
export interface TestSite {
  readonly handler: Handler;
  ask(target: string, request?: SiteRequest, trace?: Trace): Promise<SiteAnswer>;
  /** Status and content, e.g. `200 Hello`. */
  get(target: string): Promise<string>;
  /** What plain HTTP gets on an address that speaks TLS; undefined where it is sent there. */
  askPlain(target: string, request?: SiteRequest): Promise<SiteAnswer | undefined>;
  readonly files: FakeFiles;
  readonly cache: FileCache;
  readonly clock: FakeClock;
  readonly store: FakeStore;
  /** Servers of somebody else. */
  readonly dialer: FakeDialer;
  readonly compression: Compression;
  /** What pages are told. */
  readonly feed: ThreadLiveFeed;
  /** Undefined where no location has live_reload. */
  readonly live: LivePages | undefined;
  /** Its chance is 0.5, unless a test says otherwise. */
  readonly weather: Weather;
  /** Whoever says a name and has an exclamation mark behind it as his password is right. */
  readonly logins: FakeLogins;
  /** What the configuration's buckets lie in, by their names there. */
  readonly storages: Readonly<Record<string, MemoryStorage>>;
  /** The error log. */
  readonly log: readonly string[];
  /** Programs that were started, and then those that FastCGI servers were asked for: with the server in place of the program. */
  readonly ran: readonly ProcessCommand[];
}

/** Makes the site of the first address of a configuration. @throws {Error} if the configuration is wrong */
export function site(
  yaml: string,
  files: Readonly<Record<string, SiteFile>> = {},
  programs: Programs = document,
  authority?: PublicAuthority,
  system: System = "linux",
): TestSite {
  const { config, issues } = decodeConfig(yaml, "/site/webserv.yaml");
  if (!config) throw new Error(issues.map((issue) => formatIssue(issue)).join("\n"));
  const store = new FakeStore(), clock = new FakeClock(), log = new FakeLog(), runner = new FakeRunner();
  /** Of FastCGI servers. */
  const asked: ProcessCommand[] = [];
  store.files.behaveAs(system);
  store.files.folder("/site");
  for (const [name, file] of Object.entries(files)) addFile(store.files, `/site/${name}`, file);
  runner.prepare = (process) => {
    process.output.put(programs(process.command), null);
    void process.exit();
  };
  const gateway = new Gateway({
    runner,
    spooler: new FakeSpooler(),
    clock,
    errorLog: log,
    files: store.files,
    searchPath: "/bin",
    software: "webserv/test",
  });
  const server = new FakeServer();
  server.onRequest = (connection, { params }) => {
    const { address } = connection, program = "path" in address ? address.path : address.hostname;
    const command = { program, args: [], folder: "/", environment: params, hasInput: false };
    asked.push(command);
    void connection.answer(programs(command));
  };
  const fastcgi = new FastcgiGateway({
    dialer: server,
    pools: server,
    spooler: new FakeSpooler(),
    clock,
    errorLog: log,
    searchPath: "/bin",
    software: "webserv/test",
  });
  const cache = new FileCache(store.files, clock), listings = new Listings(cache.turns);
  const dialer = new FakeDialer(), weather = new Weather(clock, () => 0.5);
  const limits = () => config.limits;
  const forwarder = new Proxy({ dialer, clock, deadlines: new Deadlines(clock), limits });
  const feed = newLiveFeed(clock.now());
  const logins = new FakeLogins();
  const live = hasLiveReload(config)
    ? new LivePages({ feed, clock, decompression: new SystemDecompression() })
    : undefined;
  const storages = Object.fromEntries(
    Object.values(config.buckets).map(({ name, bucket }) => [name, new MemoryStorage(bucket)]),
  );
  const views = new BucketViews({
    bucketOf: (name) => ({ settings: { name, bucket: storages[name]!.bucket }, storage: storages[name]! }),
    generations: new ArrayBuffer(GENERATIONS_BYTES),
    clock,
    age: config.bucketCache,
    room: config.bucketCacheSize,
  });
  const uploading = new Uploading(clock);
  const services = {
    buckets: {
      originOf: (place: BucketPlace, access: BucketAccess) => views.originOf(place, access),
      storeOf: ({ name, prefix }: BucketPlace, access: BucketAccess) =>
        storeOf(views.viewOf(name, access), prefix, uploading),
    },
    files: cache,
    listings,
    gateway,
    dialer,
    fastcgi,
    forwarder,
    compression: new SystemCompression(),
    store,
    errorLog: log,
    authority,
    live,
    weather,
    logins,
  };
  const { handlers, plainHandlers } = createSite(config, services);
  const [handler] = handlers.values(), [plain] = plainHandlers.values();
  const askSite = async (target: string, request: SiteRequest = {}, trace?: Trace) =>
    await read(await handler!(requestFor(target, request), trace));
  return {
    handler: handler!,
    async askPlain(target, request = {}) {
      const response = await plain!(requestFor(target, request));
      return response && await read(response);
    },
    ask: askSite,
    get: async (target) => {
      const { status, text } = await askSite(target);
      return `${status} ${text}`;
    },
    files: store.files,
    cache,
    clock,
    store,
    dialer,
    weather,
    logins,
    storages,
    compression: services.compression,
    feed,
    live,
    log: log.lines,
    get ran() {
      return [...runner.processes.map(({ command }) => command), ...asked];
    },
  };
}

/** A configuration whose PHP, and whose programs that answer for a whole location, belong to FastCGI servers instead. */
export function byFastcgi(yaml: string): string {
  return yaml.replaceAll("cgi: { .php: php-cgi }", 'fastcgi: { .php: "unix:php.sock" }')
    .replaceAll("cgi: {}", "fastcgi: {}")
    .replaceAll(/cgi_script: ([^\s,}]+)/g, 'fastcgi_pass: "unix:$1"');
}

/** What a program says by default: `ran SCRIPT_NAME`, with its PATH_INFO and its query behind it, if it has them. */
function document({ environment: { SCRIPT_NAME, PATH_INFO, QUERY_STRING } }: ProcessCommand): string {
  const query = QUERY_STRING === "" ? "" : `?${QUERY_STRING}`;
  return `Content-Type: text/plain\n\nran ${SCRIPT_NAME}${PATH_INFO ?? ""}${query}`;
}

function addFile(files: FakeFiles, path: string, file: SiteFile): void {
  if (file === null) return files.folder(path);
  files.write(path, typeof file === "string" ? file : file.executable);
  const node = files.nodes.get(path)!;
  if (typeof file === "object") node.stat = { ...node.stat, executable: true };
}

export function requestFor(
  target: string,
  { method = "GET", version = "HTTP/1.1", ...request }: SiteRequest,
): Request {
  const { form, path, query, host: hostOfTarget } = parseRequestTarget(method, target);
  const { host = "localhost", fields = {}, body, client = "127.0.0.1" } = request;
  const length = body === undefined ? {} : { "Content-Length": String(body.length) };
  return {
    method,
    target,
    form,
    path,
    query,
    host: hostOfTarget ?? parseHost(host)?.host ?? "",
    version,
    fields: FieldBlock.of(...Object.entries({ Host: host, ...length, ...fields })),
    body: body === undefined ? fakeBody() : fakeBody([body], body.length),
    remote: { hostname: client, port: 54321 },
    local: { hostname: "127.0.0.1", port: 8080 },
    onGone: () => () => {},
  };
}

async function read({ body, ...head }: Response): Promise<SiteAnswer> {
  if (body === undefined || body instanceof Uint8Array) {
    return { ...head, text: toText(body ?? new Uint8Array()) };
  }
  const buffer = new Uint8Array(1024);
  let text = "";
  for (let count = await body.read(buffer); count !== null; count = await body.read(buffer)) {
    text += toText(buffer.subarray(0, count));
  }
  body.close();
  return { ...head, text };
}
