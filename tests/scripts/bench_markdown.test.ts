import { assertEquals, assertThrows } from "@std/assert";
import { BEGIN, END, insertReport } from "../../scripts/bench/markdown.ts";

Deno.test("insertReport() replaces what stands between the marks and keeps the rest", () => {
  const document = `# Title\n\n${BEGIN}\nold\n${END}\n\nafter\n`;
  const once = insertReport(document, "new\n");
  assertEquals(once, `# Title\n\n${BEGIN}\n\nnew\n\n${END}\n\nafter\n`);
  assertEquals(insertReport(once, "new\n"), once);
});

Deno.test("insertReport() refuses a document without a single place", () => {
  for (const document of ["", BEGIN, `${END}\n${BEGIN}`, `${BEGIN}${END}${BEGIN}${END}`]) {
    assertThrows(() => insertReport(document, "x"), Error, "no single place");
  }
});
