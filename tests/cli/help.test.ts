import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { helpText } from "../../lib/cli/help.ts";
import { COMMANDS, OPTIONS } from "../../lib/cli/options.ts";

Deno.test("the help names every command and every option of serve", () => {
  const help = helpText(undefined);
  for (const { name, summary } of COMMANDS) {
    assertMatch(help, new RegExp(`^  webserv \\[?${name}\\]? `, "m"));
    assertStringIncludes(help, summary);
  }
  for (const { name, help: text } of OPTIONS) {
    assertMatch(help, new RegExp(`^  (-\\w, |    )--${name}\\b`, "m"));
    assertStringIncludes(help, text);
  }
});

Deno.test("the help of a command has its own options and no others", () => {
  for (const { name } of COMMANDS) {
    const help = helpText(name);
    const listed = [...help.matchAll(/^ {2}(?:-\w, | {4})--([a-z-]+)/gm)].map((match) => match[1]);
    const own = OPTIONS.filter(({ commands }) => commands.includes(name)).map((option) => option.name);
    assertEquals(listed, own, name);
    assert(listed.includes("help"));
  }
});

Deno.test("the help tells the defaults, and fits a terminal", () => {
  const help = helpText(undefined);
  for (
    const text of [
      "[127.0.0.1]",
      "[8080, or the next free one]",
      "[./webserv.yaml if present]",
      "-c, --config FILE",
      "-p, --port N",
      "--host ADDR",
    ]
  ) assertStringIncludes(help, text);
  for (const line of help.split("\n")) assert(line.length <= 110, line);
  assert(help.endsWith("\n"));
  for (const { name } of COMMANDS) assert(helpText(name).endsWith("\n"), name);
});
