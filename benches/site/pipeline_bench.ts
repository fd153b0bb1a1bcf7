/**
 * Whole requests on their way through a site, from the request to the response, over files in memory.
 *
 * @module
 */
import { Gateway } from "../../lib/cgi/gateway.ts";
import { DEFAULTS, folderConfig } from "../../lib/config/defaults.ts";
import type { Config, LocationConfig } from "../../lib/config/types.ts";
import type { FastcgiGateway } from "../../lib/fastcgi/gateway.ts";
import { FileCache } from "../../lib/disk/file_cache.ts";
import { Listings } from "../../lib/files/listings.ts";
import { FieldBlock } from "../../lib/http/fields.ts";
import type { Handler, Request, Response } from "../../lib/http/message.ts";
import { byterangesParts } from "../../lib/http/multipart/byteranges.ts";
import { MAX_RANGES } from "../../lib/http/ranges.ts";
import type { Dialer, ErrorLog, FileStat, ProcessRunner, Spooler, StoreFiles } from "../../lib/ports.ts";
import { SystemCompression } from "../../lib/runtime/compression.ts";
import { createSite } from "../../lib/site/site.ts";
import { FakeClock, FakeFiles } from "../../tests/disk/fake_files.ts";
import { compare, fromWire, type Subject } from "../support.ts";

const ROOT = "/srv/www";
const HOUR = 3_600_000;
const LOCATIONS = 10_000;
const PAGE = 1024;
const DEEP = "/folder".repeat(100);

/** What no bench here gets to: a call of it is a mistake. */
function unreachable<T extends object>(): T {
  return new Proxy({} as T, {
    get: (_, name) => {
      throw new Error(`"${String(name)}" must not be used here`);
    },
  });
}

/** Looks paths up at once: the tests' files go down every path for links, which costs more than what is measured. */
class Files extends FakeFiles {
  override stat(path: string): FileStat | undefined {
    return this.nodes.get(path)?.stat;
  }
  override probe(path: string): FileStat | undefined {
    return this.stat(path);
  }
  override lstat(path: string): FileStat | undefined {
    return this.stat(path);
  }
  override realPath(path: string): string | undefined {
    return this.nodes.has(path) ? path : undefined;
  }
}

function site(): Handler {
  const files = new Files();
  for (const path of ["/index.html", "/a.html", "/a.pdf", `${DEEP}/a.html`]) {
    files.write(ROOT + path, "x".repeat(PAGE));
  }
  // What has such a time tells when a name comes.
  for (const node of files.nodes.values()) node.stat = { ...node.stat, changed: 1 };
  const clock = new FakeClock();
  // Long after the files were written: what changes no more may be kept in memory.
  clock.time = HOUR;
  const errorLog = unreachable<ErrorLog>();
  const gateway = new Gateway({
    runner: unreachable<ProcessRunner>(),
    spooler: unreachable<Spooler>(),
    clock,
    errorLog,
    files,
    searchPath: "",
    software: "",
  });
  const cache = new FileCache(files, clock);
  const services = {
    files: cache,
    listings: new Listings(cache.turns),
    gateway,
    dialer: unreachable<Dialer>(),
    fastcgi: unreachable<FastcgiGateway>(),
    compression: new SystemCompression(),
    store: unreachable<StoreFiles>(),
    errorLog,
  };
  const [handler] = createSite(config(), services).handlers.values();
  return handler!;
}

/** A folder with 10,000 locations in it. */
function config(): Config {
  const { servers: [server] } = folderConfig({
    root: ROOT,
    hostname: "127.0.0.1",
    https: false,
    port: 8080,
    listing: false,
    spa: false,
    cors: false,
    headers: [],
    upload: false,
    cgi: false,
    workers: 1,
    quiet: true,
  });
  const { fallback } = server!;
  const { root: _, ...files } = fallback.files;
  const location = (path: string, more: Partial<LocationConfig>): LocationConfig => ({
    ...fallback,
    key: path,
    path,
    ...more,
  });
  const locations = Array.from(
    { length: LOCATIONS },
    (_, i) => location(`/location${i}/`, { files: { ...files, alias: ROOT } }),
  );
  locations.push(
    location("/moved/", {
      answer: { ...fallback.answer, return: { status: 301, location: "https://a.test/" } },
    }),
  );
  return { ...DEFAULTS, servers: [{ ...server!, locations }] };
}

