/**
 * A second reading of the same grammar, to compare the parser with: whole inputs only, made of expressions instead
 * of states, slow, and written without a look at lib/http1. Whatever is not a request by it must not be one for the
 * parser, and the other way round.
 *
 * @module
 */
import { parseHost } from "../../lib/http/host.ts";
import type { WireLimits } from "../../lib/http1/limits.ts";
import { escape } from "../../tests/wire/escape.ts";
import { dataLine } from "../../tests/wire/driver.ts";

const TCHAR = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]";
/** With its line end. */
export const FIELD_LINE = `${TCHAR}+:[\\t\\x20-\\x7e\\x80-\\xff]*\\r\\n`;
const QUOTED = '"(?:[\\t\\x20\\x21\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff]|\\\\[\\t\\x20-\\x7e\\x80-\\xff])*"';
const EXTENSION = `[\\t ]*;[\\t ]*${TCHAR}+(?:[\\t ]*=[\\t ]*(?:${TCHAR}+|${QUOTED}))?`;

const HEAD = new RegExp(
  `(?:\\r\\n)?((${TCHAR}+) ([!$-;=?-~]+) HTTP/1\\.([01]))\\r\\n((?:${FIELD_LINE})*\\r\\n)`,
  "y",
);
const TRAILERS = new RegExp(`((?:${FIELD_LINE})*\\r\\n)`, "y");
const CHUNK_LINE = new RegExp(`([0-9A-Fa-f]{1,13})((?:${EXTENSION})*)\\r\\n`, "y");
const MAX_EXTENSIONS = 4096;

/**
 * The events of an input as the driver of the wire cases words them, as far as it breaks no rule: all but the last,
 * which tells why there are no more.
 */
export function referenceLines(input: string, limits: WireLimits): string[] {
  const lines: string[] = [];
  for (let at = 0;;) {
    const head = matchAt(HEAD, input, at);
    if (!head) return lines;
    const [, requestLine = "", method = "", target = "", minor = "", section = ""] = head;
    if (requestLine.length > limits.requestLine || !sectionFits(section, limits)) return lines;
    const request = readHead(method, target, minor, section);
    if (!request) return lines;
    lines.push(...request.lines);
    const bodyStart = at + head[0].length;
    const body = request.length === undefined
      ? readChunks(input, bodyStart, limits)
      : readLength(input, bodyStart, request.length);
    if (body.data !== "") lines.push(dataLine(body.data));
    if (body.end === undefined) return lines;
    lines.push("end of message");
    if (!request.keepAlive) return lines;
    at = body.end;
  }
}

/** What an expression with the flag `y` finds there. */
export function matchAt(expression: RegExp, input: string, at: number): RegExpExecArray | null {
  expression.lastIndex = at;
  return expression.exec(input);
}

/** A section with the empty line that ends it. */
export function sectionFits(section: string, limits: WireLimits): boolean {
  return section.length <= limits.headerFields && section.split("\r\n").length - 2 <= limits.headerCount;
}

interface Head {
  readonly lines: readonly string[];
  /** Undefined if chunked. */
  readonly length: number | undefined;
  readonly keepAlive: boolean;
}

