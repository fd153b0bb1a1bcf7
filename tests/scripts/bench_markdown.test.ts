import { assertEquals, assertThrows } from "@std/assert";
import { BENCH, insertReport, SOAK } from "../../scripts/bench/markdown.ts";

const { begin: BEGIN, end: END } = BENCH;

Deno.test("insertReport() replaces what stands between the marks and keeps the rest", () => {
  const document = `# Title\n\n${BEGIN}\nold\n${END}\n\nafter\n`;
  const once = insertReport(document, "new\n", BENCH);
  assertEquals(once, `# Title\n\n${BEGIN}\n\nnew\n\n${END}\n\nafter\n`);
  assertEquals(insertReport(once, "new\n", BENCH), once);
});

Deno.test("insertReport() refuses a document without a single place", () => {
  for (
    const document of ["", BEGIN, `${END}\n${BEGIN}`, `${BEGIN}${END}${BEGIN}${END}`, SOAK.begin + SOAK.end]
  ) {
    assertThrows(() => insertReport(document, "x", BENCH), Error, "no single place");
  }
});
