import { assertEquals } from "@std/assert";
import { findCircles, findUnreached } from "../../scripts/check_layers.ts";

const circles = (graph: Record<string, string[]>) => findCircles(new Map(Object.entries(graph)));

Deno.test("an import in a circle is a breach, told with its way", () => {
  assertEquals(
    circles({
      "lib/http/a.ts": ["lib/http/b.ts"],
      "lib/http/b.ts": ["lib/http/c.ts"],
      "lib/http/c.ts": ["lib/http/a.ts"],
    }),
    ["in a circle: lib/http/a.ts -> lib/http/b.ts -> lib/http/c.ts -> lib/http/a.ts"],
  );
  assertEquals(circles({ "lib/http/a.ts": ["lib/http/a.ts"] }), [
    "in a circle: lib/http/a.ts -> lib/http/a.ts",
  ]);
});

Deno.test("two ways to one module are no circle", () => {
  assertEquals(
    circles({
      "lib/http/a.ts": ["lib/http/b.ts", "lib/http/c.ts"],
      "lib/http/b.ts": ["lib/http/d.ts"],
      "lib/http/c.ts": ["lib/http/d.ts"],
      "lib/http/d.ts": [],
    }),
    [],
  );
});

Deno.test("a file that nothing imports is a breach", () => {
  const graph = new Map([["main.ts", ["lib/a.ts"]], ["lib/a.ts", []]]);
  assertEquals(findUnreached(["lib/a.ts", "lib/b.ts"], graph), ["lib/b.ts: nothing imports it"]);
});
