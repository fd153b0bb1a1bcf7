/**
 * The result as Markdown: one table with the CPU time of all rows, then one table a row with everything.
 *
 * @module
 */
import { REFERENCE } from "./servers.ts";
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

/** The CPU time for one request, in microseconds, and how often nginx's that is. */
export function cpuTable(
  rows: readonly Titled[],
  servers: readonly Titled[],
  results: readonly Result[],
): string {
  const cell = (row: string, server: string) => {
    const result = find(results, row, server);
    if (!result) return "";
    const ratio = ratioToReference(result, results);
    const mark = result.median.errors.length > 0 ? "!" : "";
    return shortNumber(result.median.cpu) + (ratio === undefined ? "" : ` (${ratio.toFixed(2)})`) + mark;
  };
  const header = ["CPU us/request (x nginx)", ...servers.map(({ title }) => title)];
  return markdownTable(header, rows.map(({ id, title }) => [title, ...servers.map((s) => cell(id, s.id))]));
}

/** A server's CPU time through nginx's in the same row; undefined if nginx was not measured. */
export function ratioToReference(result: Result, results: readonly Result[]): number | undefined {
  const reference = find(results, result.row, REFERENCE);
  return reference && result.median.cpu / reference.median.cpu;
}

/** Everything about one row, and remarks on what does not hold. */
export function rowTable(row: Row, servers: readonly Titled[], results: readonly Result[]): string {
  const header = [
    "server",
    "CPU us/request",
    "x nginx",
    "+-",
    "requests/s",
    "p99 ms",
    "memory MiB",
    "server core",
    "load core",
    "others",
    "errors",
  ];
  const found = servers.flatMap(({ id, title }) => {
    const result = find(results, row.id, id);
    return result ? [{ title, result }] : [];
  });
  const lines = found.map(({ title, result }) => {
    const { median } = result;
    return [
      title,
      shortNumber(median.cpu),
      ratioToReference(result, results)?.toFixed(2) ?? "",
      percent(result.spread),
      shortNumber(median.rate),
      shortNumber(median.p99),
      shortNumber(median.memory),
      percent(median.serverBusy),
      percent(median.loadBusy),
      percent(median.othersBusy),
      median.errors.length > 0 ? median.errors.join("; ") : "none",
    ];
  });
  const remarks = remarksOn(found);
  return [`### ${row.title}`, markdownTable(header, lines), ...remarks].join("\n\n");
}

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
