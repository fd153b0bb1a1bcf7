import { assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { MarkRows } from "../../scripts/run_tests/mark_rows.ts";
import { ignoredTests } from "../../scripts/run_tests/report.ts";
import { temporaryFolder } from "../support/launch.ts";

/** What is written for a text that comes in pieces of one size. */
function rowsOf(text: string, size: number): string {
  let written = "";
  const rows = new MarkRows((text) => written += text);
  for (let at = 0; at < text.length; at += size) rows.add(text.slice(at, at + size));
  rows.end();
  return written;
}

Deno.test("marks stand in rows of 80, and all else as it came", () => {
  const cases: [text: string, written: string][] = [
    ["", ""],
    [".\n", ".\n"],
    [".\n,\n!\n", ".,!\n"],
    ["\x1b[0m\x1b[38;5;245m.\x1b[0m\n\x1b[0m\x1b[1m\x1b[31m!\x1b[0m\n", ".!\n"],
    [".\n".repeat(80), `${".".repeat(80)}\n`],
    [".\n".repeat(81), `${".".repeat(80)}\n.\n`],
    [".\nsaid by a test\n.\n", ".\nsaid by a test\n.\n"],
    ["..\n...\n.\n", "..\n...\n.\n"],
    [".\n\nok | 1 passed | 0 failed (2s)\n\n", ".\n\nok | 1 passed | 0 failed (2s)\n\n"],
    ["\x1b[31mred\x1b[0m\n", "\x1b[31mred\x1b[0m\n"],
    ["no end of line", "no end of line\n"],
  ];
  for (const [text, written] of cases) {
    for (const size of [1, 3, 1000]) assertEquals(rowsOf(text, size), written);
  }
});

Deno.test("tests that were not run are named", () => {
  const report = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="deno test" tests="4" failures="1" errors="0" time="0.146">
    <testsuite name="./a.test.ts" tests="4" disabled="1" errors="0" failures="1">
        <testcase name="fine" classname="./a.test.ts" time="0.001" line="1" col="6">
        </testcase>
        <testcase name="&quot;a&quot; &amp;lt; b &#233;" classname="./a.test.ts" time="0.000" line="2" col="6">
            <skipped/>
        </testcase>
        <testcase name="bad" classname="./a.test.ts" time="0.002" line="3" col="6">
            <failure message="m">&lt;testcase name=&quot;x&quot;&gt; &lt;skipped/&gt;</failure>
        </testcase>
    </testsuite>
</testsuites>`;
  assertEquals(ignoredTests(report), ['"a" &lt; b é']);
  assertEquals(ignoredTests(""), []);
});

/** Tests of which each could print more than its mark. */
const TESTS = `
const gone = (url) => new Promise((resolve) => {
  new Worker(url, { type: "module" }).onerror = (event) => { event.preventDefault(); resolve(); };
});
Deno.test("passes", () => {});
Deno.test("not here", { ignore: true }, () => {});
Deno.test("dies", () => gone("data:text/javascript,throw new Error('on purpose')"));
Deno.test("is missing", () => gone(new URL("./missing.ts", import.meta.url)));
`;

/** What is printed for a file of tests. */
async function outputFor(source: string): Promise<{ code: number; stdout: string; stderr: string }> {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "a.test.ts");
  await Deno.writeTextFile(file, source);
  const { DENO_LOG: _, ...env } = Deno.env.toObject();
  const root = fromFileUrl(new URL("../../", import.meta.url));
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "scripts/run_tests.ts", file],
    cwd: root,
    clearEnv: true,
    env: { ...env, NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout).replace(/\([\d.]+m?s\)/, "(1s)"), stderr: text.decode(stderr) };
}

Deno.test("a run that passes prints its marks, the summary and what was not run", async () => {
  const stdout = ".,..\n\nok | 3 passed | 0 failed | 1 ignored (1s)\n\nnot run here: not here\n";
  assertEquals(await outputFor(TESTS), { code: 0, stdout, stderr: "" });
});

Deno.test("a run that fails ends with what has failed and why, and the exit status", async () => {
  const { code, stdout } = await outputFor(
    `${TESTS} Deno.test("is wrong", () => { throw new Error("why"); });`,
  );
  assertEquals(code, 1);
  for (
    const part of [".,..!\n", "is wrong => ", "error: Error: why", "FAILED | 3 passed | 1 failed | 1 ignored"]
  ) {
    assertStringIncludes(stdout, part);
  }
});
