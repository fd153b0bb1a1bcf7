import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { configHelpText, helpText } from "../../lib/cli/help.ts";
import { keyEntries, plainMeaning } from "../../lib/config/key_list.ts";
import { EXAMPLES } from "../../lib/cli/examples.ts";
import { COMMANDS, OPTIONS } from "../../lib/cli/options.ts";

Deno.test("the help names every command and every option of serve", () => {
  const help = helpText(undefined);
  const words = help.replaceAll(/\s+/g, " ");
  for (const { name, summary } of COMMANDS) {
    assertMatch(help, new RegExp(`^  webserv \\[?${name}\\]? `, "m"));
    assertStringIncludes(words, summary);
  }
  for (const { name, help: text } of OPTIONS) {
    assertMatch(help, new RegExp(`^  (-\\w, |    )--${name}\\b`, "m"));
    assertStringIncludes(words, text);
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
      "[8080 (8443 with --https), or",
      "[./webserv.yaml if present]",
      "-c, --config FILE",
      "-p, --port N",
      "--host ADDR",
    ]
  ) assertStringIncludes(help, text);
  for (const [line, meaning] of EXAMPLES) {
    assertStringIncludes(help, `\n  ${line}\n`);
    assertStringIncludes(help.replaceAll(/\s+/g, " "), meaning);
  }
  assert(help.endsWith("\n"));
  for (const { name } of COMMANDS) assert(helpText(name).endsWith("\n"), name);
});

Deno.test("the help keeps to the terminal's width, be it narrow or wide", () => {
  for (const width of [40, 80, 100]) {
    const texts = [helpText(undefined, width), configHelpText(width)];
    for (const { name } of COMMANDS) texts.push(helpText(name, width));
    const fixed = new Set(EXAMPLES.map(([line]) => `  ${line}`));
    for (const line of texts.flatMap((text) => text.split("\n"))) {
      // What is to be typed is not broken, nor is the left column.
      assert(line.length <= width || fixed.has(line) || /^ {2}(webserv|-)/.test(line), `${width}: ${line}`);
      assertEquals(line, line.trimEnd());
    }
  }
});

Deno.test("the help of the configuration has every key with its place, its meaning and its default", () => {
  const help = configHelpText();
  const words = help.replaceAll(/\s+/g, " ");
  for (const { word, meaning, defaultText } of keyEntries()) {
    assertMatch(help, new RegExp(`^  ${word}  `, "m"));
    assertStringIncludes(words, `${plainMeaning(meaning)}${defaultText === "" ? "" : ` [${defaultText}]`}`);
  }
  for (const place of ["At the top of the file", "In timeouts", "In a location only"]) {
    assertMatch(help, new RegExp(`^${place}:$`, "m"));
  }
});
