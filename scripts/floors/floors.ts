/**
 * The floors of the house: what stands on each, what it may import, and what it may name. The picture in ARCHITECTURE.md
 * is made from this table.
 *
 * @module
 */

/** One floor. */
export interface Floor {
  /** A folder of lib/ with all that is below it, or one file. */
  readonly place: string;
  /** What it is for, in the picture. */
  readonly what: string;
  /** Other floors, packages and files that it may import, and nothing else. A floor may always import itself. */
  readonly imports: readonly string[];
  /**
   * What of the outside it may name. `system`: everything, it is a door to the outside or stands above one. `chance`:
   * random numbers, and nothing else that differs from run to run. Nothing: what comes out depends on what goes in.
   */
  readonly names: "system" | "chance" | "nothing";
}

const PURE = ["lib/http", "lib/bytes", "lib/ports.ts"];

/** From top to bottom. Floors that stand side by side do not import each other. */
export const FLOORS: readonly Floor[] = [
  {
    place: "main.ts",
    what: "arguments -> command -> exit status",
    imports: ["lib/cli", "lib/runtime"],
    names: "system",
  },
  {
    place: "lib/cli",
    what: "one file per command; one table of options for parser, help, completions and manual",
    imports: [
      "lib/supervisor",
      "lib/explain",
      "lib/inspector",
      "lib/runtime",
      "lib/trust",
      "lib/access",
      "lib/config",
      ...PURE,
      "@std/path",
      "node:util",
      "uqr",
      "deno.json",
    ],
    names: "system",
  },
  {
    place: "lib/supervisor",
    what: "threads: start, restart, reload, drain; worker.ts is a worker's entry; permissions.ts is pure",
    imports: [
      "lib/runtime",
      "lib/server",
      "lib/site",
      "lib/inspector",
      "lib/cgi",
      "lib/cgi_protocol",
      "lib/fastcgi",
      "lib/proxy",
      "lib/access",
      "lib/dav",
      "lib/store",
      "lib/files",
      "lib/disk",
      "lib/s3",
      "lib/authority",
      "lib/config",
      ...PURE,
      "@std/path",
      "node:crypto",
      "deno.json",
    ],
    names: "system",
  },
  {
    place: "lib/runtime",
    what: "the only door to the outside: files, processes, TCP, clock, logs, signals over Deno's API",
    imports: [
      "lib/trust",
      ...PURE,
      "@std/path",
      "node:crypto",
      "node:fs",
      "node:net",
      "node:timers",
      "node:tls",
      "node:zlib",
    ],
    names: "system",
  },
  {
    place: "lib/trust",
    what: "what is done to have a system's programs believe the local authority, as plans",
    imports: [],
    names: "nothing",
  },
  {
    place: "lib/explain",
    what: "what would be answered, and why: the site over services that do nothing, and what it decides",
    imports: [
      "lib/server/to_https.ts",
      "lib/site",
      "lib/proxy",
      "lib/access",
      "lib/files",
      "lib/disk",
      "lib/config",
      "lib/pages",
      "lib/http1",
      ...PURE,
      "@std/path",
    ],
    names: "nothing",
  },
  {
    place: "lib/server",
    what:
      "accept loop, a connection's bytes and deadlines, access log; each protocol in a folder; knows no sites",
    imports: ["lib/http1", "lib/http2", "lib/pages", ...PURE],
    names: "nothing",
  },
  {
    place: "lib/site",
    what: "virtual host, location, and the one way through: gates, answerer, internal redirect, finish",
    imports: [
      "lib/cgi",
      "lib/fastcgi",
      "lib/proxy",
      "lib/cgi_protocol",
      "lib/store",
      "lib/access",
      "lib/dav",
      "lib/archive",
      "lib/markdown",
      "lib/files",
      "lib/coding",
      "lib/live",
      "lib/disk",
      "lib/config",
      "lib/pages",
      ...PURE,
      "@std/path",
    ],
    names: "chance",
  },
  {
    place: "lib/inspector",
    what: "requests taken down, and shown: records, metrics, HAR, replay, the admin's handler",
    imports: ["lib/http1", "lib/pages", "lib/config", ...PURE],
    names: "chance",
  },
  {
    place: "lib/proxy",
    what: "other servers as answers: which fields go on, connections that are kept, tunnels",
    imports: ["lib/http1", ...PURE],
    names: "chance",
  },
  {
    place: "lib/cgi",
    what: "programs as answers: the run, the gateway",
    imports: ["lib/cgi_protocol", ...PURE, "@std/path"],
    names: "nothing",
  },
  {
    place: "lib/fastcgi",
    what: "FastCGI servers as answers: records as events, kept connections, the gateway",
    imports: ["lib/cgi_protocol", ...PURE],
    names: "nothing",
  },
  {
    place: "lib/cgi_protocol",
    what:
      "what programs are told and what they say (RFC 3875): environment, body, header block, lines for the log",
    imports: PURE,
    names: "nothing",
  },
  {
    place: "lib/store",
    what: "what writes into any writable origin: PUT, POST, DELETE, MKCOL, COPY, MOVE, resumable uploads",
    imports: [...PURE, "node:crypto"],
    names: "chance",
  },
  {
    place: "lib/access",
    what: "who may come in: files of users, hashes of passwords, rights, failed logins",
    imports: ["lib/config", ...PURE, "apache-md5", "bcryptjs", "unixcrypt", "node:buffer", "node:crypto"],
    names: "chance",
  },
  {
    place: "lib/dav",
    what: "WebDAV (RFC 4918): XML, properties, locks, the If grammar",
    imports: [...PURE, "saxes"],
    names: "chance",
  },
  {
    place: "lib/archive",
    what: "folders as one file: zip and tar, streamed",
    imports: PURE,
    names: "nothing",
  },
  {
    place: "lib/markdown",
    what: "Markdown as HTML, without anything that could run in it",
    imports: ["hast-util-from-html", "hast-util-sanitize", "hast-util-to-html", "markdown-it"],
    names: "nothing",
  },
  {
    place: "lib/files",
    what: "representations and listings of any origin as answers: conditions, ranges",
    imports: ["lib/pages", ...PURE, "node:crypto"],
    names: "chance",
  },
  {
    place: "lib/coding",
    what: "content codings: bodies and representations that are sent compressed",
    imports: PURE,
    names: "nothing",
  },
  {
    place: "lib/live",
    what: "pages that load themselves anew: the script, its place in an answer, the stream of events",
    imports: PURE,
    names: "nothing",
  },
  {
    place: "lib/disk",
    what: "what lies on this machine as an origin: files with their cache, stores",
    imports: PURE,
    names: "nothing",
  },
  {
    place: "lib/s3",
    what:
      "what lies in S3-compatible object storage as an origin: signed requests, listings, multipart uploads",
    imports: [...PURE, "node:crypto", "saxes"],
    names: "nothing",
  },
  {
    place: "lib/authority",
    what: "the local certificate authority: X.509 certificates",
    imports: [...PURE, "node:crypto", "node:buffer"],
    names: "chance",
  },
  {
    place: "lib/pages",
    what: "HTML that the server makes: errors and listings",
    imports: ["lib/http", "@std/html", "uqr"],
    names: "nothing",
  },
  {
    place: "lib/config",
    what: "webserv.yaml -> Config, with every issue reported at once; one table of keys",
    imports: [...PURE, "@std/path", "yaml"],
    names: "nothing",
  },
  {
    place: "lib/http1",
    what: "the wire: bytes in, events out",
    imports: ["lib/http", "lib/bytes"],
    names: "nothing",
  },
  {
    place: "lib/http2",
    what: "HTTP/2 on the wire: bytes in, events out; hpack/ is its compression",
    imports: ["lib/http", "lib/bytes"],
    names: "nothing",
  },
  {
    place: "lib/http",
    what: "the meaning: fields, errors, dates, tags, preconditions, ranges, paths, media types",
    imports: ["lib/bytes", "lib/ports.ts", "@std/media-types"],
    names: "nothing",
  },
  {
    place: "lib/bytes",
    what: "tables of characters, ISO 8859-1, buffers",
    imports: ["node:buffer"],
    names: "nothing",
  },
  {
    place: "lib/ports.ts",
    what: "the doors as types: FileSystem, ByteConnection, Clock, logs, ...",
    imports: [],
    names: "nothing",
  },
];

