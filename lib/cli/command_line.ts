/**
 * The command line, parsed and checked. Refuses unknown options, options of another command, values that are none,
 * and combinations that contradict each other, each with what to do instead.
 *
 * @module
 */
import { parseArgs } from "node:util";
import type { WrittenFields } from "../config/key_decoders.ts";
import { parseAllowedHost } from "../config/names.ts";
import { suggestion } from "../config/suggestion.ts";
import { LOG_FORMATS, type LogFormat } from "../config/top_keys.ts";
import { ValueError } from "../config/values.ts";
import { HeaderOptions } from "./header_options.ts";
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
  /** The one behind it, where the command takes two. */
  readonly secondOperand: string | undefined;
  readonly config: string | undefined;
  readonly port: number | undefined;
  readonly host: string | undefined;
  readonly workers: number | "auto" | undefined;
  readonly logFormat: LogFormat | undefined;
  /** As allowed_hosts in the file. */
  readonly allowedHosts: readonly string[];
  /** As add_header in the file: those of --header and --isolate. */
  readonly headers: WrittenFields;
  /** Of a request that is to be explained: lines, as they are sent. */
  readonly requestFields: readonly string[];
  /** Of a request: its own, or that of requests that are listed. */
  readonly method: string | undefined;
  /** The one user whose password is asked for. */
  readonly user: string | undefined;
  readonly switches: ReadonlySet<string>;
  /** The words behind `--`: a command that runs beside the server. */
  readonly beside: readonly string[] | undefined;
  /** Where the first port is to be written. */
  readonly portFile: string | undefined;
  /** What is to be run when files have changed. */
  readonly onChange: string | undefined;
  /** Of an app: what it is to be called. */
  readonly name: string | undefined;
  /** The address of an inspector. */
  readonly admin: string | undefined;
  /** Which requests are to be shown, by the names of the options; that of the host is `host`. */
  readonly filters: readonly (readonly [name: string, value: string])[];
}

const SWITCHES = OPTIONS.filter(({ value }) => value === undefined).map(({ name }) => name);

/** The table of options in the form that node:util takes. */
const PARSED_OPTIONS = Object.fromEntries(OPTIONS.map(({ name, short, value }) => {
  const type = value === undefined ? "boolean" as const : "string" as const;
  return [name, short === undefined ? { type } : { type, short }];
}));

/** @throws {UsageError} */
export function parseCommandLine(args: readonly string[]): CommandLine {
  // Not strict, because the refusals of node:util do not say what to do instead.
  const { tokens } = parseArgs({
    args: args.map(longSpelling),
    options: PARSED_OPTIONS,
    strict: false,
    tokens: true,
  });
  const terminator = tokens.find(({ kind }) => kind === "option-terminator")?.index ?? args.length;
  // Where "--" comes first, no word behind it is a command.
  const first = tokens.find(({ kind }) => kind !== "option");
  const explicit = first !== undefined && COMMANDS.some(({ name }) => name === args[first.index]);
  const command = explicit ? args[first.index] as CommandName : "serve";
  const beside = besideWords(command, args, terminator);
  const operands = tokens
    .filter(({ kind, index }) => kind === "positional" && (beside === undefined || index < terminator))
    .map(({ index }) => args[index]!)
    .slice(explicit ? 1 : 0);
  const given = new Map<string, string | undefined>();
  const allowedHosts: string[] = [];
  const headers = new HeaderOptions();
  const requestFields: string[] = [];
  for (const token of tokens.filter((token) => token.kind === "option")) {
    const named = OPTIONS.filter(({ name }) => name === token.name);
    // One name may mean different things to different commands.
    const option = named.find(({ commands }) => commands.includes(command)) ?? named[0];
    if (option === undefined) throw unknownOption(args[token.index]!);
    if (!option.commands.includes(command)) {
      throw new UsageError(`--${option.name} is no option of "${command}"`);
    }
    const value = optionValue(option, token.value, token.inlineValue === true);
    if (option.name === "allow-host") {
      allowedHosts.push(refusing("--allow-host", () => parseAllowedHost(value!)));
    } else if (option.name !== "header") given.set(option.name, value);
    else if (command === "explain") requestFields.push(value!);
    else refusing("--header", () => headers.add(value!));
  }
  const { operand: operandName, mostOperands = 1 } = COMMANDS.find(({ name }) => name === command)!;
  if (given.has("isolate")) refusing("--isolate", () => headers.isolate());
  if (given.has("cors")) refusing("--cors", () => headers.checkCors());
  if (operands[0] === "") throw emptyOperand(command);
  if (operands.length > (operandName === undefined ? 0 : mostOperands)) {
    throw new UsageError(`unexpected argument "${operands.at(-1)}": see webserv ${command} --help`);
  }
  const line: CommandLine = {
    command,
    explicit,
    operand: operands[0],
    secondOperand: operands[1],
    config: given.get("config"),
    port: portValue(given.get("port")),
    host: given.get("host")?.replace(/^\[(.*)\]$/, "$1"),
    workers: workersValue(given.get("workers")),
    logFormat: logFormatValue(given.get("log-format")),
    allowedHosts,
    headers: headers.fields,
    requestFields,
    method: given.get("method"),
    user: given.get("user"),
    switches: new Set(SWITCHES.filter((name) => given.has(name))),
    beside,
    portFile: given.get("port-file"),
    onChange: given.get("on-change"),
    name: given.get("name"),
    admin: given.get("admin"),
    filters: ["status", "method", "path", "since"].flatMap((name) => {
      const value = given.get(name);
      return value === undefined ? [] : [[name, value] as const];
    }),
  };
  if (line.config !== undefined && line.operand !== undefined && command === "serve") {
    throw new UsageError(`either a folder ("${line.operand}") or --config, not both`);
  }
  checkSharing(line);
  return line;
}

