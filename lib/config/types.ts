/**
 * What a configuration says once it is decoded, checked and completed with defaults: plain data, so that it can be
 * posted to a worker thread. Paths are absolute, sizes are bytes, times are milliseconds; `Infinity` stands for
 * "no limit".
 *
 * @module
 */

/** A whole configuration, from a file or from the command line. */
export interface Config {
  /** The file it came from, absolute; undefined when the command line alone made it. */
  readonly file?: string;
  readonly workers: number | "auto";
  readonly accessLog: LogTarget;
  readonly logFormat: LogFormat;
  readonly errorLog: LogTarget;
  readonly sandbox: boolean;
  readonly timeouts: Timeouts;
  readonly limits: Limits;
  readonly servers: readonly ServerConfig[];
}

/** `stdout`, `stderr`, `off`, or a file to append to. */
export type LogTarget = { readonly to: "stdout" | "stderr" | "off" } | {
  readonly to: "file";
  readonly path: string;
};

export type LogFormat = "combined" | "common" | "json";

/** How long each phase may last, in milliseconds. */
export interface Timeouts {
  /** From a request's first byte (a connection's opening, for the first request) to the end of its fields. */
  readonly header: number;
  /** Between two pieces of a request body. */
  readonly body: number;
  /** Between two successful writes of a response. */
  readonly send: number;
  /** How long a connection may wait for its next request. */
  readonly keepAlive: number;
  /** How long a CGI program may be silent. */
  readonly cgi: number;
  /** How long running requests may take after a shutdown began. */
  readonly shutdown: number;
}

export interface Limits {
  /** Bytes of a request line, without its CRLF. */
  readonly requestLine: number;
  /** Bytes of the whole header section (and of a trailer section). */
  readonly headerFields: number;
  /** Field lines in the header section (and in a trailer section). */
  readonly headerCount: number;
  readonly connections: number;
  readonly cgiProcesses: number;
}

/** An address to listen on. Port 0 is any free port. */
export interface Address {
  /** An IP address without brackets, or a host name. */
  readonly hostname: string;
  readonly port: number;
}

/** One virtual host. */
export interface ServerConfig {
  readonly listen: readonly Address[];
  /** Lower case: a name, or `*.` and a name for any number of labels before it. Empty: only as a default. */
  readonly serverName: readonly string[];
  /** What holds where no location matches: the server's own keys, as a location for `/`. */
  readonly fallback: LocationConfig;
  readonly locations: readonly LocationConfig[];
}

/** One location with everything that it inherits already filled in. */
export interface LocationConfig {
  /** The key in the file, e.g. `/app/` or `= /x`; `/` for a server's own keys. */
  readonly key: string;
  readonly match: "prefix" | "exact";
  /** Decoded path, begins with a slash. */
  readonly path: string;
  /** The folder that the whole path is appended to; undefined if alias or upload_store takes its place. */
  readonly root?: string;
  /** What replaces the location's prefix: a folder, or a file. */
  readonly alias?: string;
  readonly index: readonly string[];
  readonly autoindex: boolean;
  readonly tryFiles?: TryFiles;
  readonly return?: Return;
  /** As written in the file, else by the rule of the contract. Has HEAD wherever it has GET, never OPTIONS. */
  readonly allowedMethods: readonly string[];
  readonly clientMaxBodySize: number;
  /** Status to the path of its page, every class written out. */
  readonly errorPage: Readonly<Record<number, string>>;
  /** Fields added to every response, in order. */
  readonly addHeader: readonly (readonly [name: string, value: string])[];
  /** Cross-origin requests are welcome from everywhere. */
  readonly cors: boolean;
  /** Extension with its dot (or `*`) to the interpreter's words, or `true` where the file itself is run. */
  readonly cgi?: Readonly<Record<string, readonly string[] | true>>;
  /** The program that answers everything below this location. */
  readonly cgiScript?: string;
  readonly cgiEnv: Readonly<Record<string, string>>;
  readonly cgiPassAuthorization: boolean;
  readonly uploadStore?: string;
  readonly overwrite: boolean;
}

/** The candidates of `try_files`, and what comes when none exists. */
export interface TryFiles {
  /** Paths below the location's root; `$uri` at the start stands for the request's path. A last slash asks for a folder. */
  readonly candidates: readonly string[];
  /** A path for an internal redirect, or a status. */
  readonly last: string | number;
}

/** The answer of a `return`. */
export type Return =
  | { readonly status: number; readonly location: string }
  | { readonly status: number; readonly body: string }
  /** A bare code: the error page of that code, or an empty answer below 400. */
  | { readonly status: number };
