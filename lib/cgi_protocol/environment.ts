/**
 * The environment of a CGI program: the meta-variables of RFC 3875 section 4.1 and those that programs for Apache and
 * nginx expect besides. Pure; of the server's own environment nothing but the search path gets in.
 *
 * @module
 */
import { encodeLatin1 } from "../bytes/latin1.ts";
import type { FieldBlock } from "../http/fields.ts";
import { type Request, requestUri, schemeOf } from "../http/message.ts";

/** The program that is to answer, and what of the path is left for it. */
export interface Script {
  /** Absolute, with links as the location names them; undefined where no file stands for the program. */
  readonly file: string | undefined;
  /** The part of the path that leads to the program, decoded. */
  readonly name: string;
  /** The rest of the path, decoded; empty, or begins with a slash. */
  readonly pathInfo: string;
}

/** A program that is a file. */
export interface ScriptFile extends Script {
  readonly file: string;
}

/** The error that a program is to make the page for. */
export interface ErrorPageOf {
  readonly status: number;
  /** The path that was asked for, encoded. */
  readonly path: string;
}

/** What the location and the server say. */
export interface EnvironmentOptions {
  readonly documentRoot: string | undefined;
  /** Where the program may look for others. */
  readonly searchPath: string;
  /** For example `webserv/1.0.0`. */
  readonly software: string;
  readonly passAuthorization: boolean;
  /** Who has logged in. */
  readonly user?: string | undefined;
  /** cgi_env, which beats everything else. */
  readonly extra: Readonly<Record<string, string>>;
  /** Bytes that standard input will have; undefined without a body. */
  readonly contentLength: number | undefined;
  /** The program is to make the page for an error. */
  readonly errorPage?: ErrorPageOf | undefined;
}

/** The whole environment of one run. */
export function cgiEnvironment(
  request: Request,
  script: Script,
  options: EnvironmentOptions,
): Record<string, string> {
  const query = request.query ?? "";
  const environment: Record<string, string> = {
    GATEWAY_INTERFACE: "CGI/1.1",
    SERVER_SOFTWARE: options.software,
    SERVER_NAME: serverName(request),
    SERVER_PORT: String(request.local.port),
    SERVER_PROTOCOL: request.version,
    REQUEST_METHOD: request.method,
    REQUEST_URI: requestUri(request),
    QUERY_STRING: query,
    SCRIPT_NAME: script.name,
    REMOTE_ADDR: request.remote.hostname,
    REMOTE_HOST: request.remote.hostname,
    // php-cgi refuses to run without it: it wants to know that a server started it.
    REDIRECT_STATUS: String(options.errorPage?.status ?? 200),
    PATH: options.searchPath,
  };
  if (script.file !== undefined) environment.SCRIPT_FILENAME = script.file;
  if (options.documentRoot !== undefined) environment.DOCUMENT_ROOT = options.documentRoot;
  // A proxy may tell a client's address alone.
  if (request.remote.port !== 0) environment.REMOTE_PORT = String(request.remote.port);
  // RFC 3875 sections 4.1.1 and 4.1.11.
  if (options.user !== undefined) {
    environment.REMOTE_USER = options.user;
    environment.AUTH_TYPE = "Basic";
  }
  if (schemeOf(request) === "https") environment.HTTPS = "on";
  if (script.pathInfo !== "") {
    environment.PATH_INFO = script.pathInfo;
    if (options.documentRoot !== undefined) {
      environment.PATH_TRANSLATED = options.documentRoot + script.pathInfo;
    }
  }
  if (options.errorPage) environment.REDIRECT_URL = options.errorPage.path;
  if (options.contentLength !== undefined) environment.CONTENT_LENGTH = String(options.contentLength);
  const contentType = request.fields.get("content-type");
  if (contentType !== undefined) environment.CONTENT_TYPE = variableText(contentType);
  addFields(environment, request.fields, options.passAuthorization);
  return { ...environment, ...options.extra };
}

/** The host that was asked for, an IPv6 address in brackets (RFC 3875 section 4.1.14). */
function serverName(request: Request): string {
  const name = request.host === "" ? request.local.hostname : request.host;
  return name.includes(":") ? `[${name}]` : name;
}

/**
 * Never handed on: what has a variable of its own, what was between the client and us, secrets, and Proxy, whose
 * variable HTTP_PROXY many programs take for a setting ("httpoxy").
 */
const WITHHELD: ReadonlySet<string> = new Set(
  ["content-length", "content-type", "transfer-encoding", "proxy", "proxy-authorization"],
);

/** RFC 3875 section 4.1.18. */
function addFields(
  environment: Record<string, string>,
  fields: FieldBlock,
  passAuthorization: boolean,
): void {
  for (let i = 0; i < fields.names.length; i++) {
    const field = fields.names[i]!.toLowerCase();
    if (WITHHELD.has(field) || (field === "authorization" && !passAuthorization)) continue;
    // SECURITY: an underscore would let one field pass for another, and other characters are none of a variable's.
    if (!/^[a-z0-9-]+$/.test(field)) continue;
    const variable = `HTTP_${field.replaceAll("-", "_").toUpperCase()}`;
    const value = variableText(fields.values[i]!);
    const earlier = environment[variable];
    environment[variable] = earlier === undefined
      ? value
      : `${earlier}${field === "cookie" ? "; " : ", "}${value}`;
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Fields are bytes, and so are variables; between them stands text that the runtime writes as UTF-8. */
function variableText(value: string): string {
  // deno-lint-ignore no-control-regex
  if (/^[\x00-\x7f]*$/.test(value)) return value;
  try {
    return utf8.decode(encodeLatin1(value));
  } catch {
    // No UTF-8, so these bytes cannot be handed on as they are; their characters can.
    return value;
  }
}
