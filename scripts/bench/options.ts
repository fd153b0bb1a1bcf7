/**
 * The command line of the benchmark.
 *
 * @module
 */
import { suggestion } from "../../lib/config/suggestion.ts";
import { optionValues } from "../option_values.ts";

/** What was asked for. */
export interface Options {
  readonly rows: readonly string[];
  readonly servers: readonly string[];
  readonly seconds: number;
  readonly rounds: number;
  /** Where to write every sample. */
  readonly json: string | undefined;
  /** Where to write the report, or a document with a place for it. */
  readonly markdown: string | undefined;
  readonly help: boolean;
}

/** What can be asked for. */
export interface Choices {
  readonly rows: readonly string[];
  /** Those of the rows that are measured when none is named. */
  readonly usualRows: readonly string[];
  readonly servers: readonly string[];
}

/** The command line is wrong. */
export class UsageError extends Error {
  override name = "UsageError";
}

const OPTIONS = {
  rows: { type: "string" },
  servers: { type: "string" },
  seconds: { type: "string" },
  rounds: { type: "string" },
  json: { type: "string" },
  markdown: { type: "string" },
  quick: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

const FULL = { seconds: 2, rounds: 5 };
const QUICK = { seconds: 1, rounds: 1, servers: ["webserv", "nginx"] };

/** The help text. */
export function helpText(choices: Choices): string {
  const onDemand = choices.rows.filter((row) => !choices.usualRows.includes(row));
  return `Measures webserv against other servers: deno task bench [options]

Options:
  --rows A,B      kinds of request, or all [all but ${onDemand.join(" and ")}]
  --servers A,B   servers [all that are installed]
  --seconds N     length of one run [${FULL.seconds}]
  --rounds N      runs of each server in each row, of which the median is shown [${FULL.rounds}]
  --json FILE     also write every run to a file
  --markdown FILE also write the report to a file, in place of the report that is there
  --quick         one run of ${QUICK.seconds} s, and only ${
    QUICK.servers.join(" and ")
  } unless --servers says more
  --help          show this help

Rows:     ${choices.rows.join(", ")}
Servers:  ${choices.servers.join(", ")}

WEBSERV=FILE in the environment measures that executable instead of main.ts.`;
}

/**
 * Reads the command line.
 *
 * @throws {UsageError}
 */
export function parseOptions(args: readonly string[], choices: Choices): Options {
  const { rows, servers, seconds, rounds, json, markdown, quick = false, help = false } = optionValues(
    args,
    OPTIONS,
    (problem) => {
      throw new UsageError(`${problem}: --help shows what there is`);
    },
  );
  const usualRows = rows === "all" ? choices.rows : choices.usualRows;
  const preset = quick ? QUICK : FULL;
  return {
    rows: chosen("--rows", rows === "all" ? undefined : rows, choices.rows, usualRows),
    servers: chosen("--servers", servers, choices.servers, quick ? QUICK.servers : choices.servers),
    seconds: wholeNumber("--seconds", seconds, preset.seconds),
    rounds: wholeNumber("--rounds", rounds, preset.rounds),
    json: nonEmpty("--json", json),
    markdown: nonEmpty("--markdown", markdown),
    help,
  };
}

/** The named ones, in the order of the result. */
function chosen(
  option: string,
  value: string | undefined,
  all: readonly string[],
  preset: readonly string[],
) {
  const text = nonEmpty(option, value);
  if (text === undefined) return preset;
  const names = text.split(",").map((name) => name.trim());
  for (const name of names) {
    if (all.includes(name)) continue;
    const hint = suggestion(name, all) || ": --help shows what there is";
    throw new UsageError(`${option}: there is no "${name}"${hint}`);
  }
  return all.filter((name) => names.includes(name));
}

function wholeNumber(option: string, value: string | undefined, preset: number): number {
  const text = nonEmpty(option, value);
  if (text === undefined) return preset;
  if (!/^[1-9]\d{0,3}$/.test(text)) {
    throw new UsageError(`${option} takes a number from 1 to 9999, not "${text}"`);
  }
  return Number(text);
}

function nonEmpty(option: string, value: string | undefined): string | undefined {
  if (value === "") throw new UsageError(`${option} takes a value`);
  return value;
}
