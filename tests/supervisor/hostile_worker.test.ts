import { assert, assertEquals, assertMatch } from "@std/assert";
import { ProcessGroups } from "../../lib/runtime/process_groups.ts";
import { Supervisor } from "../../lib/supervisor/supervisor.ts";
import { systemInfo } from "../../lib/supervisor/system_info.ts";
import { isThere, strangeProcess } from "../support/processes.ts";
import { isFile } from "../support/server.ts";
import { waitUntil } from "../support/wait.ts";
import type { Deed } from "./hostile_worker.ts";
import { configOf } from "./support.ts";

const ENTRY = new URL("./hostile_worker.ts", import.meta.url);

/** What becomes of a worker, by what it does: how the error log says why it was ended. Another takes its place. */
const PUNISHED: readonly (readonly [RegExp, ...Deed["does"][]])[] = [
  [
    /it said what no worker says/,
    "says nothing",
    "says a text",
    "says something without a type",
    "says an unknown word",
    "says the name of a method",
    "says a map",
    "says a list",
    "sends a port",
    "logs a text",
    "logs elsewhere",
    "logs nothing",
    "logs half a line",
    "logs a line without an end",
    "logs words",
    "logs memory that it can still change",
    "logs little of much memory",
    "has a number killed that is none",
    "has a fraction killed",
    "has everything killed",
    "names no path",
    "names an endless path",
    "wants a pool without a name",
    "wants a pool by a path",
    "wants a pool by an endless name",
    "gives records that are none",
    "gives records of half a number",
    "gives records that it can still change",
    "gives few records of much memory",
    "gives endless records",
  ],
  [
    /it said "[a-z ]+" without being asked/,
    "is ready again",
    "fails when it is ready",
    "has changed unasked",
    "has closed unasked",
    "has stopped unasked",
    "lives unasked",
    "needs no pools unasked",
  ],
  [
    /it asked for a pool that it does not have/,
    "wants a pool that it does not have",
    "doubts a pool that it does not have",
  ],
  [/it gave records that nobody had asked for/, "gives records unasked"],
  [/it asked for a pool again, without waiting/, "wants a pool twice"],
  [
    /it said more than can be heard/,
    "floods with words",
    "floods with files",
    "floods with doubts of a pool",
  ],
  [/it posted log lines without waiting/, "floods with lines"],
  [/it does not answer any more/, "closes itself", "exits", "spins"],
  [/\\x1B\[31m\\x0Aerror: forged x{800,1000}; another/, "dies with a forged reason"],
];

/** A supervisor whose worker does the deed, and is replaced after it. */
async function after(
  deed: Deed | ((folder: string) => Deed),
  check: (folder: string, errors: string) => void,
) {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "webserv-test-" }));
  const text = `error_log: error.log\naccess_log: access.log\ntimeouts: { shutdown: 100ms }\n` +
    `servers: [{ listen: "127.0.0.1:0", locations: { /up/: { upload_store: up }, /cgi/: { root: ., cgi: { .sh: sh }, fastcgi: { .x: { spawn: [sh, -c, 'exec sleep 60'] } } } } }]`;
  const groups = new ProcessGroups(undefined);
  const searchPath = JSON.stringify(typeof deed === "function" ? deed(folder) : deed);
  const supervisor = await Supervisor.start(configOf(text, folder), {
    system: {
      ...systemInfo(),
      poolFolder: { path: `${folder}/pools`, user: undefined },
      workerCount: () => 1,
      searchPath,
    },
    groups,
    entry: ENTRY,
    // A worker has to be loaded before it answers, also on a busy machine.
    heartbeat: { every: 100, missed: 30 },
  });
  const errors = () => Deno.readTextFileSync(`${folder}/error.log`);
  try {
    Deno.writeTextFileSync(`${folder}/up/go`, "");
    await waitUntil(() => /worker 1 died: .*another starts/.test(errors()), () => `it is ended: ${errors()}`);
    await waitUntil(() => supervisor.alive === 1, "another one serves");
    check(folder, errors());
  } finally {
    await supervisor.stop();
    await Deno.remove(folder, { recursive: true });
  }
}

