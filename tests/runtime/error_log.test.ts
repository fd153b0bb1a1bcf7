import { assertEquals } from "@std/assert";
import { errorLogTo } from "../../lib/runtime/error_log.ts";

Deno.test("errorLogTo() writes each line with its level, and a program's with its name", () => {
  const lines: string[] = [];
  const log = errorLogTo({ line: (text) => lines.push(text) });
  log.error("a");
  log.error("b", "1a2b");
  log.warning("c");
  log.notice("d");
  log.program("/e.py", "warning: f");
  assertEquals(lines, ["error: a", "error 1a2b: b", "warning: c", "notice: d", "/e.py: warning: f"]);
});
