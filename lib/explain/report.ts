/**
 * An explanation for people, in columns that fit a terminal.
 *
 * @module
 */
import { endpointUrl } from "../http/endpoint.ts";
import { reasonPhrase } from "../http/status.ts";
import type { AddressedQuestion } from "./address.ts";
import type { ExplainedHop, Explanation } from "./explain.ts";
import { lineOf } from "./lines.ts";
import { type Loser, nameOfServer } from "./matches.ts";
import { answererKey, linesOfReasons } from "./places.ts";

/** What stands on the left. */
const LEFT = 10;

/** Columns of a label. */
const label = (text: string) => text.padEnd(LEFT);

/** @param width columns @param file the configuration's name for people; undefined where there is none */
export function explanationText(
  explanation: Explanation,
  { method, url, note }: AddressedQuestion,
  { width, file }: { readonly width: number; readonly file: string | undefined },
): string {
  const { endpoint, server, hops, status, why } = explanation;
  const rows = new Rows(width);
  rows.text(`${method} ${url}`, "");
  if (note !== undefined) rows.text(note, "");
  if (file !== undefined) rows.text(`by ${file}`, "");
  rows.gap();
  rows.row("address", `${endpointUrl(endpoint)}${at(explanation.listenLine, "listen")}`);
  if (server !== undefined) {
    rows.row(
      "server",
      `${nameOfServer(server.config)}${at(server.config.lines?.line)}: ${server.choice.why}`,
    );
    losers(rows, server.choice.losers);
  }
  hops.forEach((hop, index) => {
    if (index > 0) rows.row("->", hop.path);
    describeHop(rows, explanation, hop, hops[index - 1]);
  });
  access(rows, explanation, method);
  rows.row("answer", answererText(explanation, method));
  weather(rows, hops.findLast(({ isErrorPage }) => !isErrorPage));
  const open = status === undefined ? "its answer decides" : `${status} ${reasonPhrase(status)}`;
  rows.row("status", `${open}${why === undefined || why === reasonPhrase(status ?? 0) ? "" : `: ${why}`}`);
  rows.gap();
  for (const { name, value, from, line } of explanation.fields) {
    rows.pair(`${name}: ${value}`, line === undefined ? from : `${from}, line ${line}`);
  }
  return rows.toString();
}

function describeHop(
  rows: Rows,
  { server }: Explanation,
  hop: ExplainedHop,
  before: ExplainedHop | undefined,
): void {
  const { config, choice } = hop, isSame = config === before?.config;
  const name = config === server?.config.fallback ? "none" : config.key;
  rows.row("location", `${name}${at(config.lines?.line)}: ${isSame ? "the same" : choice.why}`);
  if (!isSame) losers(rows, choice.losers);
  for (const { text, key, line } of linesOfReasons(hop)) {
    rows.row("", `${text}${key === undefined ? "" : at(line, key) || ` (${key})`}`);
  }
}

function losers(rows: Rows, all: readonly Loser[]): void {
  for (const { name, why, line } of all.slice(0, MOST_LOSERS)) {
    rows.row("", `not ${name}${at(line)}: ${why}`);
  }
  if (all.length > MOST_LOSERS) rows.row("", `nor ${all.length - MOST_LOSERS} more`);
}

const MOST_LOSERS = 5;

/** Which methods may be asked, and how much may be sent. */
function access(rows: Rows, { hops }: Explanation, method: string): void {
  const config = hops.find(({ isErrorPage }) => !isErrorPage)?.config;
  if (config === undefined) return;
  const { access: { allowedMethods, clientMaxBodySize, cors }, lines } = config;
  rows.row(
    "access",
    `${[...allowedMethods, "OPTIONS"].join(" ")}${
      at(lineOf(lines, "allowed_methods"), "allowed_methods") || " (default)"
    }`,
  );
  if (!BODILESS.has(method)) {
    const line = lineOf(lines, "client_max_body_size");
    const size = clientMaxBodySize === Infinity ? "of any size" : `of ${sizeText(clientMaxBodySize)} at most`;
    rows.row("", `a body ${size}${at(line, "client_max_body_size") || " (default)"}`);
  }
  if (cors) rows.row("", `pages of other origins too${at(lineOf(lines, "cors"), "cors")}`);
}

