/**
 * Decoders for single keys of webserv.yaml, where what a key may hold is more than a plain scalar.
 *
 * @module
 */
import {
  type Decoder,
  isList,
  isMap,
  list,
  literal,
  map,
  object,
  oneOrMany,
  parsed,
  refuse,
  text,
} from "./decoder.ts";
import { CONTENT_CODINGS } from "../http/content_coding.ts";
import type { ContentCoding } from "../ports.ts";
import { absolute, isWrittenAsPath } from "./absolute.ts";
import { quote, type Report } from "./issues.ts";
import type { Node } from "./node.ts";
import * as names from "./names.ts";
import { parseUpstream, type ProxyTarget } from "./upstreams.ts";
import {
  type CacheControl,
  type Interpreters,
  type LogTarget,
  type ProxyFields,
  type ProxyTimeouts,
  type Return,
  type Shutdown,
  type TryFiles,
  VARIABLES,
  type Variables,
} from "./value_types.ts";
import * as values from "./values.ts";
import { ValueError } from "./values.ts";
import { parseTemplate } from "./variables.ts";
import * as returns from "./returns.ts";
import { parseCandidate, parseLastResort } from "./try_files.ts";

/** Bytes; `0` is no limit. */
export const size = parsed("a size such as 512, 8k, 10M or 2G", values.parseSize);
/** Bytes of what is kept; `0` is nothing. */
export const boundedSize = parsed("a size such as 512, 8k, 10M or 2G", (text) => {
  const size = values.parseSize(text);
  return size === Infinity ? 0 : size;
});
/** Milliseconds. */
export const duration = parsed("a time such as 500ms, 10s, 2m, 1h or 1d", values.parseDuration);
/** Milliseconds, at least one: with none, whoever is waited for would be late from the start. */
export const nonZeroDuration = parsed("a time such as 500ms, 10s, 2m, 1h or 1d", (text) => {
  const time = values.parseDuration(text);
  if (time === 0) throw new ValueError(`expected a time of more than nothing, not ${quote(text)}`);
  return time;
});

const SHUTDOWN = "10s, tunnels 1h, or both: 10s tunnels 1h";

/** What is written of it; the rest is as it is without the key. */
export const shutdown: Decoder<Shutdown> = parsed(SHUTDOWN, (text) => {
  const [, requests, tunnels] = /^(?!tunnels$)(\S+)??(?:(?:^|\s+)tunnels\s+(\S+))?$/.exec(text) ?? [];
  if (requests === undefined && tunnels === undefined) {
    throw new ValueError(`expected ${SHUTDOWN}, not ${quote(text)}`);
  }
  return {
    requests: requests === undefined ? 10_000 : values.parseDuration(requests),
    tunnels: tunnels === undefined ? 3_600_000 : values.parseDuration(tunnels),
  };
});

/** A path, absolute or from the folder on, in which the first label of the host may stand. */
export function labelledPath(what: string, folder: string): Decoder<string> {
  return anyPath(what, folder, (written) => {
    const other = variableIn(written, [HOST_LABEL]);
    return other && `only $${HOST_LABEL} is known in the name of a folder, not ${quote(`$${other}`)}`;
  });
}

/** A path, absolute or from the folder on. */
export function path(what: string, folder: string): Decoder<string> {
  return anyPath(
    what,
    folder,
    (written) =>
      variableIn(written, []) === HOST_LABEL
        ? `$${HOST_LABEL} may stand in root, alias and upload_store, and in no other path`
        : undefined,
  );
}

/** What `root` and the like may name. */
const HOST_LABEL = "host_label";

/** The first variable that a path names, of those that are known anywhere; a folder may well have a `$` in its name. */
function variableIn(path: string, except: readonly string[]): string | undefined {
  for (const [, name, inBraces] of path.matchAll(/\$(?:([A-Za-z_]\w*)|\{(\w+)\})/g)) {
    const variable = name ?? inBraces!;
    if (except.includes(variable)) continue;
    if (variable === HOST_LABEL || VARIABLES.some((known) => known === variable)) return variable;
  }
  return undefined;
}

/** @param refuse says why a path cannot be taken */
function anyPath(
  what: string,
  folder: string,
  refuse: (written: string) => string | undefined,
): Decoder<string> {
  return (node, report) => {
    const written = text(what)(node, report);
    if (written === undefined) return undefined;
    if (/^~(\/|$)/.test(written)) {
      report(node, `"~" is not known here: write the whole path, not ${quote(written)}`);
    } else if (refuse(written) !== undefined) report(node, refuse(written)!);
    else if (written.includes("\0")) report(node, `expected ${what}, not ${quote(written)}`);
    else return absolute(folder, written);
    return undefined;
  };
}

