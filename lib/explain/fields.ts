/**
 * Where each field of an answer comes from: a line of the configuration, the file, or the server itself.
 *
 * @module
 */
import type { LocationConfig, ServerConfig } from "../config/types.ts";
import type { Response } from "../http/message.ts";
import { type HeadParts, responseFraming, responseHead } from "../http1/writer.ts";
import { lineOf, lineOfEntry } from "./lines.ts";
import type { Recorder } from "./recorder.ts";

/** One field of an answer. */
export interface ExplainedField {
  readonly name: string;
  readonly value: string;
  /** A key of the configuration, `the file`, `the server`, ... */
  readonly from: string;
  /** Where the key is written; undefined: it is not, or nothing of the file has decided. */
  readonly line: number | undefined;
}

/** What an answer is sent with, as a connection of HTTP/1.1 that stays would write it. */
export function explainFields(
  { version, method }: { readonly version: HeadParts["version"]; readonly method: string },
  response: Response,
  recorder: Recorder,
  { now, isLengthKnown }: { readonly now: number; readonly isLengthKnown: boolean },
): ExplainedField[] {
  const { status, reason, fields, body } = response, length = body === undefined ? 0 : body.length;
  const framing = responseFraming(version, method, status, length);
  const hasLength = framing !== "chunked" && status !== 204 && status !== 304;
  const head = responseHead({
    version,
    status,
    reason,
    fields,
    length: hasLength && isLengthKnown ? length : undefined,
    chunked: framing === "chunked",
    keepAlive: true,
    now,
  });
  return head.trimEnd().split("\r\n").slice(1).map((line) => {
    const colon = line.indexOf(":"), name = line.slice(0, colon);
    const value = line.slice(colon + 1).trim(), isOfStored = recorder.by.kind === "store" && name === "ETag";
    return {
      name,
      value: isOfStored ? NOT_MADE : value,
      ...originOf(name.toLowerCase(), response, recorder),
    };
  });
}

/** The tag of a file that is not there yet. */
const NOT_MADE = '"..."';

type Origin = Pick<ExplainedField, "from" | "line">;

const BY_SERVER: Origin = { from: "the server", line: undefined };

/** What the location and the server add, and what whoever answers says. */
function originOf(name: string, response: Response, recorder: Recorder): Origin {
  const { last, serverConfig } = recorder;
  if (last === undefined) return BY_SERVER;
  return addedBy(name, last.config, serverConfig) ?? saidBy(name, response, recorder);
}

function addedBy(
  name: string,
  { answer, access, lines }: LocationConfig,
  serverConfig: ServerConfig | undefined,
): Origin | undefined {
  if (name === "strict-transport-security" && serverConfig?.hsts !== undefined) {
    return { from: "hsts", line: lineOf(serverConfig.lines, "hsts") };
  }
  if (answer.addHeader.some(([added]) => added.toLowerCase() === name)) {
    return { from: "add_header", line: lineOfEntry(lines, "add_header", name) };
  }
  const isCors = access.cors && name.startsWith("access-control-");
  return isCors ? { from: "cors", line: lineOf(lines, "cors") } : undefined;
}

/** Fields that are made of the file that is sent. */
const OF_FILES: ReadonlySet<string> = new Set(
  ["content-length", "content-range", "last-modified", "etag", "accept-ranges"],
);

function saidBy(name: string, { status }: Response, recorder: Recorder): Origin {
  const { by, hops } = recorder, config = hops.at(-1)!.config, { lines } = config;
  const keyed = (word: string, line = lineOf(lines, word)): Origin => {
    return { from: line === undefined ? `${word} (default)` : word, line };
  };
  if (name === "allow") return keyed("allowed_methods");
  if (name === "www-authenticate") return keyed("auth_basic");
  if (name === "retry-after" && status === 429) return keyed("limits.logins", undefined);
  if (name === "content-encoding") {
    return lineOf(lines, "precompressed") === undefined ? keyed("compression") : keyed("precompressed");
  }
  if (by.kind === "return") {
    if (name === "content-type" && lineOf(lines, "default_type") !== undefined) return keyed("default_type");
    return ["content-type", "location", "content-length"].includes(name) ? keyed("return") : BY_SERVER;
  }
  if (by.kind !== "file" || status >= 400 && name === "cache-control") return BY_SERVER;
  if (OF_FILES.has(name)) return { from: "the file", line: undefined };
  if (name === "cache-control") return keyed("cache_control");
  if (name !== "content-type") return BY_SERVER;
  const extension = /\.[^./]*$/.exec(by.path)?.[0].toLowerCase() ?? "";
  if (Object.hasOwn(config.files.types, extension)) {
    return keyed("types", lineOfEntry(lines, "types", extension));
  }
  return { from: extension === "" ? "the file" : "the file's name", line: undefined };
}
