/**
 * `deno task start` may do what the demo's configuration needs and nothing else: its flags are those that `webserv
 * permissions` prints for it, written so that they hold on every machine (relative paths, programs by name).
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { fromFileUrl, resolve } from "@std/path";
import project from "../../deno.json" with { type: "json" };
import { findProgram } from "../../lib/runtime/find_program.ts";
import { allPages } from "../../scripts/docs.ts";

const ROOT = fromFileUrl(new URL("../../", import.meta.url));
const PATH = Deno.env.get("PATH") ?? "";

/** Words of a flag as this machine has them; programs that it does not have fall away. */
function here(flag: string): string {
  const [name, list] = flag.split("=");
  if (list === undefined) return flag;
  const words = list.split(",").flatMap((word) => {
    if (name === "--allow-read" || name === "--allow-write") return resolve(ROOT, word);
    return name === "--allow-run" && !word.includes("/") ? findProgram(word, PATH) ?? [] : word;
  });
  return `${name}=${words.sort().join(",")}`;
}

const isFlag = (word: string) => /^--(allow-|no-prompt)/.test(word);

Deno.test({
  name: "deno task start has the flags that webserv permissions prints for the demo",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-lock", "main.ts", "permissions", "-c", "webserv.yaml"],
      cwd: ROOT,
      env: { TMPDIR: "/tmp" },
    }).output();
    const printed = new TextDecoder().decode(stdout).trim().split(" ");
    // The one thing that the shell fills in.
    const given = project.tasks.start.replaceAll("$(id -u)", String(Deno.uid())).split(" ").filter(isFlag);
    assertEquals(given.map(here).sort(), printed.map(here).sort());
  },
});

Deno.test("every task that runs Deno fetches by the certificates of the system too", () => {
  const without = Object.entries(project.tasks)
    .filter(([, task]) => !/DENO_TLS_CA_STORE=mozilla,system (&& )?deno /.test(task));
  assertEquals(without, []);
});

Deno.test("what only tests need is fetched by tests alone: it is in no file that a task reads at its start", async () => {
  const wanted = ["deno.json", "deno.lock"].map((name) => Deno.readTextFile(`${ROOT}/${name}`));
  for (const text of await Promise.all(wanted)) assert(!text.includes("playwright"));
  assert((await Deno.readTextFile(`${ROOT}/tests/deno.lock`)).includes('"npm:playwright-core@'));
});

Deno.test("nobody is asked for a permission: not by a task, and not by a command of the README and docs", async () => {
  const starts = [
    ...Object.values(project.tasks),
    ...(await Promise.all((await allPages()).map((page) => Deno.readTextFile(`${ROOT}/${page}`)))).flatMap((
      text,
    ) => text.split("\n")),
  ]
    .filter((line) => /\brun\b.*\bmain\.ts\b/.test(line));
  assert(starts.length >= 4);
  // What `webserv permissions` prints has it already.
  const asking = starts.filter((line) => !/--no-prompt|webserv permissions/.test(line));
  assertEquals(asking, []);
});
