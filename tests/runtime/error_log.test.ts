import { assertEquals } from "@std/assert";
import { errorLogTo } from "../../lib/runtime/error_log.ts";

Deno.test("errorLogTo() writes each line with the time and its level, and a program's with its name", () => {
  const lines: string[] = [];
  const log = errorLogTo({ line: (text) => lines.push(text) }, () => `at ${lines.length}`);
  log.error("a");
  log.error("b", "1a2b");
  log.warning("c");
  log.notice("d");
  log.program("/e.py", "warning: f");
  assertEquals(lines, [
    "at 0 error: a",
    "at 1 error 1a2b: b",
    "at 2 warning: c",
    "at 3 notice: d",
    "at 4 /e.py: warning: f",
  ]);
});
