/**
 * The help text, made from the option table.
 *
 * @module
 */
import { type CommandName, COMMANDS, type Option, OPTIONS } from "./options.ts";

/** The help for one command, or for the whole program. */
export function helpText(command: CommandName | undefined): string {
  const commands = command === undefined ? COMMANDS : COMMANDS.filter(({ name }) => name === command);
  const options = OPTIONS.filter((option) => option.commands.includes(command ?? "serve"));
  return [
    ...(command === undefined ? ["webserv: a web server for a developer's machine", ""] : []),
    "Usage:",
    ...columns(commands.map(({ name, operand, summary }) => [usage(name, operand), summary])),
    "",
    "Options:",
    ...columns(options.map((option) => [optionText(option), describe(option)])),
    "",
    ...(command === undefined ? ["webserv COMMAND --help shows the options of one command.", ""] : []),
  ].join("\n");
}

function usage(name: CommandName, operand: string | undefined): string {
  const word = name === "serve" ? "webserv [serve]" : `webserv ${name}`;
  return [word, "[options]", ...(operand === undefined ? [] : [operand])].join(" ");
}

function optionText({ name, short, value }: Option): string {
  const long = value === undefined ? `--${name}` : `--${name} ${value}`;
  return short === undefined ? `    ${long}` : `-${short}, ${long}`;
}

function describe({ help, fallback }: Option): string {
  return fallback === undefined ? help : `${help} [${fallback}]`;
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
