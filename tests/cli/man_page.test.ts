import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { keyEntries, plainMeaning } from "../../lib/config/key_list.ts";
import { manPage } from "../../lib/cli/man_page.ts";
import { COMMANDS, OPTIONS } from "../../lib/cli/options.ts";
import { hasProgram } from "../support/demo.ts";
import { temporaryFolder } from "../support/launch.ts";

const PAGE = manPage("1.2.3", "2026-01-31");

/** Without escapes and fonts. */
const PLAIN = PAGE.replaceAll(/\\f[BIR]/g, "").replaceAll("\\-", "-").replaceAll("\\(aq", "'");

/** Runs a program that finds faults in the page. */
async function complaints(program: string, args: readonly string[]): Promise<string> {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "webserv.1");
  await Deno.writeTextFile(file, PAGE);
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args: [...args, file],
    env: { LC_ALL: "C.UTF-8", MANROFFSEQ: "" },
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  const complaint = text.decode(stderr) + (program === "mandoc" ? text.decode(stdout) : "");
  return code === 0 ? complaint : `status ${code}: ${complaint}`;
}

/** Tests that need a program which may be missing. */
function withProgram(program: string, args: readonly string[]): void {
  const ignore = !hasProgram(program);
  const reason = ignore ? ` (${program} is not installed)` : "";
  Deno.test(
    { name: `${program} ${args.join(" ")} finds no fault in the manual${reason}`, ignore },
    async () => {
      assertEquals(await complaints(program, args), "");
    },
  );
}

withProgram("groff", ["-man", "-Tutf8", "-ww"]);
withProgram("man", ["--warnings", "-l"]);
Deno.test({
  name: `mandoc -Tlint finds no fault in the manual${hasMandoc() ? "" : " (mandoc is not installed)"}`,
  ignore: !hasMandoc(),
}, async () => {
  assertEquals(await complaints("mandoc", ["-Tlint"]), "");
});

/** It knows no --version. */
function hasMandoc(): boolean {
  try {
    return new Deno.Command("mandoc", { stdin: "null", stdout: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

Deno.test("the manual has every section, in the usual order", () => {
  const sections = [...PAGE.matchAll(/^\.SH (.+)$/gm)].map((match) => match[1]);
  assertEquals(sections, [
    "NAME",
    "SYNOPSIS",
    "DESCRIPTION",
    "COMMANDS",
    "OPTIONS",
    "CONFIGURATION",
    "ENVIRONMENT",
    "FILES",
    "SIGNALS",
    "EXIT STATUS",
    "EXAMPLES",
    "SEE ALSO",
  ]);
  assert(PAGE.startsWith('.TH WEBSERV 1 2026-01-31 "webserv 1.2.3" "User Commands"\n'));
});

Deno.test("the manual tells every command, option, value and default of the table", () => {
  const words = PLAIN.replaceAll(/\n(?:\\&)?/g, " ");
  for (const { name, operand, program, summary, more = "" } of COMMANDS) {
    assertMatch(PLAIN, new RegExp(`^webserv \\[?${name}\\]? \\[options\\]`, "m"));
    const tag = [name, operand, program?.usage].filter((part) => part !== undefined).join(" ");
    assertStringIncludes(PLAIN, `.TP\n${tag}\n`);
    assertStringIncludes(words, summary.slice(1));
    assertStringIncludes(words, more);
  }
  for (const { name, short, value, help, more = "", fallback } of OPTIONS) {
    const tag = `${short === undefined ? "" : `-${short}, `}--${name}${
      value === undefined ? "" : ` ${value}`
    }`;
    assertStringIncludes(PLAIN, `.TP\n${tag}\n`);
    assertStringIncludes(words, help.slice(1));
    assertStringIncludes(words, more);
    if (fallback !== undefined) assertStringIncludes(words, `Default: ${fallback}.`);
  }
});

Deno.test("the manual tells every key of the configuration with its default", () => {
  const words = PLAIN.replaceAll(/\n(?:\\&)?/g, " ");
  for (const { name, meaning, defaultText } of keyEntries()) {
    assertStringIncludes(PLAIN, `.TP\n${name}\n`);
    assertStringIncludes(words, plainMeaning(meaning).slice(1));
    if (defaultText !== "") assertStringIncludes(words, `Default: ${defaultText}.`);
  }
});

Deno.test("no line of the manual is a macro by accident, and none is long", () => {
  for (const line of PAGE.split("\n")) {
    assert(!/^[.']/.test(line) || /^\.(?:TH|SH|SS|TP|PP|br|B|BR)\b/.test(line), line);
    assert(line.length <= 80 || line.startsWith(".") || line.startsWith("\\f"), line);
  }
});

Deno.test("scripts/man.ts writes the manual into the file that is named", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "new/webserv.1");
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", fromFileUrl(new URL("../../scripts/man.ts", import.meta.url)), file],
    stdin: "null",
    stdout: "null",
  }).output();
  assertEquals(code, 0);
  assertMatch(await Deno.readTextFile(file), /^\.TH WEBSERV 1 \d{4}-\d\d-\d\d "webserv \d+\.\d+\.\d+"/);
});
