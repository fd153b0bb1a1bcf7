/**
 * The report of a soak, as Markdown.
 *
 * @module
 */
import type { Tally } from "../siege/tally.ts";
import type { Look, Sample } from "./samples.ts";
import { type Findings, total, verdictOf } from "./verdict.ts";

const MEBIBYTE = 2 ** 20;

/** Rows of the table of samples, at the most. */
const ROWS = 20;

/** The whole report. */
export function reportText(findings: Findings): string {
  const { date, machine, server, minutes, rate, omissions, samples, tallies, cpu, own } = findings;
  const requests = total([...tallies.values()], "requests"), seconds = (samples.at(-1)?.time ?? 0) / 1000;
  return [
    `${date}. ${machine}. ${server}. ${minutes} minutes at ${rate} rounds a second: ${
      grouped(requests)
    } answers, ${(requests / seconds).toFixed(0)} a second, ${
      (cpu / seconds * 100).toFixed(0)
    } % of a core.` +
    (omissions.length > 0 ? ` Left out: ${omissions.join("; ")}.` : ""),
    `**${verdictOf(findings).text}.**`,
    growthTable(findings),
    restTable(findings),
    `${findings.reloads} reloads, ${findings.rotations} times the logs were moved away; ${
      grouped(findings.accessLines)
    } lines of access, ${grouped(findings.errorLines)} of errors. It ended ${
      findings.ending.toFixed(0)
    } ms after SIGTERM. The soak's own process had ${mebibytes(own[0])} MiB when it began and ${
      mebibytes(own[1])
    } when it ended.`,
    sampleTable(samples),
    kindTable(tallies),
    ...failureLines(tallies),
  ].join("\n\n");
}

function growthTable({ growth }: Findings): string {
  return table(
    ["memory of", "in the time of", "MiB an hour", "+-"],
    growth.map(({ phase, what, slope }) => [
      what === "VmRSS" ? "the server (VmRSS)" : "it and its programs (Pss)",
      phase,
      slope === undefined ? "" : signed(slope.perHour / MEBIBYTE),
      slope === undefined ? "" : (slope.spread / MEBIBYTE).toFixed(2),
    ]),
    2,
  );
}

function restTable({ before, after, samples }: Findings): string {
  const most = (key: keyof Look) => Math.max(0, ...samples.map((sample) => sample[key]));
  const row = (name: string, key: keyof Look, show: (value: number) => string = String) => [
    name,
    show(before[key]),
    show(most(key)),
    after === undefined ? "" : show(after[key]),
  ];
  return table(["", "before the load", "at most", "at rest after it"], [
    row("VmRSS MiB", "memory", mebibytes),
    row("Pss MiB, with programs", "pss", mebibytes),
    row("descriptors", "descriptors"),
    row("threads", "threads"),
    row("programs", "children"),
    row("connections", "connections"),
  ]);
}

function sampleTable(samples: readonly Sample[]): string {
  return table(
    [
      "minute",
      "answers",
      "lost",
      "wrong",
      "VmRSS MiB",
      "Pss MiB",
      "descriptors",
      "threads",
      "programs",
      "connections",
    ],
    thinned(samples, ROWS).map((sample) => [
      (sample.time / 60_000).toFixed(sample.time < 600_000 ? 1 : 0),
      grouped(sample.requests),
      sample.lost,
      sample.wrong,
      mebibytes(sample.memory),
      mebibytes(sample.pss),
      sample.descriptors,
      sample.threads,
      sample.children,
      sample.connections,
    ]),
    0,
  );
}

/** So many of a list at the most, evenly, the last one among them. */
export function thinned<T>(list: readonly T[], most: number): T[] {
  if (list.length <= most) return [...list];
  return Array.from({ length: most }, (_, i) => list[Math.round((i + 1) * list.length / most) - 1]!);
}

function kindTable(tallies: ReadonlyMap<string, Tally>): string {
  return table(
    [
      "kind",
      "answers",
      "asked again",
      "reset at a reload",
      "503",
      "lost",
      "wrong",
      "p50 ms",
      "p99 ms",
      "most ms",
    ],
    [...tallies].map(([kind, tally]) => [
      kind,
      grouped(tally.requests),
      tally.repeated,
      tally.reset,
      tally.busy,
      tally.lost,
      tally.wrong,
      ...[0.5, 0.99, 1].map((part) => `<${tally.quantile(part)}`),
    ]),
  );
}

/** The first kinds of failures of each kind of client. */
function failureLines(tallies: ReadonlyMap<string, Tally>): string[] {
  const MOST = 5;
  const lines = [...tallies].flatMap(([kind, { failures }]) =>
    [...failures].slice(0, MOST).map(([why, count]) =>
      `- ${kind}: ${count} x ${why.slice(0, 200).replaceAll("\n", " ")}`
    )
  );
  return lines.length > 0 ? [lines.join("\n")] : [];
}

/** @param texts how many columns at the left are no numbers */
function table(head: readonly string[], rows: readonly (readonly (string | number)[])[], texts = 1): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, i) => i < texts ? "---" : "---:")), ...rows.map(line)].join("\n");
}

const mebibytes = (bytes: number) => (bytes / MEBIBYTE).toFixed(1);
const signed = (value: number) => `${value < 0 ? "" : "+"}${value.toFixed(2)}`;
const grouped = (value: number) => String(value).replace(/\B(?=(\d{3})+$)/g, ",");
