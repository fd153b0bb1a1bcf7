import { assert, assertEquals } from "@std/assert";
import { LIVE_SCRIPT } from "../../lib/live/client.ts";

Deno.test("the script is one statement, small, and asks nothing of a page that a policy could forbid", () => {
  // It is only read, not run.
  new Function(LIVE_SCRIPT);
  assert(LIVE_SCRIPT.startsWith("(() => {") && LIVE_SCRIPT.endsWith("})();\n"));
  assert(new TextEncoder().encode(LIVE_SCRIPT).length < 24 * 1024);
  for (
    const word of [
      "eval(",
      "new Function",
      "innerHTML",
      'setAttribute("style',
      "<style",
      "document.write",
      "import(",
    ]
  ) {
    assert(!LIVE_SCRIPT.includes(word), word);
  }
});

Deno.test("the script is of the year 2017: no spread of objects, no optional chaining, no catch without its error", () => {
  for (
    const newer of [
      /\?\./,
      /\?\?/,
      /catch\s*\{/,
      /\{\s*\.\.\./,
      /for await/,
      /\.flatMap\(/,
      /\*\*/,
      /\d_\d/,
    ]
  ) {
    assertEquals(newer.exec(LIVE_SCRIPT.replaceAll(/\/\*.*?\*\//gs, ""))?.[0], undefined, String(newer));
  }
});

Deno.test("the script does nothing in a page that has it already", () => {
  const key = Symbol.for("webserv.live");
  // Whatever else it touched would not be there.
  new Function("window", LIVE_SCRIPT)({ [key]: {} });
});
