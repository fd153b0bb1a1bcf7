/**
 * Which address of a configuration a URL leads to, and the request that is sent there.
 *
 * @module
 */
import { endpointsOf } from "../config/listen.ts";
import type { Config } from "../config/types.ts";
import { type Endpoint, endpointUrl, formatEndpoint, hostToDial, isLoopback } from "../http/endpoint.ts";
import { isAddress, normalHost } from "../http/host.ts";
import type { Question } from "./question.ts";

/** What is asked cannot be asked of this configuration; the message says what can. */
export class QuestionError extends Error {
  override readonly name = "QuestionError";
}

/** A question as people put it. */
export interface Asked {
  /** `http://HOST:PORT/PATH`, `https://...`, `HOST:PORT/PATH`, or a path: then it is asked of the first server. */
  readonly url: string;
  readonly method: string;
  /** Lines `Name: value`; a Host takes the place of the URL's. */
  readonly fields: readonly string[];
}

/** A question, with what was taken for granted. */
export interface AddressedQuestion extends Question {
  readonly url: string;
  readonly method: string;
  readonly note: string | undefined;
}

/** @throws {QuestionError} */
export function addressQuestion(config: Config, { url, method, fields }: Asked): AddressedQuestion {
  if (/[\s\p{Cc}]/u.test(url)) {
    throw new QuestionError(`"${url}" is no URL: it has a space or a control character in it`);
  }
  if (/[\r\n]/.test(method) || fields.some((line) => /[\r\n]/.test(line))) {
    throw new QuestionError("a method or a field has a line break in it");
  }
  const badField = fields.find((line) => !/^[^\s:]+:/.test(line));
  if (badField !== undefined) throw new QuestionError(`"${badField}" is no field: write 'Name: value'`);
  const target = url.startsWith("/") || url === "*" ? atFirst(config, url) : atUrl(config, url);
  const { endpoint, authority, path, tls, note } = target;
  const hasHost = fields.some((line) => /^host:/i.test(line));
  const lines = hasHost ? fields : [`Host: ${authority}`, ...fields];
  return {
    head: `${method} ${path} HTTP/1.1\r\n${lines.map((line) => `${encode(line)}\r\n`).join("")}\r\n`,
    endpoint,
    tls,
    method,
    url: `${tls ? "https" : "http"}://${authority}${path === "*" ? "/" : path}`,
    note,
  };
}

interface Target {
  readonly endpoint: Endpoint;
  readonly authority: string;
  readonly path: string;
  readonly tls: boolean;
  readonly note?: string;
}

/** Of the first server, by its first name. */
function atFirst({ servers: [server] }: Config, path: string): Target {
  const endpoint = server!.listen[0]!, { tls, port } = endpoint;
  const name = server!.serverName.find((name) => !name.includes("*")) ??
    (isOpen(endpoint) ? "localhost" : formatEndpoint({ hostname: endpoint.hostname, port: 0 }).slice(0, -2));
  return { endpoint, authority: withPort(name, port, tls), path: encode(path), tls };
}

/** `localhost:8080/x` is one without its scheme. */
function atUrl(config: Config, written: string): Target {
  const [, scheme, rest] = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(.+)$/is.exec(written) ?? [];
  const [, authority, target = ""] = /^([^/?#]*)([^#]*)/.exec(rest ?? "") ?? [];
  const asked = /^(?:[^@]*@)?(\[[^\]]+\]|[^:]+)(?::([0-9]{1,5}))?$/.exec(authority ?? "");
  const isKnown = scheme === undefined || /^https?$/i.test(scheme);
  if (!isKnown || asked === null) {
    throw new QuestionError(
      `"${written}" is no URL of a web server: write http://HOST:PORT/PATH, or a path, e.g. /index.html`,
    );
  }
  const host = asked[1]!, port = asked[2] === undefined ? undefined : Number(asked[2]);
  const secure = scheme === undefined ? undefined : scheme.toLowerCase() === "https";
  const { endpoint, note } = endpointOf(config, host, port, secure);
  const tls = secure ?? endpoint.tls;
  if (tls && !endpoint.tls) {
    throw new QuestionError(`${formatEndpoint(endpoint)} speaks no TLS: ask for http://${authority}`);
  }
  return {
    endpoint,
    authority: withPort(host, port ?? endpoint.port, tls),
    path: encode(target.startsWith("/") ? target : `/${target}`),
    tls,
    ...note !== undefined && { note },
  };
}

const PORT = { http: 80, https: 443 } as const;

function withPort(host: string, port: number, tls: boolean): string {
  return port === PORT[tls ? "https" : "http"] ? host : `${host}:${port}`;
}

/** The socket that a client of this URL reaches. @throws {QuestionError} */
function endpointOf(
  config: Config,
  host: string,
  port: number | undefined,
  secure: boolean | undefined,
): { readonly endpoint: Endpoint; readonly note?: string } {
  const all = endpointsOf(config), wanted = port ?? PORT[secure ? "https" : "http"];
  const there = all.filter((endpoint) => endpoint.port === wanted);
  const fitting = (endpoints: readonly Endpoint[]) => best(endpoints, host, secure);
  if (there.length > 0) return { endpoint: reached(there, host) ?? fitting(there) };
  const urls = all.map((endpoint) => endpointUrl(endpoint)).join(" ");
  if (port !== undefined) throw new QuestionError(`nobody listens on port ${port}, but on ${urls}`);
  const named = config.servers.filter(({ serverName }) => serverName.includes(host.toLowerCase()))
    .flatMap(({ listen }) => listen);
  const endpoint = fitting(named.length > 0 ? named : all);
  return {
    endpoint,
    note: `nobody listens on port ${wanted}: taken for ${formatEndpoint(endpoint)}`,
  };
}

/** The one that the system connects this host to; undefined where only the system can tell. */
function reached(endpoints: readonly Endpoint[], host: string): Endpoint | undefined {
  const dialed = normalHost(hostToDial(host)), bare = (dialed ?? host).replace(/^\[(.*)\]$/, "$1");
  if (bare === "localhost") return endpoints.find(isLoopback);
  return isAddress(bare) ? endpoints.find(({ hostname }) => hostname === bare) : undefined;
}

/** What is open to everybody is what another name reaches. */
function best(endpoints: readonly Endpoint[], host: string, secure: boolean | undefined): Endpoint {
  const spoken = endpoints.filter(({ tls }) => secure === undefined || tls === secure);
  const fitting = spoken.length > 0 ? spoken : endpoints;
  return reached(fitting, host) ?? fitting.find(isOpen) ?? fitting[0]!;
}

function isOpen({ hostname }: Endpoint): boolean {
  return hostname === "0.0.0.0" || hostname === "::";
}

const encoder = new TextEncoder();

/** As browsers send it: what is not ASCII goes as UTF-8, encoded. What is encoded stays as it is. */
function encode(text: string): string {
  return text.replace(
    /[^\p{ASCII}]+/gu,
    (part) =>
      [...encoder.encode(part)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join(
        "",
      ),
  );
}
