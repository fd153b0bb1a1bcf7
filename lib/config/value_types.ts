/**
 * Values of keys that are more than a text, a number or a list. Plain data, as everything in a Config is.
 *
 * @module
 */
import type { UpstreamAddress } from "../ports.ts";

/** `stdout`, `stderr`, `off`, or a file to append to. */
export type LogTarget = { readonly to: "stdout" | "stderr" | "off" } | {
  readonly to: "file";
  readonly path: string;
};

/** Who may: anybody, whoever has logged in, nobody, or those of them who are named. */
export type Who = "all" | "users" | "none" | readonly string[];

/** Who may read (GET, HEAD, OPTIONS, PROPFIND), and who may do all the rest; what is absent has its default. */
export interface AccessRights {
  readonly read?: Who;
  readonly write?: Who;
}

/** How long what is running may still take, in milliseconds. */
export interface Shutdown {
  /** When the server stops. */
  readonly requests: number;
  /** When workers of another configuration have taken over: tunnels, and whatever else takes long. */
  readonly tunnels: number;
}

/** The candidates of `try_files`, and what comes when none exists. */
export interface TryFiles {
  /** Paths below the location's root; `$uri` at the start stands for the request's path. A last slash asks for a folder. */
  readonly candidates: readonly string[];
  /** A path for an internal redirect, or a status. */
  readonly last: string | Template | number;
  /** What takes the place of the request's query there; without it, that goes on. */
  readonly query?: Template;
  /** The last is for pages alone: the client takes HTML, and the last segment has no extension; for the rest 404. */
  readonly isForPages?: boolean;
}

/** The answer of a `return`. */
export type Return =
  | { readonly status: number; readonly location: string | Template }
  | { readonly status: number; readonly body: string | Template }
  /** A bare code: the error page of that code, or an empty answer below 400. */
  | { readonly status: number };

/** What runs programs: an extension with its dot (or `*`) to the interpreter's words, or `true` for the file itself. */
export type Interpreters = Readonly<Record<string, readonly string[] | true>>;

/** A FastCGI server: where it listens, or the words of the command that is started here, and how many processes it has. */
export type FastcgiTarget =
  | { readonly address: UpstreamAddress }
  | { readonly spawn: readonly string[]; readonly processes: number };

/** What answers for files by FastCGI: an extension with its dot (or `*`) to its server. */
export type FastcgiTargets = Readonly<Record<string, FastcgiTarget>>;

/**
 * Patterns of paths, in which a star stands for any characters, to values of Cache-Control; an empty one is no field. Of a
 * path that no pattern matches it is `no-cache`.
 */
export type CacheControl = readonly (readonly [pattern: string, value: string])[];

/** Fields to add to every response, in order. */
export type FieldsToAdd = readonly (readonly [name: string, value: string])[];

/** What a text with variables may name. */
export const VARIABLES = [
  "host",
  "http_host",
  "uri",
  "request_uri",
  "args",
  "scheme",
  "remote_addr",
] as const;
export type Variable = typeof VARIABLES[number];

/** What the target or the text of a `return` may name. */
export const RETURN_VARIABLES = [
  "host",
  "uri",
  "request_uri",
  "args",
  "scheme",
  "remote_addr",
] as const satisfies readonly Variable[];

/** What the query of the last of try_files may name. */
export const TRY_FILES_VARIABLES = ["uri", "args"] as const satisfies readonly Variable[];

/** Literal texts, and variables between them. `isHost`: an address of the client's that is the host of another has brackets if it is of IPv6. */
export type Template = readonly (string | { readonly variable: Variable; readonly isHost?: true })[];

/** Fields of what is asked of another server, in order: each has one line, or none where its template is empty. */
export type ProxyFields = readonly (readonly [name: string, value: Template])[];

/** How long another server may take, in milliseconds. */
export interface ProxyTimeouts {
  /** To be connected to, TLS included. */
  readonly connect: number;
  /** Without a sign of life where one is due. */
  readonly read: number;
}

/** What goes wrong on purpose: an answer with a status, or one that is cut behind so many bytes of its body. */
export type Failing =
  /** `rate`: the share of requests that it happens to, from 0 to 1. */
  | { readonly status: number; readonly rate: number }
  | { readonly cut: number; readonly rate: number };

/** A status to the path of its page. */
export type ErrorPages = Readonly<Record<number, string>>;

/** Of folders that depend on the host: what stands behind the folder above, as it is written, from a slash on. */
export interface LabelledPaths {
  readonly root?: string;
  readonly alias?: string;
  readonly uploadStore?: string;
}

/** Environment variables for programs. */
export type Variables = Readonly<Record<string, string>>;

/** A place in one of the buckets. */
export interface BucketPlace {
  /** Of `buckets`. */
  readonly name: string;
  /** What keys begin with, without a slash at either end; empty for all of the bucket. */
  readonly prefix: string;
  /** The server says so: the whole path is appended, as it is to a root; else what is behind the location's prefix. */
  readonly isInherited?: true;
}

/** A bucket of S3-compatible object storage. Plain data, as everything in a Config is. */
export interface BucketConfig {
  /** By which locations name it. */
  readonly name: string;
  /** Where the storage listens, without the bucket: a host and a port. */
  readonly endpoint: { readonly tls: boolean; readonly hostname: string; readonly port: number };
  readonly region: string;
  /** The storage's name for it. */
  readonly bucket: string;
  /** Both keys are there, or none: then requests are not signed. */
  readonly accessKey?: string;
  /** SECURITY: in no message, log line or page, and in no list of what a configuration says. */
  readonly secretKey?: string;
  /** The bucket's name stands in the path, else before the host's. */
  readonly pathStyle: boolean;
}
