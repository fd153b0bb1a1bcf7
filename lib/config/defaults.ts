/**
 * What holds where nothing is written, and the configuration for `webserv DIR`, which has no file at all.
 *
 * @module
 */
import { resolve } from "@std/path";
import type { Address, Config, Limits, LocationConfig, ServerConfig, Timeouts } from "./types.ts";

export const DEFAULT_TIMEOUTS: Timeouts = {
  header: 10_000,
  body: 30_000,
  send: 30_000,
  keepAlive: 15_000,
  cgi: 60_000,
  shutdown: 10_000,
};

export const DEFAULT_LIMITS: Limits = {
  requestLine: 8 * 1024,
  headerFields: 32 * 1024,
  headerCount: 100,
  connections: 10_000,
  cgiProcesses: 64,
};

export const DEFAULT_ADDRESS: Address = { hostname: "127.0.0.1", port: 8080 };
export const DEFAULT_INDEX: readonly string[] = ["index.html"];
export const DEFAULT_BODY_SIZE: number = 1024 ** 2;

/** The configuration of everything above the servers. */
export const DEFAULTS: Omit<Config, "servers" | "file"> = {
  workers: 1,
  accessLog: { to: "stdout" },
  logFormat: "combined",
  errorLog: { to: "stderr" },
  sandbox: true,
  timeouts: DEFAULT_TIMEOUTS,
  limits: DEFAULT_LIMITS,
};

/** The methods of a location that names none. */
export function defaultMethods({ cgi, store }: { cgi: boolean; store: boolean }): readonly string[] {
  return ["GET", "HEAD", ...(cgi || store ? ["POST"] : []), ...(store ? ["PUT", "DELETE"] : [])];
}

/** The options of `webserv DIR`. */
export interface FolderOptions {
  /** DIR, absolute. */
  readonly root: string;
  readonly hostname: string;
  readonly port: number;
  readonly listing: boolean;
  readonly spa: boolean;
  readonly cors: boolean;
  readonly upload: boolean;
  readonly cgi: boolean;
  readonly workers: number | "auto";
  readonly quiet: boolean;
}

/** What runs the programs in DIR/cgi-bin; any other executable file runs itself. */
const INTERPRETERS: Readonly<Record<string, readonly string[] | true>> = {
  ".py": ["python3"],
  ".php": ["php-cgi"],
  ".pl": ["perl"],
  ".rb": ["ruby"],
  ".sh": ["sh"],
  ".js": ["deno", "run", "-A"],
  ".ts": ["deno", "run", "-A"],
  "*": true,
};

/** The configuration that serves one folder. */
export function folderConfig(options: FolderOptions): Config {
  const { root, hostname, port, listing, spa, cors, upload, cgi, workers, quiet } = options;
  const common: LocationConfig = {
    key: "/",
    match: "prefix",
    path: "/",
    index: DEFAULT_INDEX,
    autoindex: listing,
    allowedMethods: defaultMethods({ cgi: false, store: upload }),
    clientMaxBodySize: upload ? Infinity : DEFAULT_BODY_SIZE,
    errorPage: {},
    addHeader: [],
    cors,
    cgiEnv: {},
    cgiPassAuthorization: false,
    overwrite: false,
  };
  const files: LocationConfig = {
    ...common,
    root,
    ...(spa && { tryFiles: { candidates: ["$uri", "$uri/"], last: "/index.html" } }),
    ...(upload && { uploadStore: root }),
  };
  const programs: LocationConfig = {
    ...common,
    key: "/cgi-bin/",
    path: "/cgi-bin/",
    alias: resolve(root, "cgi-bin"),
    // SECURITY: only here, where .php runs. Elsewhere an index.php would be sent as it is, with all its secrets.
    index: [...DEFAULT_INDEX, "index.php"],
    cgi: INTERPRETERS,
    allowedMethods: defaultMethods({ cgi: true, store: false }),
  };
  const server: ServerConfig = {
    listen: [{ hostname, port }],
    serverName: [],
    fallback: files,
    locations: cgi ? [programs] : [],
  };
  return { ...DEFAULTS, workers, accessLog: { to: quiet ? "off" : "stdout" }, servers: [server] };
}
