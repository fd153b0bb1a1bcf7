/**
 * The command line, parsed and checked. Refuses unknown options, options of another command, values that are none,
 * and combinations that contradict each other, each with what to do instead.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { closestString, levenshteinDistance } from "@std/text";
import { type CommandName, COMMANDS, type Option, OPTIONS } from "./options.ts";

/** Wrong usage: exit status 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What was asked for. */
export interface CommandLine {
  readonly command: CommandName;
  /** A command was written, not taken for granted. */
  readonly explicit: boolean;
  readonly operand: string | undefined;
  readonly config: string | undefined;
  readonly port: number | undefined;
  readonly host: string | undefined;
  readonly workers: number | "auto" | undefined;
  readonly switches: ReadonlySet<string>;
}

/** @throws {UsageError} */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const values = new Map<string, string>();
  const switches = new Set<string>();
  // Behind "--" stands no option and no command.
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  const optional = args.slice(0, end);
  optional.forEach(refuseSwitchValue);
  const withValue = OPTIONS.filter((option) => option.value !== undefined);
  const parsed = parseArgs(optional.map(protectNegation), {
    string: ["_", ...withValue.map((option) => option.name)],
    boolean: OPTIONS.filter((option) => option.value === undefined).map((option) =>
      protectNegation(option.name)
    ),
    alias: Object.fromEntries(
      OPTIONS.flatMap(({ name, short }) => short === undefined ? [] : [[short, name]]),
    ),
    unknown: (argument, key) => {
      if (key !== undefined) throw unknownOption(argument);
      return true;
    },
  });
  const operands = parsed._.map(String);
  const first = operands[0];
  const explicit = COMMANDS.some(({ name }) => name === first);
  const command = explicit ? operands.shift() as CommandName : "serve";
  operands.push(...args.slice(end + 1));
  for (const option of OPTIONS) {
    const value = parsed[option.value === undefined ? protectNegation(option.name) : option.name];
    if (value === undefined || value === false) continue;
    if (!option.commands.includes(command)) {
      throw new UsageError(`--${option.name} is no option of "${command}"`);
    }
    if (option.value === undefined) switches.add(option.name);
    else values.set(option.name, textValue(option, value));
  }
  const operandName = COMMANDS.find(({ name }) => name === command)?.operand;
  if (operands.length > (operandName === undefined ? 0 : 1)) {
    throw new UsageError(`unexpected argument "${operands.at(-1)}": see webserv ${command} --help`);
  }
  const line: CommandLine = {
    command,
    explicit,
    operand: operands[0],
    config: values.get("config"),
    port: portValue(values.get("port")),
    host: values.get("host")?.replace(/^\[(.*)\]$/, "$1"),
    workers: workersValue(values.get("workers")),
    switches,
  };
  if (line.config !== undefined && line.operand !== undefined && command === "serve") {
    throw new UsageError(`either a folder ("${line.operand}") or --config, not both`);
  }
  return line;
}

/** The options that were given and describe a folder. */
export function folderOptions({ switches }: CommandLine): string[] {
  return OPTIONS.filter(({ name, folderOnly }) => folderOnly && switches.has(name)).map(({ name }) =>
    `--${name}`
  );
}

/** parseArgs would take `--no-listing` for the negation of a `listing` that does not exist. */
function protectNegation(argument: string): string {
  return argument.replace(/^(--)?no-listing$/, "$1nolisting");
}

/** A switch with a value would be on, whatever the value says. */
function refuseSwitchValue(argument: string): void {
  const [, name] = /^--?([^=]+)=/.exec(argument) ?? [];
  const option = OPTIONS.find((known) => known.name === name || known.short === name);
  if (option && option.value === undefined) throw new UsageError(`--${option.name} takes no value`);
}

function textValue(option: Option, value: unknown): string {
  const text = Array.isArray(value) ? String(value.at(-1)) : String(value);
  if (text === "") throw new UsageError(`--${option.name} needs a value: --${option.name} ${option.value}`);
  return text;
}

function portValue(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : NaN;
  if (!(port <= 65535)) throw new UsageError(`--port must be a number from 0 to 65535, not "${text}"`);
  return port;
}

function workersValue(text: string | undefined): number | "auto" | undefined {
  if (text === undefined || text === "auto") return text;
  const workers = /^[0-9]{1,2}$/.test(text) ? Number(text) : NaN;
  if (!(workers >= 1 && workers <= 64)) {
    throw new UsageError(`--workers must be a number from 1 to 64 or "auto", not "${text}"`);
  }
  return workers;
}

function unknownOption(argument: string): UsageError {
  const word = argument.replace(/=.*$/s, "").replace(/^(--)?nolisting$/, "$1no-listing");
  const known = OPTIONS.map(({ name }) => `--${name}`);
  const nearest = closestString(word, known);
  const hint = levenshteinDistance(word, nearest) <= 3
    ? `: did you mean "${nearest}"?`
    : ": see webserv --help";
  return new UsageError(`unknown option "${word}"${hint}`);
}
