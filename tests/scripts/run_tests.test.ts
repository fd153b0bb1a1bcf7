import { assertEquals } from "@std/assert";
import { MarkRows } from "../../scripts/run_tests/mark_rows.ts";
import { ignoredTests } from "../../scripts/run_tests/report.ts";

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
