/**
 * The result as Markdown: one table with the CPU time of all rows, then one table a row with everything.
 *
 * @module
 */
import type { BesideResult } from "./beside.ts";
import { type LatencyResult } from "./latency.ts";
import type { MemoryResult } from "./memory.ts";
import { REFERENCE } from "./servers.ts";
import { type StartResult, STARTS, summarizeStarts } from "./startup.ts";
import type { Result, Row, Sample } from "./types.ts";

/** A core used as much as this has nothing left. */
const FULL = 0.93;

/** More than this of the server's core for others is a disturbance. */
const DISTURBED = 0.1;

export interface Titled {
  readonly id: string;
  readonly title: string;
}

/** Lines up a table; the first column is text, all others are numbers. */
export function markdownTable(header: readonly string[], lines: readonly (readonly string[])[]): string {
  const widths = header.map((cell, column) =>
    Math.max(4, cell.length, ...lines.map((line) => line[column]?.length ?? 0))
  );
  const format = (cells: readonly string[]) => {
    const padded = widths.map((width, column) => {
      const cell = cells[column] ?? "";
      return column === 0 ? cell.padEnd(width) : cell.padStart(width);
    });
    return `| ${padded.join(" | ")} |`;
  };
  const rule = widths.map((width, column) => column === 0 ? "-".repeat(width) : "-".repeat(width - 1) + ":");
  return [format(header), format(rule), ...lines.map(format)].join("\n");
}

/** Three significant digits, no exponent: `8.52`, `85.2`, `85200`. */
export function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return "?";
  const digits = value <= 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(value)));
  return value.toFixed(Math.min(digits, 3));
}

/** The CPU time for one request, in microseconds, and how often that of {@link comparisonOf} it is. */
export function cpuTable(
  rows: readonly Row[],
  servers: readonly Titled[],
  results: readonly Result[],
): string {
  const cell = (row: Row, server: string) => {
    const result = find(results, row.id, server);
    if (!result) return "";
    const ratio = ratioOf("cpu", row, result, results);
    const mark = result.median.errors.length > 0 ? "!" : "";
    return shortNumber(result.median.cpu) + (ratio === undefined ? "" : ` (${ratio.toFixed(2)})`) + mark;
  };
  const title = (row: Row) => row.title + (row.reference || row.against ? ` (x ${comparisonOf(row)})` : "");
  const header = ["CPU us/request (x nginx)", ...servers.map((server) => server.title)];
  return markdownTable(header, rows.map((row) => [title(row), ...servers.map((s) => cell(row, s.id))]));
}

/** What a server is compared with in a row. */
function comparisonOf(row: Row): string {
  return row.against ? `itself with ${row.against.title}` : row.reference ?? REFERENCE;
}

/** A number of a server through that of the other one; undefined if that was not measured. */
export function ratioOf(
  key: "cpu" | "rate",
  row: Row,
  result: Result,
  results: readonly Result[],
): number | undefined {
  const other = row.against ? result.base : find(results, row.id, row.reference ?? REFERENCE);
  return other && result.median[key] / other.median[key];
}

/** Everything about one row, and remarks on what does not hold. */
export function rowTable(row: Row, servers: readonly Titled[], results: readonly Result[]): string {
  const header = [
    "server",
    "CPU us/request",
    "x",
    "+-",
    "requests/s",
    "x",
    "p99 ms",
    "memory MiB",
    "server core",
    "load core",
    "others",
    "errors",
  ];
  const found = servers.flatMap(({ id, title }) => {
    const result = find(results, row.id, id);
    if (!result) return [];
    const base = result.base && { title: `${title}, ${row.against?.title}`, result: result.base };
    return [...(base ? [base] : []), { title, result }];
  });
  const lines = found.map(({ title, result }) => {
    const { median } = result;
    const ratio = (key: "cpu" | "rate") => ratioOf(key, row, result, results)?.toFixed(2) ?? "";
    return [
      title,
      shortNumber(median.cpu),
      ratio("cpu"),
      percent(result.spread),
      shortNumber(median.rate),
      ratio("rate"),
      shortNumber(median.p99),
      shortNumber(median.memory),
      percent(median.serverBusy),
      percent(median.loadBusy),
      percent(median.othersBusy),
      median.errors.length > 0 ? median.errors.join("; ") : "none",
    ];
  });
  const remarks = found.flatMap(({ title, result: { remark } }) => remark ? [`${title}: ${remark}`] : []);
  const note = `x: compared with ${comparisonOf(row)}.`;
  return [`### ${row.title}`, markdownTable(header, lines), note, ...remarks, ...remarksOn(found)].join(
    "\n\n",
  );
}

