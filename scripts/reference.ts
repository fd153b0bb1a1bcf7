/**
 * Writes docs/reference.md, every command, option and key in one page, from the tables that the program itself uses:
 * `deno run -A scripts/reference.ts`. A test fails where the two have come apart.
 *
 * @module
 */
import { KEY_SECTIONS, type KeyEntry } from "../lib/config/key_list.ts";
import { type Command, COMMANDS, type Option, OPTIONS } from "../lib/cli/options.ts";

/** docs/reference.md of this project. */
export const REFERENCE = new URL("../docs/reference.md", import.meta.url);

const HEAD = `# Reference

Every command, every option, and every key of \`webserv.yaml\`. \`webserv help\`, \`webserv help COMMAND\` and \`webserv help config\` say the same in a terminal. What they are good for stands in the [pages about tasks](../README.md#what-is-in-it).

<!-- Made from the tables of the program by scripts/reference.ts: change lib/cli/options.ts or lib/config, not this page. -->
`;

const EXITS = `## Exit status

| status | when |
| --- | --- |
| 0 | stopped as asked, or done |
| 1 | failed while running: port taken, file unreadable |
| 2 | wrong usage or configuration |

Beside a COMMAND behind \`--\` it is that of the command: 128 and the number of a signal that ended it, 127 where it was not found, 126 where it cannot be run.
`;

const SIGNALS = `## Signals

| signal | what happens |
| --- | --- |
| SIGINT, SIGTERM | no new connections; running requests have up to \`timeouts.shutdown\`; a second one exits at once |
| SIGHUP | the configuration is loaded again, without a refused or cut connection; if it has errors, they are logged and the old one stays; log files are opened again. A server that was started without a file takes up none |
`;

/** The whole page. */
export function reference(): string {
  return [
    HEAD,
    "## Commands\n",
    "With a configuration, `--port`, `--host` and `--https` replace its address where it has just one; what describes a folder goes into the file instead.\n",
    ...COMMANDS.map(commandText),
    EXITS,
    SIGNALS,
    "## Keys of webserv.yaml\n",
    "A location inherits from its server; `error_page`, `add_header` and `cgi_env` are merged, everything else is replaced. Sizes are `512`, `8k`, `10M`, `2G` (0 = no limit), times `500ms`, `10s`, `2m`. How a file is put together stands in [configuration](configuration.md).\n",
    ...KEY_SECTIONS.map(({ title, keys }) => `### ${title}\n\n${keyTable(keys)}`),
  ].join("\n");
}

function commandText(command: Command): string {
  const { name, operand, program, summary, more } = command;
  const usage = ["webserv", name, "[OPTIONS]", operand, program?.usage].filter((word) => word !== undefined);
  const example = program === undefined ? [] : [`Example: \`${program.example}\`.`];
  const words = [`${sentence(summary)}${more === undefined ? "" : ` ${more}`}`, ...example].join(" ");
  const options = OPTIONS.filter(({ commands }) => commands.includes(name));
  return `### webserv ${name}\n\n\`\`\`\n${usage.join(" ")}\n\`\`\`\n\n${cell(words)}\n\n${
    optionTable(options)
  }`;
}

function optionTable(options: readonly Option[]): string {
  const rows = options.map(({ name, short, value, help, more, fallback, folderOnly }) => [
    [short === undefined ? [] : [`\`-${short}\``], `\`--${name}${value === undefined ? "" : ` ${value}`}\``]
      .flat()
      .join(", "),
    cell(
      [sentence(help), more ?? [], folderOnly ? "Not with a configuration." : []].flat().join(" "),
    ),
    fallback === undefined ? "" : cell(fallback),
  ]);
  return table([["option", "meaning", "default"], ...rows]);
}

function keyTable(keys: readonly KeyEntry[]): string {
  const rows = keys.map(({ name, meaning, defaultText, example }) => [
    `\`${name}\``,
    meaning,
    defaultText,
    codeCell(example),
  ]);
  return table([["key", "meaning", "default", "example"], ...rows]);
}

/** Rows as Markdown, the first as the table's head. */
function table([head, ...rows]: readonly string[][]): string {
  const line = (cells: readonly string[]) =>
    `|${cells.map((each) => each === "" ? " |" : ` ${each} |`).join("")}\n`;
  return [head!, head!.map(() => "---"), ...rows].map(line).join("");
}

function sentence(text: string): string {
  return `${text}${/[.?!]$/.test(text) ? "" : "."}`;
}

/** Plain text, in which Markdown would see nothing else. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("*", "\\*").replaceAll("<", "&lt;");
}

function codeCell(text: string): string {
  return text === "" ? "" : `\`${text.replaceAll("|", "\\|")}\``;
}

if (import.meta.main) await Deno.writeTextFile(REFERENCE, reference());
