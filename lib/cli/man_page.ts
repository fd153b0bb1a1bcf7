/**
 * The manual, in the macros of man(7), made from the table of commands and options. What the table does not have
 * (files, signals, exit statuses, examples) stands here.
 *
 * @module
 */
import { KEY_SECTIONS, type KeyEntry, plainMeaning } from "../config/key_list.ts";
import { type Example, EXAMPLES } from "./examples.ts";
import { type Command, COMMANDS, type Option, OPTIONS } from "./options.ts";

const DESCRIPTION = [
  "is a web server for your own machine: it delivers pages, pictures and video from a folder or from a configuration in nginx's words, stores what is uploaded, and runs CGI programs.",
  "It listens on 127.0.0.1 unless told otherwise, follows no link out of its folders, and shows no hidden file. Its worker threads are allowed only what the configuration names.",
  "On start it prints one line for each address to standard error, once it accepts connections there.",
];

const OPTION_NOTE =
  "With a configuration file, --port, --host and --https replace its address where it has just one. The options that describe a folder (@) go into the file instead.";

const FILES: readonly (readonly [string, string])[] = [
  [
    "./webserv.yaml",
    "The configuration that is used where none is named. Relative paths in it start at its own folder.",
  ],
];

const VARIABLES: readonly (readonly [string, string])[] = [
  ["WEBSERV_URL", "Is set for COMMAND: the first address, as http://127.0.0.1:8080/."],
];

const SIGNALS: readonly (readonly [string, string])[] = [
  [
    "SIGINT, SIGTERM",
    "Stop accepting connections, let running requests finish for up to timeouts.shutdown, and exit. A second one exits at once. Beside a COMMAND they are passed on to all that it has started, and the server goes on until it ends; a second one kills it.",
  ],
  [
    "SIGHUP",
    "Load the configuration again, without refusing or cutting a connection. If anything is wrong with it, the old one stays. Log files that were moved away are opened again, as they are within a second without any signal. With --watch-config the configuration is loaded again when its file changes.",
  ],
];

const STATUSES: readonly (readonly [string, string])[] = [
  ["0", "Stopped as asked, or done."],
  ["1", "Failed: a port is taken, a file cannot be read."],
  ["2", "Wrong usage, or a wrong configuration."],
  [
    "that of COMMAND",
    "Where one is named. 128 and the signal's number where a signal ended it, 127 where it was not found, 126 where it cannot be run.",
  ],
];

/** What the examples of the help do not have. */
const MORE_EXAMPLES: readonly Example[] = [
  [
    "webserv completions bash > ~/.local/share/bash-completion/completions/webserv",
    "Complete words in bash.",
  ],
];

const CONFIGURATION =
  "The file is YAML, and its words are those of nginx. Relative paths start at its own folder; sizes are 512, 8k, 10M or 2G (0 is no limit), times 500ms, 10s, 2m, 1h or 1d. A location inherits what its server says.";

/** The manual of a version. The date is that of its last change, e.g. `2026-01-31`. */
export function manPage(version: string, date: string): string {
  const [first, ...rest] = DESCRIPTION;
  return [
    `.TH WEBSERV 1 ${date} "webserv ${version}" "User Commands"`,
    ".SH NAME",
    "webserv \\- a web server for a developer's machine",
    ".SH SYNOPSIS",
    ...COMMANDS.flatMap((command, index) => [...(index === 0 ? [] : [".br"]), synopsis(command)]),
    ".SH DESCRIPTION",
    ".B webserv",
    text(first!),
    ...rest.flatMap((paragraph) => [".PP", text(paragraph)]),
    ".SH COMMANDS",
    ...COMMANDS.flatMap(commandEntry),
    ".SH OPTIONS",
    text(OPTION_NOTE.replace("@", folderOnly().join(", "))),
    ...OPTIONS.flatMap(optionEntry),
    ".SH CONFIGURATION",
    text(CONFIGURATION),
    ...KEY_SECTIONS.flatMap(({ title, keys }) => [`.SS ${escape(title)}`, ...keys.flatMap(keyEntry)]),
    ".SH ENVIRONMENT",
    ...entries(VARIABLES, "B"),
    ".SH FILES",
    ...entries(FILES, "I"),
    ".SH SIGNALS",
    ...entries(SIGNALS, "B"),
    ".SH EXIT STATUS",
    ...entries(STATUSES, "B"),
    ".SH EXAMPLES",
    ...entries([...EXAMPLES, ...MORE_EXAMPLES], "B"),
    ".SH SEE ALSO",
    ".BR curl (1),",
    ".BR deno (1),",
    ".BR nginx (8)",
    "",
  ].join("\n");
}