/** The floor that a file stands on; undefined if nobody has planned its place. */
export function floorOf(file: string): Floor | undefined {
  return FLOORS.find(({ place }) => isWithin(file, place));
}

/** True for the place itself and for what is below it. */
export function isWithin(file: string, place: string): boolean {
  return file === place || file.startsWith(`${place}/`);
}

/** True if a floor may import a file of the project, or a package by the name that it is imported by. */
export function mayImport(floor: Floor, target: string): boolean {
  return isWithin(target, floor.place) || floor.imports.some((place) => isWithin(target, place));
}

/** Names of the outside, by what they are. */
const SYSTEM = [
  ..."Deno process Bun globalThis window self global eval Function".split(" "),
  ..."setTimeout setInterval setImmediate clearTimeout clearInterval".split(" "),
  ..."performance navigator fetch WebSocket EventSource Worker localStorage sessionStorage caches".split(" "),
  ..."addEventListener removeEventListener dispatchEvent alert confirm prompt console".split(
    " ",
  ),
];
const CHANCE = ["crypto"];

/** The global names that a floor must not use. `Date` and `Math` are looked at by what is taken of them. */
export function forbiddenNames({ names }: Floor): ReadonlySet<string> {
  if (names === "system") return new Set();
  return new Set(names === "chance" ? SYSTEM : [...SYSTEM, ...CHANCE]);
}

/** The picture for ARCHITECTURE.md. */
export function picture(): string {
  const width = Math.max(...FLOORS.map(({ place }) => place.length)) + 3;
  const label = ({ place }: Floor) => place.endsWith(".ts") ? place : `${place}/`;
  return FLOORS.map((floor) => `${label(floor).padEnd(width)}${floor.what}\n`).join("");
}
