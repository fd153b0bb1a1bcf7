/**
 * The whole text that the benchmark prints.
 *
 * @module
 */
import type { Candidate, Failure } from "./measure.ts";
import { cpuTable, rowTable } from "./table.ts";
import type { Result, Row } from "./types.ts";

export interface Report {
  readonly machine: string;
  readonly rounds: number;
  readonly seconds: number;
  readonly rows: readonly Row[];
  readonly candidates: readonly Candidate[];
  readonly results: readonly Result[];
  readonly failures: readonly Failure[];
}

/** The processor and the system's kernel, in a line. */
export function describeMachine(): string {
  const model = /^model name\s*:\s*(.+)$/m.exec(Deno.readTextFileSync("/proc/cpuinfo"))?.[1] ??
    Deno.build.arch;
  return `${model}, ${navigator.hardwareConcurrency} cores, Linux ${Deno.osRelease()}`;
}

/** Everything that was measured, what was not, and how. */
export function reportText(report: Report): string {
  const { machine, rounds, seconds, rows, candidates, results, failures } = report;
  const titles = candidates.map(({ peer: { id, title } }) => ({ id, title }));
  const titleOf = (id: string) => titles.find((server) => server.id === id)?.title ?? id;
  return [
    "## webserv against other servers",
    `${machine}. One core for the server, one for the load (wrk). Medians of ${rounds} ` +
    `${
      rounds === 1 ? "run" : "runs"
    } of ${seconds} s, servers in turn. CPU is the user and system time of all ` +
    "processes of a server, memory their proportional set size under load, +- half of the range of the CPU time, others " +
    "what strangers took of the server's core. " +
    "An empty cell: the server does not do that by itself. `!`: errors, see the row.",
    candidates.map(({ peer, program }) => `${peer.title}: ${program.version}`).join("; ") + ".",
    cpuTable(rows, titles, results),
    ...failures.map(({ row, server, why }) => `FAILED: ${titleOf(server)} in row ${row}: ${why}`),
    ...rows.map((row) => rowTable(row, titles, results)),
  ].join("\n\n") + "\n";
}