function synopsis({ name, operand, program }: Command): string {
  const command = name === "serve" ? "[\\fBserve\\fR]" : `\\fB${escape(name)}\\fR`;
  const rest = [operand, program?.usage].filter((part) => part !== undefined).map(placeholder);
  return [`\\fBwebserv\\fR ${command} [\\fIoptions\\fR]`, ...rest].join(" ");
}

function commandEntry({ name, operand, program, summary, more }: Command): string[] {
  const rest = [operand, program?.usage].filter((part) => part !== undefined).map(placeholder);
  return [
    ".TP",
    [`\\fB${escape(name)}\\fR`, ...rest].join(" "),
    text(sentence(summary)),
    ...(more === undefined ? [] : [text(more)]),
  ];
}

function optionEntry({ name, short, value, help, more, fallback, commands }: Option): string[] {
  const spellings = [...(short === undefined ? [] : [`-${short}`]), `--${name}`].map((word) =>
    `\\fB${escape(word)}\\fR`
  );
  const tag = `${spellings.join(", ")}${value === undefined ? "" : ` ${placeholder(value)}`}`;
  const others = commands.filter((command) => command !== "serve");
  const isForAll = others.length === 0 || others.length === COMMANDS.length - 1;
  const where = isForAll
    ? []
    : [text(`${others.length < commands.length ? "Also for" : "For"} ${others.join(" and ")}.`)];
  return [
    ".TP",
    tag,
    text(sentence(help)),
    ...(more === undefined ? [] : [text(more)]),
    ...(fallback === undefined ? [] : [text(`Default: ${fallback}.`)]),
    ...where,
  ];
}

function keyEntry({ name, meaning, defaultText }: KeyEntry): string[] {
  return [
    ".TP",
    `\\fB${escape(name)}\\fR`,
    text(sentence(plainMeaning(meaning))),
    ...(defaultText === "" ? [] : [text(`Default: ${defaultText}.`)]),
  ];
}

function folderOnly(): string[] {
  return OPTIONS.filter((option) => option.folderOnly).map(({ name }) => `--${name}`);
}

function entries(rows: readonly (readonly [string, string])[], font: "B" | "I"): string[] {
  return rows.flatMap(([tag, meaning]) => [".TP", `\\f${font}${escape(tag)}\\fR`, text(meaning)]);
}

/** `[DIR]` with its name slanted. */
function placeholder(operand: string): string {
  return escape(operand).replace(/[A-Z]+/g, "\\fI$&\\fR");
}

function sentence(phrase: string): string {
  return `${phrase.charAt(0).toUpperCase()}${phrase.slice(1)}.`;
}

/** Running text: each sentence begins a line, as the macros want it, and no line is long or looks like a macro. */
function text(paragraph: string): string {
  return escape(paragraph).split(/(?<=[.:]) (?=[A-Z])/).flatMap(wrap).map((line) =>
    line.replace(/^(?=\.)/, "\\&")
  )
    .join("\n");
}

function wrap(line: string): string[] {
  return line.match(/.{1,76}(?= |$)|\S+/g)?.map((part) => part.trim()) ?? [];
}

/** Signs that groff would make typographic, or take for its own. */
function escape(words: string): string {
  return words.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll("~", "\\(ti").replaceAll(
    "'",
    "\\(aq",
  );
}
