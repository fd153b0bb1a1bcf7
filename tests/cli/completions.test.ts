import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { parseCommandLine, UsageError } from "../../lib/cli/command_line.ts";
import { completions } from "../../lib/cli/completions.ts";
import { bashScript } from "../../lib/cli/completions_bash.ts";
import { fishScript } from "../../lib/cli/completions_fish.ts";
import { zshScript } from "../../lib/cli/completions_zsh.ts";
import { COMMANDS, OPTIONS, SHELLS } from "../../lib/cli/options.ts";
import { temporaryFolder } from "../support/launch.ts";
import { runProgram, writeFiles } from "../support/server.ts";
import { hasShell, offers, type Shell, syntaxFaults } from "../support/shells.ts";

const SCRIPTS: Readonly<Record<Shell, string>> = { bash: bashScript(), zsh: zshScript(), fish: fishScript() };

const names = COMMANDS.map(({ name }) => name);

/** Both spellings of a command's options. */
function optionsOf(command: string): string[] {
  return OPTIONS.filter(({ commands }) => commands.some((name) => name === command)).flatMap((
    { name, short },
  ) => short === undefined ? [`--${name}`] : [`--${name}`, `-${short}`]);
}

/** What stands on the line, and what is offered for its last word. */
const CASES: readonly (readonly [words: string, offered: readonly string[]])[] = [
  ["", [...names, "my site", "other.yaml", "public"]],
  ["serve o", ["other.yaml"]],
  ["help c", ["check", "completions", "config"]],
  ["init --f", ["--full"]],
  ["ch", ["check"]],
  ["p", ["passwd", "permissions", "public"]],
  ["check p", []],
  ["serve p", ["public"]],
  ["serve public ", []],
  ["public p", []],
  ["init ", ["my site", "public"]],
  ["completions ", ["bash", "fish", "zsh"]],
  ["completions z", ["zsh"]],
  ["completions zsh b", []],
  ["-p 80 --spa p", ["passwd", "permissions", "public"]],
  ["--config x ch", ["check"]],
  ["-c ", ["my site", "other.yaml", "public"]],
  ["check -c o", ["other.yaml"]],
  ["--config=o", ["other.yaml"]],
  ["--workers ", ["auto"]],
  ["--workers=", ["auto"]],
  ["--port ", []],
  ["--host ", []],
  ["--co", ["--config", "--cors"]],
  ["check --co", ["--config", "--connect"]],
  ["completions --c", []],
  ["-- cat o", ["other.yaml"]],
  ["public -- cat o", ["other.yaml"]],
  ["-- setsi", ["setsid"]],
  ["app --na", ["--name"]],
  ["app p", ["public"]],
  ["app public -- cat o", ["other.yaml"]],
];

for (const shell of SHELLS) {
  const ignore = !hasShell(shell);
  const reason = ignore ? ` (${shell} is not installed)` : "";

  Deno.test({ name: `${shell} finds no fault in its completion script${reason}`, ignore }, async () => {
    assertEquals(await syntaxFaults(shell, SCRIPTS[shell]), "");
  });

  for (const [line, offered] of CASES) {
    Deno.test({ name: `${shell} offers what fits behind "webserv ${line}"${reason}`, ignore }, async () => {
      await using folder = await temporaryFolder();
      await writeFiles(folder.path, { "my site/x": "", "public/x": "", "other.yaml": "" });
      const given = await offers(shell, SCRIPTS[shell], ["webserv", ...line.split(" ")], folder.path);
      // Where nothing fits, zsh shows the options.
      const fitting = given.filter((offer) => /(^| )-+[^ =]+$/.test(line) || !offer.startsWith("-"));
      assertEquals(fitting, [...offered].sort());
    });
  }

  Deno.test(
    { name: `${shell} offers the options of each command and no others${reason}`, ignore },
    async () => {
      await using folder = await temporaryFolder();
      for (const name of names) {
        const given = await offers(shell, SCRIPTS[shell], ["webserv", name, "-"], folder.path);
        assertEquals(given, optionsOf(name).sort(), name);
      }
      const given = await offers(shell, SCRIPTS[shell], ["webserv", "-"], folder.path);
      assertEquals(given, optionsOf("serve").sort());
    },
  );
}

Deno.test(
  { name: "bash has the function bound to the program's name", ignore: !hasShell("bash") },
  async () => {
    const { stdout } = await new Deno.Command("bash", {
      args: ["--norc", "-c", `eval "$1"; complete -p webserv`, "bash", SCRIPTS.bash],
    }).output();
    assertEquals(new TextDecoder().decode(stdout), "complete -F _webserv webserv\n");
  },
);

Deno.test("completions prints the script of the shell that is named, and nothing else", async () => {
  for (const shell of SHELLS) {
    assertEquals(await runProgram(["completions", shell]), { code: 0, stdout: SCRIPTS[shell], stderr: "" });
    assertStringIncludes(SCRIPTS[shell], `webserv completions ${shell}`, "how to load it");
  }
});

Deno.test("completions for no shell or an unknown one is wrong usage", async () => {
  const cases: [string[], string][] = [
    [["completions"], "no shell is named: name bash, zsh or fish"],
    [["completions", "tcsh"], 'there are no completions for "tcsh": name bash, zsh or fish'],
    [["completions", "BASH"], 'there are no completions for "BASH": name bash, zsh or fish'],
  ];
  for (const [args, message] of cases) {
    assertEquals(assertThrows(() => completions(parseCommandLine(args)), UsageError).message, message);
  }
  const [args, message] = cases[1]!;
  assertEquals(await runProgram(args), { code: 2, stdout: "", stderr: `webserv: ${message}\n` });
});

Deno.test("no text of the table breaks a script's quotes", () => {
  for (
    const { summary, help } of [...COMMANDS, ...OPTIONS].map((row) => ({ summary: "", help: "", ...row }))
  ) {
    const text = summary || help;
    assert(text !== "" && !/[\n\t$`"]/.test(text), text);
  }
});