const BODILESS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** As it may be written in the file. */
function sizeText(bytes: number): string {
  const unit = [...UNITS].find(([, size]) => bytes > 0 && bytes % size === 0);
  return unit === undefined ? `${bytes} bytes` : `${bytes / unit[1]}${unit[0]}`;
}

const UNITS = new Map([["G", 2 ** 30], ["M", 2 ** 20], ["k", 2 ** 10]]);

function weather(rows: Rows, hop: ExplainedHop | undefined): void {
  if (hop === undefined) return;
  const { weather: { delay, limitRate, fail }, lines } = hop.config;
  const say = (key: string, text: string) => rows.row("", `${text}${at(lineOf(lines, key), key)}`);
  if (delay > 0) say("delay", `kept back for ${delay} ms`);
  if (limitRate !== Infinity && limitRate > 0) say("limit_rate", `sent at ${limitRate} bytes a second`);
  if (fail !== undefined) say("fail", "some answers fail on purpose");
}

function answererText(explanation: Explanation, method: string): string {
  const { by, upstreams } = explanation, key = answererKey(explanation);
  const where = key === undefined ? "" : at(key.line, key.key);
  switch (by.kind) {
    case "file":
      return `the file ${by.path}${where}`;
    case "object":
      return `would ask for the object ${by.path}${where}`;
    case "listing":
      return `the listing of ${by.path}${where}`;
    case "program":
      return `would run ${by.command.join(" ")}${where}`;
    case "fastcgi":
      return `would ask the FastCGI server ${by.server}${
        by.path === undefined ? "" : ` for ${by.path}`
      }${where}`;
    case "proxy":
      return `would ask ${upstreams.join(" or ")}${where}`;
    case "return":
      return `what return says${where}`;
    case "store":
      return `would ${WRITES[method] ?? "write to"} ${by.path}${where}`;
    case "server":
      return "the server itself";
  }
}

const WRITES: Readonly<Record<string, string>> = {
  PUT: "store",
  POST: "store into",
  DELETE: "remove",
  MKCOL: "make the folder",
  COPY: "copy",
  MOVE: "move",
};

/** ` (line 3)`, ` (listen, line 3)`; empty where there is no line. */
function at(line: number | undefined, key?: string): string {
  if (line === undefined) return "";
  return key === undefined ? ` (line ${line})` : ` (${key}, line ${line})`;
}

/** Lines of a report. */
class Rows {
  readonly #lines: string[] = [];

  constructor(readonly width: number) {}

  gap(): void {
    this.#lines.push("");
  }

  /** A text that is broken at its spaces. */
  text(text: string, left: string): void {
    const room = this.width - left.length, indent = " ".repeat(left.length);
    let line = "", isFirst = true;
    const push = () => {
      this.#lines.push(`${isFirst ? left : indent}${line}`.trimEnd());
      isFirst = false;
      line = "";
    };
    for (const word of text.split(" ")) {
      if (line !== "" && line.length + 1 + word.length > room) push();
      line = line === "" ? word : `${line} ${word}`;
      // A path may be longer than any line.
      while (line.length > room) {
        const rest = line.slice(room);
        line = line.slice(0, room);
        push();
        line = rest;
      }
    }
    push();
  }

  row(name: string, text: string): void {
    this.text(text, label(name));
  }

  /** A field, and on the right where it comes from; below it where there is no room. */
  pair(left: string, right: string): void {
    const gap = this.width - left.length - right.length;
    if (gap >= 2) this.#lines.push(`${left}${" ".repeat(gap)}${right}`);
    else {
      this.text(left, "");
      this.#lines.push(right.padStart(this.width));
    }
  }

  toString(): string {
    return this.#lines.map((line) => `${line}\n`).join("");
  }
}
