import { assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { floorOf, FLOORS, isWithin, picture } from "../../scripts/floors/floors.ts";
import plugin from "../../scripts/floors/plugin.ts";

const ROOT = fromFileUrl(new URL("../../", import.meta.url));

/** What the plugin says of a file with this text. */
function lint(file: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, join(ROOT, file), source).map(({ message }) => message);
}

/** Breaches, each of which must be refused: a file, its text, what is said. */
const REFUSED: readonly (readonly [file: string, source: string, message: string])[] = [
  ["lib/server/a.ts", 'import { a } from "../site/a.ts";', "lib/server may not import lib/site/a.ts"],
  [
    "lib/server/http1/a.ts",
    'import { a } from "../../files/a.ts";',
    "lib/server may not import lib/files/a.ts",
  ],
  ["lib/runtime/a.ts", 'import "../cgi/a.ts";', "lib/runtime may not import lib/cgi/a.ts"],
  ["lib/http/a.ts", 'import { statSync } from "node:fs";', "lib/http may not import node:fs"],
  ["lib/http/a.ts", 'import type { A } from "../http1/a.ts";', "lib/http may not import lib/http1/a.ts"],
  ["lib/http/a.ts", 'export * from "../server/a.ts";', "lib/http may not import lib/server/a.ts"],
  ["lib/http/a.ts", 'export { a } from "../server/a.ts";', "lib/http may not import lib/server/a.ts"],
  ["lib/http1/a.ts", 'const a = await import("../site/a.ts");', "lib/http1 may not import lib/site/a.ts"],
  ["lib/http1/a.ts", "const a = await import(where);", "lib/http1/a.ts imports what only a run can tell"],
  ["lib/http/a.ts", 'type A = import("../site/a.ts").A;', "lib/http may not import lib/site/a.ts"],
  ["lib/cgi/a.ts", 'import { a } from "../store/a.ts";', "lib/cgi may not import lib/store/a.ts"],
  ["lib/files/a.ts", 'import { a } from "../disk/a.ts";', "lib/files may not import lib/disk/a.ts"],
  ["lib/config/a.ts", 'import { a } from "../pages/a.ts";', "lib/config may not import lib/pages/a.ts"],
  ["lib/config/a.ts", 'import { a } from "@std/html";', "lib/config may not import @std/html"],
  ["lib/site/a.ts", 'import a from "npm:left-pad";', "lib/site may not import npm:left-pad"],
  ["lib/ports.ts", 'import { a } from "./bytes/a.ts";', "lib/ports.ts may not import lib/bytes/a.ts"],
  ["main.ts", 'import { a } from "./lib/site/a.ts";', "main.ts may not import lib/site/a.ts"],
  ["lib/util/a.ts", "export const a = 1;", "lib/util/a.ts stands on no floor"],
  ["lib/site/a.ts", "Deno.readFileSync(path);", "lib/site may not name Deno"],
  ["lib/http/a.ts", 'globalThis["Deno"].exit();', "lib/http may not name globalThis"],
  ["lib/http/a.ts", 'self["Deno"].exit();', "lib/http may not name self"],
  ["lib/http/a.ts", 'new Function("return Deno")();', "lib/http may not name Function"],
  ["lib/server/a.ts", "setTimeout(f, 1);", "lib/server may not name setTimeout"],
  ["lib/files/a.ts", "const { now } = performance;", "lib/files may not name performance"],
  ["lib/http/a.ts", "const now = Date.now();", "lib/http may not name Date.now"],
  ["lib/http/a.ts", 'const now = Date["now"]();', "lib/http may not name Date.now"],
  ["lib/http/a.ts", "const now = new Date();", "lib/http may not name new Date()"],
  ["lib/http/a.ts", "const now = Date();", "lib/http may not name Date()"],
  ["lib/http/a.ts", "const id = crypto.randomUUID();", "lib/http may not name crypto"],
  ["lib/http/a.ts", "const n = Math.random();", "lib/http may not name Math.random"],
  ["lib/http1/a.ts", 'fetch("http://localhost/");', "lib/http1 may not name fetch"],
  ["lib/config/a.ts", 'new Worker("x");', "lib/config may not name Worker"],
  ["lib/config/a.ts", "const a = { Deno };", "lib/config may not name Deno"],
  ["lib/config/a.ts", "const here = import.meta.url;", "lib/config may not name import.meta"],
];

Deno.test("every kind of breach of the floors' rules is refused", () => {
  for (const [file, source, message] of REFUSED) assertEquals(lint(file, source), [message], source);
});

Deno.test("what a floor may do is let pass", () => {
  const passed: readonly (readonly [file: string, source: string])[] = [
    ["main.ts", 'import { run } from "./lib/cli/run.ts";\nDeno.exit(await run(Deno.args));'],
    ["lib/runtime/a.ts", 'import { existsSync } from "node:fs";\nsetTimeout(() => Deno.statSync("."), 1);'],
    ["lib/site/a.ts", 'import { a } from "../disk/a.ts";\nconst id = crypto.randomUUID();'],
    ["lib/http/a.ts", 'import { FileError } from "../ports.ts";\nimport { b } from "./b.ts";'],
    ["lib/http/a.ts", "const date = new Date(0);\nconst a = Date.UTC(1970, 1);"],
    ["lib/http/a.ts", "const a = { Deno: 1, crypto() {} };\nconst b = a.crypto;"],
    ["lib/http/a.ts", "interface A { performance: number }\nclass B { fetch() {} }"],
    ["lib/pages/manage/start.js", 'export function f() { fetch("/"); }'],
    ["tests/a.ts", 'import { a } from "../lib/site/a.ts";\nDeno.test("a", () => {});'],
  ];
  for (const [file, source] of passed) assertEquals(lint(file, source), [], source);
});

Deno.test("every floor imports only floors that stand below it in the table", () => {
  FLOORS.forEach(({ place, imports }, index) => {
    for (const target of imports.filter((target) => target.startsWith("lib/"))) {
      const below = FLOORS.findIndex((floor) => isWithin(target, floor.place));
      assertEquals(below > index, true, `${place} -> ${target}`);
    }
  });
  assertEquals(floorOf("lib/http1/state.ts")?.place, "lib/http1");
});

Deno.test("the picture in ARCHITECTURE.md is the table", async () => {
  assertStringIncludes(await Deno.readTextFile(join(ROOT, "ARCHITECTURE.md")), `\n${picture()}`);
});
