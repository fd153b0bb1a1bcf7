import { assertEquals } from "@std/assert";
import { errorPlace } from "../../lib/cgi_protocol/error_place.ts";

const FILE = "/srv/cgi-bin/tide.x";

const CASES: readonly (readonly [what: string, said: string, line: number | undefined])[] = [
  ["nothing", "", undefined],
  ["no place", `${FILE} is wrong`, undefined],
  [
    "Python",
    `  File "${FILE}", line 9, in <module>\n  File "${FILE}", line 3, in f\n  File "/usr/lib/os.py", line 7`,
    3,
  ],
  ["Python, by its relative name", '  File "./tide.x", line 4', 4],
  ["Perl", `one at ${FILE} line 2.\ntwo at ${FILE} line 5.`, 5],
  ["Perl, syntax errors", `syntax error at ${FILE} line 2, near "("\nsyntax error at ${FILE} line 5`, 2],
  ["PHP", `PHP Warning:  x in ${FILE} on line 2\nPHP Fatal error:  y in ${FILE} on line 8`, 8],
  [
    "PHP, an exception",
    `PHP Fatal error:  Uncaught Exception: x in ${FILE}:3\nStack trace:\n  thrown in ${FILE} on line 3`,
    3,
  ],
  ["PHP, HTML", `<b>Parse error</b>: x in <b>${FILE}</b> on line <b>2</b>`, 2],
  ["Ruby", `${FILE}:2:in 'f': low tide (RuntimeError)\n\tfrom ${FILE}:4:in '<main>'`, 2],
  ["node", `${FILE}:2\nthrow x\n    at Object.<anonymous> (${FILE}:2:7)`, 2],
  ["Deno", `error: Uncaught Error: x\n    at file://${FILE}:6:7`, 6],
  ["bash", `${FILE}: line 3: nothing: command not found`, 3],
  ["dash", `${FILE}: 3: nothing: not found`, 3],
  ["another file of that name", '  File "/elsewhere/tide.x", line 9', undefined],
  ["a name that only ends so", '  File "/srv/cgi-bin/high_tide.x", line 9', undefined],
  ["no line", `${FILE} line 0`, undefined],
];

for (const [what, said, line] of CASES) {
  Deno.test(`the line that a message names: ${what}`, () => {
    assertEquals(errorPlace(said, "", FILE), line);
    assertEquals(errorPlace("", said, FILE), line);
  });
}

Deno.test("standard error counts more than the output, and neither takes long however it is made", () => {
  assertEquals(errorPlace(`${FILE}:2`, `${FILE}:9`, FILE), 2);
  const start = performance.now();
  for (const text of ["tide.x".repeat(10_000), `${FILE}: `.repeat(3000), `"tide.x", line `.repeat(4000)]) {
    errorPlace(text, text, FILE);
  }
  assertEquals(performance.now() - start < 1000, true);
});