/** Where a log goes. */
export function logTarget(folder: string): Decoder<LogTarget> {
  const file = path("stdout, stderr, off or a file", folder);
  return (node, report) => {
    if (node.value === false) return { to: "off" };
    if (node.value === "stdout" || node.value === "stderr" || node.value === "off") return { to: node.value };
    const named = file(node, report);
    return named === undefined ? undefined : { to: "file", path: named };
  };
}

/** How many workers there are. */
export const workers: Decoder<number | "auto"> = (node, report) =>
  node.value === "auto" ? "auto" : parsed("auto or a number from 1 to 64", (text) => {
    const count = /^\d+$/.test(text) ? Number(text) : 0;
    if (count >= 1 && count <= 64) return count;
    throw new ValueError(`expected auto or a number from 1 to 64, not ${quote(text)}`);
  })(node, report);

/** Pages as they are written, those of classes too. */
export type WrittenPages = ReadonlyMap<names.ErrorCode, string>;

/** The page of each code and class. */
export const errorPage: Decoder<WrittenPages> = (node, report) => {
  const entries = map(
    "a mapping from codes to paths",
    names.parseErrorCodes,
    parsed('a path that starts with "/"', names.parsePath),
  )(node, report);
  if (entries === undefined) return undefined;
  const pages = new Map<names.ErrorCode, string>();
  for (const [codes, page, child] of entries) {
    for (const code of codes) {
      if (pages.has(code)) report(child, `${code} has a page already: keep one of them`);
      pages.set(code, page);
    }
  }
  return pages;
};

/** Fields as they are written, each with all its values. */
export type WrittenFields = readonly (readonly [name: string, values: readonly string[]])[];

/** Fields and their values; the value "" takes an inherited field away. */
export const addHeader: Decoder<WrittenFields> = (node, report) => {
  const value: Decoder<string> = (child, report) => {
    const written = literal(child, report);
    return written === undefined
      ? undefined
      : parsed("a text", names.parseFieldValue)({ ...child, value: written }, report);
  };
  const entries = map("a mapping from names to values", names.parseFieldName, oneOrMany(value))(node, report);
  reportTwice(entries, report, ": for several values write a list");
  return entries?.map(([name, values]) => [name, values]);
};

/** A field is written once, whatever the case of its letters. */
function reportTwice(
  entries: readonly (readonly [name: string, value: unknown, node: Node])[] = [],
  report: Report,
  advice = "",
): void {
  const seen = new Set<string>();
  for (const [name, , child] of entries) {
    if (seen.has(name.toLowerCase())) {
      report(child, `${quote(name)} is there already (case does not count)${advice}`);
    }
    seen.add(name.toLowerCase());
  }
}

/** The value of Cache-Control; empty for `off`. */
const cacheValue: Decoder<string> = (node, report) =>
  node.value === false || node.value === "off"
    ? ""
    : parsed("a value of Cache-Control such as no-cache, or off", names.parseCacheControl)(node, report);

/** One value for all files, or one for each pattern. */
export const cacheControl: Decoder<CacheControl> = (node, report) => {
  if (!isMap(node.value)) {
    const value = cacheValue(node, report);
    return value === undefined ? undefined : [["*", value]];
  }
  const entries = map("a mapping from patterns to texts", names.parsePattern, cacheValue)(node, report);
  return entries?.map(([pattern, value]) => [pattern, value]);
};

/** A value of Content-Type. */
export const mediaType: Decoder<string> = parsed("a media type such as text/plain", names.parseMediaType);

/** Media types by extensions in lower case. */
export const types: Decoder<Variables> = record(
  "a mapping from extensions to media types",
  names.parseTypedExtension,
  mediaType,
);

/** What may be sent compressed: all codings, none, or some in an order. */
export const compression: Decoder<readonly ContentCoding[]> = (node, report) => {
  if (node.value === true || node.value === "on") return CONTENT_CODINGS;
  if (node.value === false || node.value === "off") return [];
  const written = oneOrMany(parsed("on, off, or a list of zstd, br and gzip", names.parseContentCoding))(
    node,
    report,
  );
  if (written === undefined) return undefined;
  const twice = written.find((coding, index) => written.indexOf(coding) !== index);
  return twice === undefined ? written : void report(node, `${quote(twice)} is there twice`);
};

/** Media types, of which `text/*` is all texts. */
export const compressionTypes: Decoder<readonly string[]> = oneOrMany(
  parsed("a media type such as application/json or text/*", names.parseMediaRange),
);

