/**
 * The help texts, made from the tables of commands, options and keys.
 *
 * @module
 */
import { KEY_SECTIONS, plainMeaning } from "../config/key_list.ts";
import { suggestion } from "../config/suggestion.ts";
import { type CommandLine, UsageError } from "./command_line.ts";
import { outputWidth, print } from "./console.ts";
import { EXAMPLES } from "./examples.ts";
import { type Command, type CommandName, COMMANDS, CONFIG_TOPIC, type Option, OPTIONS } from "./options.ts";

/** Columns of a line, where there is no terminal to ask. */
const WIDTH = 80;

/** What stands on the left is at most so wide for a meaning to stand beside it. */
const LEFT = 31;

/** The narrowest column that a meaning is set in beside what it is of. */
const RIGHT = 30;

/**
 * `webserv help [COMMAND]`.
 *
 * @throws {UsageError} for what there is no help for
 */
export function help({ operand }: CommandLine): void {
  const command = COMMANDS.find(({ name }) => name === operand);
  if (operand === CONFIG_TOPIC) print(configHelpText(outputWidth()));
  else if (operand === undefined || command !== undefined) print(helpText(command?.name, outputWidth()));
  else {
    const topics = [...COMMANDS.map(({ name }) => name), CONFIG_TOPIC];
    const hint = suggestion(operand, topics) || `: name one of ${topics.join(", ")}`;
    throw new UsageError(`there is no help for "${operand}"${hint}`);
  }
}

/**
 * The help for one command, or for the whole program.
 *
 * @param width columns of the terminal
 */
export function helpText(command: CommandName | undefined, width = WIDTH): string {
  const commands = command === undefined ? COMMANDS : COMMANDS.filter(({ name }) => name === command);
  const options = OPTIONS.filter(({ commands }) => command === undefined || commands.includes(command));
  return [
    ...(command === undefined ? [...wrap("webserv: a web server for a developer's machine", width), ""] : []),
    "Usage:",
    ...entries(commands.map((command) => [usage(command), command.summary]), width),
    "",
    "Options:",
    ...entries(options.map((option) => [optionText(option), describe(option, command)]), width),
    "",
    ...(command === undefined || command === "serve" ? ["Examples:", ...examples(width), ""] : []),
    ...(command === undefined
      ? wrap("webserv help COMMAND shows one command, webserv help config every key of webserv.yaml.", width)
        .concat("")
      : []),
  ].join("\n");
}

/** Every key of webserv.yaml: where it stands, what it means, and what holds without it. */
export function configHelpText(width = WIDTH): string {
  const introduction = "Every key of webserv.yaml, and in brackets what holds without it. " +
    "webserv init --full writes a file that has them all. Any value may name variables of the environment: " +
    "${NAME}, or ${NAME:-default}.";
  return [
    ...wrap(introduction, width),
    ...KEY_SECTIONS.flatMap(({ title, keys }) => [
      "",
      ...wrap(`${title}:`, width),
      ...entries(
        keys.map(({ word, meaning, defaultText }) => [
          word,
          `${plainMeaning(meaning)}${defaultText === "" ? "" : ` [${defaultText}]`}`,
        ]),
        width,
      ),
    ]),
    "",
  ].join("\n");
}

function usage({ name, operand, program }: Command): string {
  const word = name === "serve" ? "webserv [serve]" : `webserv ${name}`;
  return [word, "[options]", operand, program?.usage].filter((part) => part !== undefined).join(" ");
}

function optionText({ name, short, value }: Option): string {
  const long = value === undefined ? `--${name}` : `--${name} ${value}`;
  return short === undefined ? `    ${long}` : `-${short}, ${long}`;
}

function describe({ help, fallback, commands }: Option, command: CommandName | undefined): string {
  const where = command !== undefined || commands.includes("serve") ? "" : `${commands.join(", ")}: `;
  return `${where}${help}${fallback === undefined ? "" : ` [${fallback}]`}`;
}

function examples(width: number): string[] {
  return EXAMPLES.flatMap(([line, meaning]) => [`  ${line}`, ...wrap(meaning, width, "      ")]);
}

/** Meanings in a column of their own, below what they are of where that is too wide or the terminal too narrow. */
function entries(rows: readonly (readonly [left: string, right: string])[], width: number): string[] {
  const widest = Math.max(...rows.map(([left]) => left.length).filter((length) => length <= LEFT), 0);
  const column = width - widest - 4 < RIGHT ? undefined : widest + 4;
  const indent = " ".repeat(column ?? 6);
  return rows.flatMap(([left, right]) => {
    const lines = wrap(right, width, indent);
    if (column === undefined || left.length + 4 > column) return [`  ${left}`, ...lines];
    return [`  ${left.padEnd(widest)}  ${lines[0]!.trimStart()}`, ...lines.slice(1)];
  });
}

/** The words on lines of a width; a word that is wider has one for itself. */
function wrap(text: string, width: number, indent = ""): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(" ")) {
    if (line !== indent && line.length + word.length + 1 > width) {
      lines.push(line);
      line = indent;
    }
    line += line === indent ? word : ` ${word}`;
  }
  return [...lines, line];
}