function readHead(method: string, target: string, minor: string, section: string): Head | undefined {
  const fields = section.split("\r\n").slice(0, -2).map((line) => /^([^:]+):[\t ]*(.*?)[\t ]*$/.exec(line)!);
  const named = (name: string) =>
    fields.filter(([, n]) => n!.toLowerCase() === name).map(([, , value]) => value!);

  const hosts = named("host"), codings = named("transfer-encoding"), lengths = named("content-length");
  if (hosts.length > 1 || (hosts.length === 0 && minor === "1")) return undefined;
  const fieldHost = hosts.length === 0 ? "" : parseHost(hosts[0]!)?.host;
  const location = readTarget(method, target);
  if (fieldHost === undefined || !location) return undefined;

  const chunked = codings.length > 0;
  if (
    chunked && (minor === "0" || lengths.length > 0 || codings.length > 1 || !/^chunked$/i.test(codings[0]!))
  ) {
    return undefined;
  }
  if (lengths.length > 1 || (lengths.length === 1 && !/^\d+$/.test(lengths[0]!))) return undefined;
  const length = Number(lengths[0] ?? 0);
  if (length > Number.MAX_SAFE_INTEGER) return undefined;

  const options = named("connection").join(",").toLowerCase().split(/[\t ]*,[\t ]*/);
  const keepAlive = !options.includes("close") && (minor === "1" || options.includes("keep-alive"));
  const expects = minor === "1" && /^100-continue$/i.test(named("expect").join(","));
  const words = [
    `request ${method} ${target} HTTP/1.${minor} host=${location.host ?? fieldHost} form=${location.form}`,
    ...location.path === target ? [] : [`path=${location.path}`],
    ...location.query === undefined ? [] : [`query=${location.query}`],
    ...chunked ? ["body=chunked"] : length > 0 ? [`body=${length}`] : [],
    keepAlive ? "keep-alive" : "close",
    ...expects ? ["expects-continue"] : [],
  ];
  const pairs = fields.map(([, name, value]) => [name!, value!] as const);
  const fieldLines = asTargeted(pairs, location).map(([name, value]) =>
    `field ${name}:${value && " "}${escape(value)}`
  );
  return { lines: [escape(words.join(" ")), ...fieldLines], length: chunked ? undefined : length, keepAlive };
}

type Pair = readonly [name: string, value: string];

/** RFC 9112 section 3.2.2: the authority of an absolute target stands for Host. */
function asTargeted(pairs: readonly Pair[], { authority }: Location): readonly Pair[] {
  if (authority === undefined) return pairs;
  const isHost = ([name]: Pair) => name.toLowerCase() === "host";
  if (!pairs.some(isHost)) return [...pairs, ["Host", authority]];
  return pairs.map((pair) => isHost(pair) ? [pair[0], authority] : pair);
}

interface Location {
  readonly form: string;
  readonly path: string;
  readonly query?: string | undefined;
  readonly host?: string;
  readonly authority?: string;
}

function readTarget(method: string, target: string): Location | undefined {
  if (method === "CONNECT") {
    const host = parseHost(target);
    return host?.port === undefined ? undefined : { form: "authority", path: "", host: host.host };
  }
  if (method === "OPTIONS" && target === "*") return { form: "asterisk", path: "*" };
  const parts = /^(?:https?:\/\/([^/?]+)(?=[/?]|$))?(\/[^?]*)?(?:\?(.*))?$/i.exec(target);
  if (!parts) return undefined;
  const [, authority, path, query] = parts;
  if (authority === undefined) return path === undefined ? undefined : { form: "origin", path, query };
  const host = parseHost(authority)?.host;
  return host === undefined ? undefined : { form: "absolute", path: path ?? "/", query, host, authority };
}

/** What is found of a body. */
export interface Body {
  readonly data: string;
  /** Where it ends in the input; undefined if it is not whole, or breaks a rule behind its data. */
  readonly end: number | undefined;
}

/** A body of a known length. */
export function readLength(input: string, start: number, length: number): Body {
  const end = start + length;
  return { data: input.slice(start, end), end: end > input.length ? undefined : end };
}

/** A chunked body. */
export function readChunks(input: string, start: number, limits: WireLimits): Body {
  let data = "";
  for (let at = start;;) {
    const [line = "", digits = "", extensions = ""] = matchAt(CHUNK_LINE, input, at) ?? [];
    if (line === "" || extensions.length > MAX_EXTENSIONS) return { data, end: undefined };
    const size = parseInt(digits, 16), dataStart = at + line.length;
    if (size === 0) {
      const section = matchAt(TRAILERS, input, dataStart)?.[0];
      const isWhole = section !== undefined && sectionFits(section, limits);
      return { data, end: isWhole ? dataStart + section.length : undefined };
    }
    const dataEnd = dataStart + size;
    data += input.slice(dataStart, dataEnd);
    at = dataEnd + 2;
    if (input.slice(dataEnd, at) !== "\r\n") return { data, end: undefined };
  }
}