const handler = site();

/** As browsers send it. */
const CODINGS = { "Accept-Encoding": "gzip, deflate, br, zstd" };

/** Of the page in a coding, once it has been made. */
const CODED = await codedLength();

async function codedLength(): Promise<number> {
  const first = await handler(request("/a.html", CODINGS, "GET"));
  if (first.body !== undefined && !(first.body instanceof Uint8Array)) first.body.close();
  return atOnce(handler(request("/a.html", CODINGS, "GET"))).body!.length!;
}

/** So many ranges of one byte, none beside another. */
const RANGES = Array.from({ length: MAX_RANGES }, (_, i) => ({ start: i * 50, end: i * 50 + 1 }));
const BOUNDARY = crypto.randomUUID().replaceAll("-", "");
const framed = byterangesParts(RANGES, PAGE, "text/html; charset=utf-8", BOUNDARY).length;

function request(path: string, fields: Readonly<Record<string, string>>, method: string): Request {
  const sent = fromWire(path);
  return {
    method,
    target: sent,
    form: "origin",
    path: sent,
    query: undefined,
    host: "127.0.0.1",
    version: "HTTP/1.1",
    fields: FieldBlock.of(...Object.entries({ Host: "127.0.0.1:8080", ...fields })),
    body: { length: 0, read: () => Promise.resolve(null) },
    remote: { hostname: "127.0.0.1", port: 50_000 },
    local: { hostname: "127.0.0.1", port: 8080 },
    onGone: () => () => {},
  };
}

function atOnce(response: Response | Promise<Response>): Response {
  if (response instanceof Promise) throw new Error("What is in memory must be answered at once");
  return response;
}

/** Status, and the length of what is sent of the file: an error's page counts as nothing. */
function lengthOf({ status, body }: Response): readonly [status: number, length: number | undefined] {
  if (body === undefined || status >= 300) return [status, 0];
  if (!(body instanceof Uint8Array)) body.close();
  return [status, body.length];
}

function answers(
  path: string,
  status: number,
  length = 0,
  fields: Readonly<Record<string, string>> = {},
  method = "GET",
): Subject {
  const asked = request(path, fields, method);
  return [() => lengthOf(atOnce(handler(asked))), [status, length]];
}

const etag = atOnce(handler(request("/a.html", {}, "GET"))).fields.get("etag")!;

compare("a request through a site", {
  "200, a file": answers("/a.html", 200, PAGE),
  "200, a file, compressed": answers("/a.html", 200, CODED, CODINGS),
  "200, a file that gets no smaller": answers("/a.pdf", 200, PAGE, CODINGS),
  "200, an index": answers("/", 200, PAGE),
  "200, one of 10,000 locations": answers("/location5000/a.html", 200, PAGE),
  "200, 100 folders down": answers(`${DEEP}/a.html`, 200, PAGE),
  "200, escaped": answers("/%61.html", 200, PAGE),
  "304, the client has it": answers("/a.html", 304, 0, { "If-None-Match": etag }),
  "206, one range": answers("/a.html", 206, 100, { Range: "bytes=0-99" }),
  "206, 16 ranges": answers("/a.html", 206, framed, {
    Range: `bytes=${RANGES.map(({ start }) => `${start}-${start}`)}`,
  }),
  "416, a range behind the end": answers("/a.html", 416, 0, { Range: "bytes=5000-" }),
  "301, a folder without its slash": answers("/folder", 301),
  "301, return": answers("/moved/away", 301),
  "404, no file": answers("/missing.html", 404),
  "404, 8 KiB": answers(`/${"a".repeat(8000)}`, 404),
  "404, 4,000 segments": answers("/a".repeat(4000), 404),
  "404, out of the root": answers("/%2e%2e/%2e%2e/etc/passwd", 404),
  "400, a bad escape": answers("/%zz", 400),
  "405, DELETE": answers("/a.html", 405, 0, {}, "DELETE"),
  "204, OPTIONS": answers("/a.html", 204, 0, {}, "OPTIONS"),
});