for (const [reason, ...names] of PUNISHED) {
  for (const does of names) {
    Deno.test(`a worker that ${does} is ended, and another takes its place`, async () => {
      await after({ does }, (_, errors) => {
        assertMatch(errors, reason);
        assertEquals(errors.match(/died/g)?.length, 1, errors);
      });
    });
  }
}

Deno.test("what a worker logs drives no terminal, whatever it says of it", async () => {
  await after({ does: "forges lines" }, (_, errors) => {
    // deno-lint-ignore no-control-regex
    assertEquals(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/.test(errors), false, errors);
    assertMatch(errors, /^red \\x1B\[31m \\x9B \\x9B31m \\x7F\\x0Dforged$/m);
  });
});

for (const does of ["kills others", "leaves others behind"] as const) {
  Deno.test({
    name: `a worker that ${does} reaches no process that is not ours`,
    ignore: Deno.build.os !== "linux",
    fn: async () => {
      using victim = await strangeProcess();
      await after({ does, pid: victim.pid }, () => assert(isThere(victim.pid)));
      assert(isThere(victim.pid));
    },
  });
}

Deno.test({
  name: "what is left of a session of somebody else is not killed either",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    // Its leader has ended, as that of a program which left others behind.
    const script = "setsid sh -c 'sleep 60 < /dev/null > /dev/null 2> /dev/null & echo $$ $!'";
    const { stdout } = await new Deno.Command("sh", { args: ["-c", script] }).output();
    const [group, left] = new TextDecoder().decode(stdout).split(" ").map(Number);
    try {
      assert(!isThere(group!) && isThere(-group!));
      // It was there before the worker.
      await new Promise((resolve) => setTimeout(resolve, 300));
      await after({ does: "leaves others behind", pid: group! }, () => assert(isThere(left!)));
    } finally {
      Deno.kill(left!, "SIGKILL");
    }
  },
});

Deno.test("whatever a worker writes into the table of its groups, the main thread goes on", async () => {
  await after({ does: "fills the table" }, (_, errors) => assertMatch(errors, /done/));
});

Deno.test("of what a worker names as unfinished only what lies in its stores is removed", async () => {
  const names = (folder: string) => ({
    inside: `${folder}/up/.webserv-upload-1-a`,
    other: `${folder}/up/kept`,
    outside: `${folder}/.webserv-upload-1-b`,
    linked: `${folder}/up/link/.webserv-upload-1-c`,
    dotted: `${folder}/up/../.webserv-upload-1-d`,
  });
  await after((folder) => {
    Deno.mkdirSync(`${folder}/up`);
    Deno.mkdirSync(`${folder}/elsewhere`);
    Deno.symlinkSync(`${folder}/elsewhere`, `${folder}/up/link`);
    const paths = Object.values(names(folder));
    for (const path of paths) Deno.writeTextFileSync(path, "");
    return { does: "names files of others", paths };
  }, (folder) => {
    const { inside, other, outside, linked, dotted } = names(folder);
    assertEquals([inside, other, outside, linked, dotted].map(isFile), [false, true, true, true, true]);
  });
});

Deno.test("a folder that became a link since leads to no file outside", async () => {
  const name = ".webserv-upload-1-a";
  await after((folder) => {
    for (const name of ["up", "up/sub", "elsewhere"]) Deno.mkdirSync(`${folder}/${name}`);
    for (const path of [`${folder}/up/sub/${name}`, `${folder}/elsewhere/${name}`]) {
      Deno.writeTextFileSync(path, "");
    }
    Deno.symlinkSync(`${folder}/elsewhere`, `${folder}/up/link`);
    const paths = [`${folder}/up/sub/${name}`, `${folder}/up/sub`, `${folder}/up/link`];
    return { does: "names a file and swaps the folder", paths };
  }, (folder) => {
    assert(Deno.lstatSync(`${folder}/up/sub`).isSymlink, "it is swapped");
    assert(isFile(`${folder}/elsewhere/${name}`));
  });
});