/** @throws {UsageError} */
function checkSharing({ user, host, switches }: CommandLine): void {
  const lan = switches.has("lan");
  if (switches.has("public") && !lan) throw new UsageError("--public is for --lan: it takes its login away");
  if (switches.has("public") && user !== undefined) {
    throw new UsageError("--public is without a login, and --user asks for one: leave one of them out");
  }
  if (lan && host !== undefined) {
    throw new UsageError(
      "--lan listens on every interface: leave out --host, or write --user NAME in the place of --lan",
    );
  }
}

/**
 * What stands behind `--`, where that is a command of its own; undefined where there is none, or the words are operands.
 *
 * @throws {UsageError}
 */
function besideWords(name: CommandName, args: readonly string[], terminator: number): string[] | undefined {
  const { program } = COMMANDS.find((command) => command.name === name)!;
  if (program === undefined) return undefined;
  if (terminator === args.length) {
    if (name === "serve") return undefined;
    throw new UsageError(`webserv ${name} needs a command behind "--": ${program.example}`);
  }
  const words = args.slice(terminator + 1);
  if (!words[0]) {
    throw new UsageError(`"--" needs a command behind it: ${program.example} (a folder is named before it)`);
  }
  return words;
}

/** The options that were given and describe a folder. */
export function folderOptions({ switches, headers, user }: CommandLine): string[] {
  const isGiven = (name: string) =>
    name === "header" ? headers.length > 0 : name === "user" ? user !== undefined : switches.has(name);
  return OPTIONS.filter(({ name, folderOnly }) => folderOnly && isGiven(name)).map(({ name }) => `--${name}`);
}

/** `-p=80` as `--port=80`: node:util would take the equals sign for part of the value, or for one more letter. */
function longSpelling(argument: string): string {
  const option = OPTIONS.find(({ short }) => short !== undefined && argument.startsWith(`-${short}=`));
  return option === undefined ? argument : `--${option.name}${argument.slice(2)}`;
}

/** What was given with an option; undefined for a switch. @throws {UsageError} */
function optionValue(option: Option, text: string | undefined, inline: boolean): string | undefined {
  if (option.value === undefined) {
    if (text !== undefined) throw new UsageError(`--${option.name} takes no value`);
    return undefined;
  }
  // A next word that looks like an option is one; a lone "-" does not.
  const missing = !text || (!inline && /^-./s.test(text));
  if (missing) throw new UsageError(`--${option.name} needs a value: --${option.name} ${option.value}`);
  return text;
}

function portValue(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return parsePort(text, "--port");
}

/** A port as people write it. @param where what says it, for the message @throws {UsageError} */
export function parsePort(text: string, where: string): number {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : NaN;
  if (!(port <= 65535)) throw new UsageError(`${where} must be a number from 0 to 65535, not "${text}"`);
  return port;
}

/** What a value of the configuration says is wrong, as the option's. @throws {UsageError} */
function refusing<T>(option: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw error instanceof ValueError ? new UsageError(`${option}: ${error.message}`) : error;
  }
}

/** Often a variable of a shell that is not set; taken for the current folder it would show what nobody meant to. */
function emptyOperand(command: CommandName): UsageError {
  return new UsageError(
    command === "serve" || command === "app" || command === "init"
      ? '"" is no folder: write "." for the current one'
      : `"" is nothing: see webserv ${command} --help`,
  );
}

function workersValue(text: string | undefined): number | "auto" | undefined {
  if (text === undefined || text === "auto") return text;
  const workers = /^[0-9]{1,2}$/.test(text) ? Number(text) : NaN;
  if (!(workers >= 1 && workers <= 64)) {
    throw new UsageError(`--workers must be a number from 1 to 64 or "auto", not "${text}"`);
  }
  return workers;
}

function logFormatValue(text: string | undefined): LogFormat | undefined {
  const format = LOG_FORMATS.find((format) => format === text);
  if (text === format) return format;
  const [last, ...others] = LOG_FORMATS.toReversed();
  throw new UsageError(`--log-format must be ${others.toReversed().join(", ")} or ${last}, not "${text}"`);
}

function unknownOption(argument: string): UsageError {
  const word = argument.replace(/=.*$/s, "");
  const hint = suggestion(word, OPTIONS.map(({ name }) => `--${name}`)) || ": see webserv --help";
  return new UsageError(`unknown option "${word}"${hint}`);
}