/** Methods, each once: with HEAD wherever GET is, and without OPTIONS, which is answered in any case. */
export const allowedMethods: Decoder<readonly string[]> = (node, report) => {
  const written = oneOrMany(parsed("a method", names.parseMethod))(node, report);
  if (written === undefined) return undefined;
  if (written.length === 0) report(node, "expected at least one method");
  const methods = new Set(written.flatMap((method) => method === "GET" ? ["GET", "HEAD"] : [method]));
  methods.delete("OPTIONS");
  return [...methods];
};

/** Where to look, and what comes at last. */
export const tryFiles: Decoder<TryFiles> = (node, report) => {
  const what = "a list of two or more such as [$uri, /index.html]";
  if (!isList(node.value) || node.value.length < 2) {
    return isList(node.value) ? void report(node, `expected ${what}`) : refuse(node, what, report);
  }
  const candidates = list("paths", parsed("a path", parseCandidate))(
    { ...node, value: node.value.slice(0, -1) },
    report,
  );
  const last = parsed('=CODE or a path that starts with "/"', parseLastResort)(
    node.value.at(-1)!,
    report,
  );
  return candidates === undefined || last === undefined ? undefined : { candidates, ...last };
};

/** An answer in either of its two notations. */
export const returned: Decoder<Return> = (node, report) => {
  const what = 'a code and what it takes, such as "301 /new"';
  if (!isMap(node.value)) return parsed(what, returns.parseReturn)(node, report);
  const section = object(what, {
    status: parsed("a status", returns.parseReturnStatus),
    location: parsed("a path or an address", (text) => text),
    body: literal,
  })(node, report);
  if (section === undefined) return undefined;
  const { status, location, body } = section.values;
  if (section.at("status") === undefined) report(node, "needs a status");
  if (status === undefined) return undefined;
  const expanded = (section.at("location") ?? section.at("body"))?.expanded;
  return parsed(what, () => returns.makeReturn(status, { location, body }))(
    { ...node, value: "", ...(expanded && { expanded }) },
    report,
  );
};

/** What runs the programs of each extension. */
export function interpreters(folder: string): Decoder<Interpreters> {
  return record("a mapping from extensions to interpreters", names.parseExtension, interpreter(folder));
}

/** The words of a command, or true. */
function interpreter(folder: string): Decoder<readonly string[] | true> {
  const what = "an interpreter such as python3 or [deno, run], or true to run the file itself";
  const words = command(what, folder);
  return (node, report) => node.value === true ? true : words(node, report);
}

/** The words of a command: a list, or a text with blanks between them. */
export function command(what: string, folder: string): Decoder<readonly string[]> {
  return (node, report) => {
    const words = isList(node.value)
      ? list(what, text("a word"))(node, report)
      : text(what)(node, report)?.trim().split(/\s+/);
    if (words === undefined) return undefined;
    const [program, ...rest] = words;
    if (program === undefined || program === "") return void report(node, `expected ${what}, not nothing`);
    // Like a path anywhere else in the file; a bare name is looked for in PATH.
    return [isWrittenAsPath(program) ? absolute(folder, program) : program, ...rest];
  };
}

/** Where requests go on to. */
export function proxyPass(folder: string): Decoder<readonly ProxyTarget[]> {
  const targets = oneOrMany(parsed("an upstream", (text) => parseUpstream(text, folder)));
  return (node, report) => {
    const decoded = targets(node, report);
    return decoded?.length === 0 ? void report(node, "expected at least one upstream") : decoded;
  };
}

/** Fields for other servers. */
export const proxySetHeader: Decoder<ProxyFields> = (node, report) => {
  const entries = map("a mapping from names to values", names.parseForwardedName, (child, report) => {
    const written = literal(child, report);
    if (written === undefined) return undefined;
    const parse = (text: string) => parseTemplate(names.parseFieldValue(text));
    return parsed("a text", parse)({ ...child, value: written }, report);
  })(node, report);
  reportTwice(entries, report);
  return entries?.map(([name, value]) => [name, value]);
};

/** How long another server may take: what is written. */
export const proxyTimeouts: Decoder<Partial<ProxyTimeouts>> = (node, report) =>
  object("a mapping of times", { connect: nonZeroDuration, read: nonZeroDuration })(node, report)?.values;

/** Environment variables. */
export const environment: Decoder<Variables> = record(
  "a mapping from names to texts",
  names.parseVariable,
  (node, report) => {
    const value = literal(node, report);
    if (value?.includes("\0")) return void report(node, "expected a text without a NUL character");
    return value;
  },
);

/** A mapping whose keys are not known beforehand, as an object. */
export function record<T>(
  what: string,
  decodeKey: (key: string) => string,
  decodeValue: Decoder<T>,
): Decoder<Readonly<Record<string, T>>> {
  const decode = map(what, decodeKey, decodeValue);
  return (node, report) => {
    const entries = decode(node, report);
    return entries && Object.fromEntries(entries);
  };
}
