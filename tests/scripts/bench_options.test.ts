import { assertEquals, assertThrows } from "@std/assert";
import { helpText, parseOptions, UsageError } from "../../scripts/bench/options.ts";

const CHOICES = {
  rows: ["1k", "100k", "404", "startup"],
  usualRows: ["1k", "100k", "404"],
  servers: ["webserv", "nginx", "caddy"],
};
const parse = (...args: string[]) => parseOptions(args, CHOICES);

Deno.test("parseOptions() takes all usual rows and every server when nothing is said", () => {
  const { rows, servers, json, markdown, help } = parse();
  const { usualRows, servers: all } = CHOICES;
  assertEquals(
    { rows, servers, json, markdown, help },
    { rows: usualRows, servers: all, json: undefined, markdown: undefined, help: false },
  );
});

Deno.test("parseOptions() keeps the order of the result", () => {
  const { rows, servers } = parse("--rows", "404,1k", "--servers=nginx, webserv");
  assertEquals({ rows, servers }, { rows: ["1k", "404"], servers: ["webserv", "nginx"] });
});

Deno.test("parseOptions() takes what is measured on demand when it is named, or with all", () => {
  assertEquals(parse("--rows", "startup,1k").rows, ["1k", "startup"]);
  assertEquals(parse("--rows", "all").rows, CHOICES.rows);
});

Deno.test("parseOptions() makes --quick short, and lets other options overrule it", () => {
  const quick = parse("--quick");
  assertEquals([quick.seconds, quick.rounds, quick.servers], [1, 1, ["webserv", "nginx"]]);
  const more = parse("--quick", "--rounds", "3", "--servers", "caddy");
  assertEquals([more.seconds, more.rounds, more.servers], [1, 3, ["caddy"]]);
});

Deno.test("parseOptions() refuses what it does not know, and names the nearest", () => {
  assertThrows(() => parse("--rows", "1k,40"), UsageError, 'did you mean "404"');
  assertThrows(() => parse("--fast"), UsageError, "'--fast'");
  assertThrows(() => parse("nginx"), UsageError, "'nginx'");
  for (const value of ["0", "-1", "1.5", "x", ""]) {
    assertThrows(() => parse(`--seconds=${value}`), UsageError, "--seconds");
  }
  assertThrows(() => parse("--json="), UsageError, "--json");
  assertThrows(() => parse("--markdown="), UsageError, "--markdown");
});

Deno.test("helpText() names every row and server", () => {
  const text = helpText(CHOICES);
  for (const name of [...CHOICES.rows, ...CHOICES.servers]) assertEquals(text.includes(name), true);
});