/** How long the servers take to start, and their memory then. */
export function startTable(servers: readonly Titled[], starts: readonly StartResult[]): string {
  const header = ["server", "median ms", "quickest", "slowest", "VmRSS MiB", "Pss MiB"];
  const mebibytes = (bytes: number) => shortNumber(bytes / 1024 / 1024);
  const lines = servers.flatMap(({ id, title }) => {
    const result = starts.find(({ server }) => server === id);
    if (!result) return [];
    const { median, quickest, slowest } = summarizeStarts(result);
    const times = [median, quickest, slowest].map(shortNumber);
    return [[title, ...times, mebibytes(result.rss), mebibytes(result.pss)]];
  });
  const note =
    `${STARTS} starts of each, in turn, on all cores, from the start of the program to its first answer. ` +
    "Memory is that of all processes, idle.";
  return ["### Start", markdownTable(header, lines), note].join("\n\n");
}

/** The memory of the servers after what they have been through. */
export function memoryTable(servers: readonly Titled[], memories: readonly MemoryResult[]): string {
  const lines = memories.map(({ server, moment, rss, pss, each }) => [
    `${servers.find(({ id }) => id === server)?.title ?? server}, ${moment}`,
    ...[pss, rss].map((bytes) => shortNumber(bytes / 1024 / 1024)),
    each === undefined ? "" : shortNumber(each / 1024),
  ]);
  const note =
    "All processes of a server, three seconds after what is named. KiB each: what Pss has grown by, " +
    "through the number of connections. Each kind of connection, and the loads, come to a new process.";
  return [
    "### Memory",
    markdownTable(["server", "Pss MiB", "VmRSS MiB", "KiB each"], lines),
    note,
  ].join("\n\n");
}

/** What streams that are compressed cost, and what a small file costs beside them. */
export function besideTable(servers: readonly Titled[], besides: readonly BesideResult[]): string {
  const header = ["server", "streams", "VmRSS MiB", "CPU s", "answers beside", "median ms", "p99 ms"];
  const lines = besides.map(({ server, streams, rss, cpu, count, median, p99 }) => [
    servers.find(({ id }) => id === server)?.title ?? server,
    String(streams),
    shortNumber(rss / 1024 / 1024),
    shortNumber(cpu),
    String(count),
    ...[median, p99].map(shortNumber),
  ]);
  const note =
    "100 MB of text in gzip again and again on each stream, and a client that asks for 1 KiB beside " +
    "them, one request after the other. Memory is the most that there was.";
  return ["### Beside compressed streams", markdownTable(header, lines), note].join("\n\n");
}

/** How long clients wait over TLS: a line for each server, protocol and number of clients. */
export function latencyTable(servers: readonly Titled[], latencies: readonly LatencyResult[]): string {
  const lengths = [...new Set(latencies.map(({ length }) => length))];
  const groups = Map.groupBy(
    latencies,
    ({ clients, protocol, server }) => `${clients} ${protocol} ${server}`,
  );
  const lines = [...groups.values()].map((group) => {
    const { clients, protocol, server } = group[0]!;
    const cells = lengths.map((length) => {
      const result = group.find((other) => other.length === length);
      return result ? `${shortNumber(result.mean)} / ${shortNumber(result.p99)}` : "";
    });
    const title = servers.find(({ id }) => id === server)?.title ?? server;
    return [`${title}, ${protocol === "h2" ? "HTTP/2" : "HTTP/1.1"}`, String(clients), ...cells];
  });
  const header = ["mean / p99 in ms", "clients", ...lengths.map(lengthInWords)];
  const note =
    "Kept-alive clients over TLS, each with one request at a time; several of them share a core, " +
    "so long answers wait for one another there.";
  return ["### Latency over TLS", markdownTable(header, lines), note].join("\n\n");
}

const lengthInWords = (length: number) =>
  length < 1000 ? `${length} B` : length < 1_000_000 ? `${length / 1000} KB` : `${length / 1_000_000} MB`;

function remarksOn(found: readonly { title: string; result: Result }[]): string[] {
  const names = (test: (sample: Sample) => boolean) =>
    found.filter(({ result }) => test(result.median)).map(({ title }) => title).join(", ");
  const disturbed = names(({ othersBusy }) => othersBusy >= DISTURBED);
  const loadBound = names(({ serverBusy, loadBusy }) => serverBusy < FULL && loadBusy >= FULL);
  const idle = names(({ serverBusy, loadBusy, othersBusy }) =>
    serverBusy < FULL && loadBusy < FULL && othersBusy < DISTURBED
  );
  return [
    loadBound && `The load program was the limit of requests/s and p99 for: ${loadBound}.`,
    disturbed &&
    `Others took time from the server's core, so requests/s and p99 mean little for: ${disturbed}.`,
    idle && `Neither core was full, server and load waited for each other or for another's work: ${idle}.`,
  ].filter((remark) => remark !== "");
}

const find = (results: readonly Result[], row: string, server: string) =>
  results.find((result) => result.row === row && result.server === server);

const percent = (share: number) => `${(share * 100).toFixed(0)} %`;
