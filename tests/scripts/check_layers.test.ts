import { assertEquals } from "@std/assert";
import { findBreaches } from "../../scripts/check_layers.ts";

/** Breaches of modules given as file to imports; a file named in `deno` uses Deno's API. */
function breaches(modules: Record<string, string[]>, deno: string[] = []): string[] {
  return findBreaches(
    new Map(
      Object.entries(modules).map(([file, imports]) => [file, { imports, usesDeno: deno.includes(file) }]),
    ),
  );
}

Deno.test("imports downward, within a folder, and of packages are right", () => {
  assertEquals(
    breaches({
      "main.ts": ["lib/cli/run.ts"],
      "lib/cli/run.ts": ["lib/cli/help.ts", "lib/supervisor/serving.ts", "lib/ports.ts", "deno.json"],
      "lib/cli/help.ts": [],
      "lib/supervisor/serving.ts": ["lib/runtime/net.ts", "lib/site/site.ts"],
      "lib/runtime/net.ts": ["lib/ports.ts"],
      "lib/site/site.ts": ["lib/files/cache.ts", "lib/http/date.ts"],
      "lib/files/cache.ts": ["lib/http/date.ts"],
      "lib/http/date.ts": ["lib/bytes/ascii.ts"],
      "lib/bytes/ascii.ts": [],
      "lib/ports.ts": [],
    }, ["main.ts", "lib/cli/run.ts", "lib/supervisor/serving.ts", "lib/runtime/net.ts"]),
    [],
  );
});

Deno.test("an import upward is a breach", () => {
  assertEquals(breaches({ "lib/http/date.ts": ["lib/server/send.ts"], "lib/server/send.ts": [] }), [
    "lib/http/date.ts: imports lib/server/send.ts, which is not below it",
  ]);
  assertEquals(breaches({ "lib/site/site.ts": ["lib/runtime/files.ts"], "lib/runtime/files.ts": [] }), [
    "lib/site/site.ts: imports lib/runtime/files.ts, which is not below it",
  ]);
});

Deno.test("an import sideways, between two folders of one floor, is a breach", () => {
  assertEquals(breaches({ "lib/files/cache.ts": ["lib/store/put.ts"], "lib/store/put.ts": [] }), [
    "lib/files/cache.ts: imports lib/store/put.ts, which is not below it",
  ]);
  assertEquals(breaches({ "lib/config/a.ts": ["lib/pages/b.ts"], "lib/pages/b.ts": [] }), [
    "lib/config/a.ts: imports lib/pages/b.ts, which is not below it",
  ]);
});

Deno.test("an import in a circle is a breach, told with its way", () => {
  assertEquals(
    breaches({
      "lib/http/a.ts": ["lib/http/b.ts"],
      "lib/http/b.ts": ["lib/http/c.ts"],
      "lib/http/c.ts": ["lib/http/a.ts"],
    }),
    ["in a circle: lib/http/a.ts -> lib/http/b.ts -> lib/http/c.ts -> lib/http/a.ts"],
  );
  assertEquals(breaches({ "lib/http/a.ts": ["lib/http/a.ts"] }), [
    "in a circle: lib/http/a.ts -> lib/http/a.ts",
  ]);
});

Deno.test("two ways to one module are no circle", () => {
  assertEquals(
    breaches({
      "lib/http/a.ts": ["lib/http/b.ts", "lib/http/c.ts"],
      "lib/http/b.ts": ["lib/http/d.ts"],
      "lib/http/c.ts": ["lib/http/d.ts"],
      "lib/http/d.ts": [],
    }),
    [],
  );
});

Deno.test("Deno's API outside the doors is a breach", () => {
  for (
    const file of ["lib/server/a.ts", "lib/site/a.ts", "lib/files/a.ts", "lib/config/a.ts", "lib/ports.ts"]
  ) {
    assertEquals(breaches({ [file]: [] }, [file]), [`${file}: uses Deno.`]);
  }
});

Deno.test("a folder that nobody has planned stands on no floor", () => {
  assertEquals(breaches({ "lib/util/helpers.ts": [] }), ["lib/util/helpers.ts: stands on no floor"]);
  assertEquals(breaches({ "lib/clients/a.ts": [] }), ["lib/clients/a.ts: stands on no floor"]);
});
