import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { COMMANDS, OPTIONS } from "../../lib/cli/options.ts";
import { keyEntries } from "../../lib/config/key_list.ts";
import { REFERENCE, reference } from "../../scripts/reference.ts";

const written = Deno.readTextFileSync(REFERENCE);

Deno.test("docs/reference.md is what the program's own tables make", () => {
  assertEquals(written, reference(), "run: deno run -A scripts/reference.ts");
});

/** The rows of the table behind a heading. */
function rowsBehind(heading: string): string[] {
  const [, part] = written.split(`\n### ${heading}\n`);
  assert(part !== undefined, `no heading ${heading}`);
  return part.split(/\n##/)[0]!.split("\n").filter((line) => line.startsWith("| `"));
}

for (const { name } of COMMANDS) {
  Deno.test(`docs/reference.md has webserv ${name} with each of its options, and no other`, () => {
    const told = rowsBehind(`webserv ${name}`).map((row) => /`--([a-z-]+)/.exec(row)?.[1]);
    assertEquals(told, OPTIONS.filter(({ commands }) => commands.includes(name)).map(({ name }) => name));
  });
}

Deno.test("docs/reference.md has each key once, with what it means, its default and an example", () => {
  const keys = keyEntries();
  const section = written.split("\n## Keys of webserv.yaml\n")[1]!;
  const rows = section.split("\n").filter((line) => line.startsWith("| `"));
  assertEquals(rows.length, keys.length);
  // A key of a server and of all files at once (allowed_hosts) stands in both tables.
  for (const { name, meaning, example } of keys) {
    assertStringIncludes(section, `\n| \`${name}\` | ${meaning} |`);
    assert(example !== "", `${name} has no example`);
  }
  assertStringIncludes(
    section,
    "\n| `timeouts.keep_alive` | how long an idle connection is kept | 15s | `15s` |\n",
  );
});

Deno.test("every cell of docs/reference.md stands in its column", () => {
  const widths = written.split("\n").filter((line) => line.startsWith("|")).map((line) =>
    line.replaceAll("\\|", "").split("|").length
  );
  assertEquals([...new Set(widths)].sort(), [4, 5, 6]);
});
