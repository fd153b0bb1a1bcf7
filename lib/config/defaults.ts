/**
 * What holds where nothing is written, and the configuration for `webserv DIR`, which has no file at all.
 *
 * @module
 */
import { basename } from "@std/path";
import { inlineDisposition } from "../http/content_disposition.ts";
import { type Endpoint, endpointOf } from "../http/endpoint.ts";
import { absolute } from "./absolute.ts";
import { OWN_USERS } from "./access.ts";
import type { WrittenFields } from "./key_decoders.ts";
import { completeLocation, completeTop } from "./complete.ts";
import { parseLocationPath } from "./names.ts";
import { SERVER_KEYS } from "./server_keys.ts";
import { valuesOf } from "./table.ts";
import type { Config, LocationConfig } from "./types.ts";
import type { Interpreters } from "./value_types.ts";

/** The configuration of everything above the servers. */
export const DEFAULTS: Omit<Config, "servers" | "file"> = completeTop({});
export const DEFAULT_ADDRESS: Endpoint = valuesOf(SERVER_KEYS, {}).listen[0]!;

/** The options of `webserv DIR`. */
export interface FolderOptions {
  /** DIR, absolute. */
  readonly root: string;
  readonly hostname: string;
  /** What is listened on besides. */
  readonly moreHostnames?: readonly string[];
  readonly port: number;
  /** TLS is spoken there. */
  readonly https: boolean;
  readonly listing: boolean;
  readonly spa: boolean;
  readonly cors: boolean;
  readonly headers: WrittenFields;
  readonly upload: boolean;
  readonly cgi: boolean;
  /** Every folder in DIR is a site of its own, below localhost. */
  readonly sites?: boolean;
  /** A name and a password are asked for: those of the users of this run. */
  readonly login?: boolean;
  readonly workers: number | "auto";
  readonly quiet: boolean;
}

/** What runs the programs in DIR/cgi-bin; any other executable file runs itself. */
const INTERPRETERS: Interpreters = {
  ".py": ["python3"],
  ".php": ["php-cgi"],
  ".pl": ["perl"],
  ".rb": ["ruby"],
  ".sh": ["sh"],
  ".js": ["deno", "run", "-A"],
  ".ts": ["deno", "run", "-A"],
  "*": true,
};

/** SECURITY: a deno.json that was uploaded above the programs could have them import what was uploaded. */
const ALONE = ["deno", "run", "-A", "--no-config", "--no-lock"];
const INTERPRETERS_BESIDE_UPLOADS: Interpreters = { ...INTERPRETERS, ".js": ALONE, ".ts": ALONE };

/** The configuration that serves one folder. */
export function folderConfig(options: FolderOptions): Config {
  const { listing, spa, cors, headers, upload, cgi, sites = false } = options;
  const root = sites ? absolute(options.root, "$host_label") : options.root;
  const programFolder = absolute(root, "cgi-bin");
  const shared = {
    autoindex: listing,
    cors,
    add_header: headers,
    ...loginKeys(options),
    ...(upload && { client_max_body_size: Infinity }),
  };
  const fallback = completeLocation(parseLocationPath("/"), shared, {
    root,
    ...(spa && { try_files: { candidates: ["$uri", "$uri/"], last: "/index.html", isForPages: true } }),
    ...(upload && { upload_store: root }),
  });
  const programs = completeLocation(parseLocationPath("/cgi-bin/"), shared, {
    alias: programFolder,
    // SECURITY: only here, where .php runs. Elsewhere an index.php would be sent as it is, with all its secrets.
    index: [...fallback.files.index, "index.php"],
    cgi: upload ? INTERPRETERS_BESIDE_UPLOADS : INTERPRETERS,
    cgi_only: true,
    cgi_debug: true,
  });
  const names = sites ? ["*.localhost"] : [];
  return {
    ...wholeConfig(options, fallback, cgi ? [programs] : [], names),
    ...(upload && cgi && { programFolder }),
    ...(cgi && { heedsFirstLines: true }),
  };
}

/** What is shown in a browser's question for a name and a password. */
const REALM = "webserv";

function loginKeys({ login = false }: Pick<FolderOptions, "login">) {
  return login ? { auth_basic: REALM, auth_basic_user_file: OWN_USERS } : {};
}

/** The options of `webserv FILE`. */
export interface FileOptions extends
  Pick<
    FolderOptions,
    | "hostname"
    | "moreHostnames"
    | "port"
    | "https"
    | "cors"
    | "headers"
    | "login"
    | "workers"
    | "quiet"
  > {
  /** FILE, absolute. */
  readonly file: string;
}

/**
 * The configuration that serves one file, and nothing else of its folder: under its own name, and at `/` with that name for
 * whoever saves it. It is sent there, and not redirected to: a name that starts with a dot has no path of its own, and
 * `curl http://HOST/ > x` gets the file.
 */
export function fileConfig(options: FileOptions): Config {
  const { file, cors, headers } = options;
  const name = basename(file);
  const location = (path: string, added: WrittenFields) =>
    completeLocation({ key: `= ${path}`, match: "exact", path }, {
      cors,
      add_header: headers,
      ...loginKeys(options),
    }, {
      alias: file,
      add_header: added,
    });
  const fallback = completeLocation(parseLocationPath("/"), {}, {
    cors,
    add_header: headers,
    ...loginKeys(options),
    return: { status: 404 },
  });
  const isNamed = headers.some(([field]) => field.toLowerCase() === "content-disposition");
  const named: WrittenFields = isNamed ? [] : [["Content-Disposition", [inlineDisposition(name)]]];
  return wholeConfig(options, fallback, [location("/", named), location(`/${name}`, [])]);
}

/** One server, with what holds where nothing is written. */
export function wholeConfig(
  { hostname, moreHostnames = [], port, https, workers, quiet }: Pick<
    FolderOptions,
    "hostname" | "moreHostnames" | "port" | "https" | "workers" | "quiet"
  >,
  fallback: LocationConfig,
  locations: readonly LocationConfig[],
  serverName: readonly string[] = [],
): Config {
  return {
    ...DEFAULTS,
    workers,
    accessLog: { to: quiet ? "off" : "stdout" },
    servers: [{
      listen: [hostname, ...moreHostnames].map((hostname) => ({ ...endpointOf(hostname, port), tls: https })),
      serverName,
      allowedHosts: [],
      fallback,
      locations,
    }],
  };
}
