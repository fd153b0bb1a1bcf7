/**
 * The whole text that the benchmark prints.
 *
 * @module
 */
import type { BesideResult } from "./beside.ts";
import type { LatencyResult } from "./latency.ts";
import type { Candidate } from "./measure.ts";
import type { MemoryResult } from "./memory.ts";
import type { StartResult } from "./startup.ts";
import { besideTable, cpuTable, latencyTable, memoryTable, rowTable, startTable } from "./table.ts";
import type { Omission, Result, Row } from "./types.ts";

export interface Report {
  /** As YYYY-MM-DD. */
  readonly date: string;
  readonly machine: string;
  readonly rounds: number;
  readonly seconds: number;
  readonly rows: readonly Row[];
  readonly candidates: readonly Candidate[];
  readonly results: readonly Result[];
  readonly starts: readonly StartResult[];
  readonly latencies: readonly LatencyResult[];
  readonly besides: readonly BesideResult[];
  readonly memories: readonly MemoryResult[];
  readonly failures: readonly Omission[];
  readonly omissions: readonly Omission[];
}

/** The processor and the system's kernel, in a line. */
export function describeMachine(): string {
  const model = /^model name\s*:\s*(.+)$/m.exec(Deno.readTextFileSync("/proc/cpuinfo"))?.[1] ??
    Deno.build.arch;
  return `${model}, ${navigator.hardwareConcurrency} cores, Linux ${Deno.osRelease()}`;
}

/** Everything that was measured, what was not, and how. */
export function reportText(report: Report): string {
  const { date, machine, rounds, seconds, rows, candidates, results, starts, latencies, besides, memories } =
    report;
  const titles = candidates.map(({ peer: { id, title } }) => ({ id, title }));
  const titleOf = (id: string | undefined) =>
    id === undefined ? "all servers" : titles.find((server) => server.id === id)?.title ?? id;
  const measured = rows.filter(({ id }) => results.some(({ row }) => row === id));
  const runs = rounds === 1 ? "run" : "runs";
  return [
    "## webserv against other servers",
    `${date}. ${machine}. One core for the server, one for the load. Medians of ${rounds} ${runs} of ` +
    `${seconds} s, servers in turn. An empty cell: the server does not do that by itself. \`!\`: errors, see the row.`,
    candidates.map(({ peer, program }) => `${peer.title}: ${program.version}`).join("; ") + ".",
    ...(measured.length > 0 ? [cpuTable(measured, titles, results)] : []),
    ...report.failures.map(({ row, server, why }) => `FAILED: ${titleOf(server)} in row ${row}: ${why}`),
    ...report.omissions.map(({ row, server, why }) => `Left out: ${titleOf(server)} in row ${row}: ${why}`),
    ...measured.map((row) => rowTable(row, titles, results)),
    ...(latencies.length > 0 ? [latencyTable(titles, latencies)] : []),
    ...(besides.length > 0 ? [besideTable(titles, besides)] : []),
    ...(memories.length > 0 ? [memoryTable(titles, memories)] : []),
    ...(starts.length > 0 ? [startTable(titles, starts)] : []),
  ].join("\n\n") + "\n";
}
