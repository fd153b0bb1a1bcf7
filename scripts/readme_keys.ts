/**
 * Writes the table of keys in README.md, which is made from the tables in lib/config:
 * `deno run -A scripts/readme_keys.ts`. A test fails where the two have come apart.
 *
 * @module
 */
import { keyEntries, type KeySection } from "../lib/config/key_list.ts";

/** README.md of this project. */
export const README = new URL("../README.md", import.meta.url);

const BEGIN = "<!-- keys: scripts/readme_keys.ts makes this table from lib/config -->\n";
const END = "<!-- end of keys -->\n";

interface Row {
  readonly names: readonly string[];
  readonly where: string;
  readonly meaning: string;
  readonly defaults: readonly string[];
}

/** The table of all keys as Markdown. Neighbours with the same meaning share a line. */
export function keyTable(): string {
  const rows: Row[] = [];
  for (const row of allRows()) {
    const last = rows.at(-1);
    if (last?.meaning !== row.meaning || last.where !== row.where) rows.push(row);
    else {
      rows[rows.length - 1] = {
        ...last,
        names: [...last.names, ...row.names],
        defaults: [...last.defaults, ...row.defaults],
      };
    }
  }
  const cells = rows.map(({ names, where, meaning, defaults }) => [
    names.map((name) => `\`${name}\``).join(", "),
    where,
    meaning,
    defaults.join(", "),
  ]);
  return [["key", "where", "meaning", "default"], ["---", "---", "---", "---"], ...cells].map(line).join("");
}

const WHERE: Readonly<Record<KeySection, string>> = {
  top: "top",
  timeouts: "top",
  limits: "top",
  server: "server",
  shared: "server, location",
  location: "location",
};

function allRows(): Row[] {
  return keyEntries().map(({ name, section, meaning, defaultText }) => ({
    names: [name],
    where: WHERE[section],
    meaning,
    defaults: [defaultText],
  }));
}

function line(cells: readonly string[]): string {
  return `|${cells.map((cell) => cell === "" ? " |" : ` ${cell} |`).join("")}\n`;
}

/** A README with the table of keys as it has to be. @throws if it has no place for it */
export function withKeyTable(readme: string): string {
  const begin = readme.indexOf(BEGIN);
  const end = readme.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`README.md has no lines ${BEGIN}and ${END}`);
  return `${readme.slice(0, begin)}${BEGIN}\n${keyTable()}\n${readme.slice(end)}`;
}

if (import.meta.main) {
  await Deno.writeTextFile(README, withKeyTable(await Deno.readTextFile(README)));
}
