import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import type { Config } from "../../lib/config/types.ts";
import { listens } from "../../lib/runtime/pool_folder.ts";
import { ProcessGroups } from "../../lib/runtime/process_groups.ts";
import { findProgram } from "../../lib/runtime/find_program.ts";
import type { PoolAnswer } from "../../lib/supervisor/messages.ts";
import { PoolKeeper } from "../../lib/supervisor/pool_keeper.ts";
import { poolName } from "../../lib/supervisor/pool_names.ts";
import { spawnedPools } from "../../lib/config/places.ts";
import { FakeLog } from "../support/fakes.ts";
import { temporaryFolder } from "../support/launch.ts";
import { processesOf } from "../support/processes.ts";
import { inTime, waitUntil } from "../support/wait.ts";
import { configOf } from "./support.ts";

const PATH = "/usr/local/bin:/usr/bin:/bin";
const isLinux = Deno.build.os === "linux";
const WITHOUT_PHP = !isLinux || findProgram("php-cgi", PATH) === undefined;
const WITHOUT_PYTHON = !isLinux || findProgram("python3", PATH) === undefined;

/** A FastCGI server as far as pools are concerned: listens where `-b` says, with children that outlive it, and ends unwillingly. */
const SERVER = `import os, signal, socket, sys, time
print("on standard output", flush=True)
print("starts with", os.environ["PHP_FCGI_CHILDREN"], sorted(os.environ), os.getcwd(), file=sys.stderr, flush=True)
if "stubborn" in sys.argv: signal.signal(signal.SIGTERM, signal.SIG_IGN)
if "lazy" in sys.argv: time.sleep(0.3)
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[sys.argv.index("-b") + 1])
s.listen(8)
for _ in range(int(os.environ["PHP_FCGI_CHILDREN"])):
  if os.fork() == 0: break
while True: s.accept()[0].close()
`;

/** A keeper in a folder of its own, with a configuration that names one pool. */
async function keeperOf(command: readonly string[], processes: number) {
  const folder = await temporaryFolder(), groups = new ProcessGroups(undefined), log = new FakeLog();
  Deno.writeTextFileSync(`${folder.path}/server.py`, SERVER);
  const spawn = JSON.stringify(command.map((word) => word.replace("SERVER", `${folder.path}/server.py`)));
  const config = configOf(
    `servers: [{ listen: 8080, root: ., fastcgi: { .php: { spawn: ${spawn}, processes: ${processes} } } }]`,
  );
  const keeper = await PoolKeeper.start({
    system: {
      poolFolder: { path: `${folder.path}/pools`, user: undefined },
      findProgram: (name) => findProgram(name, PATH),
      searchPath: PATH,
    },
    groups,
    errorLog: () => log,
    software: () => "webserv/1.2 (mark)",
  });
  const socket = keeper.socketOf(spawnedPools(config)[0]!);
  return {
    keeper,
    config,
    groups,
    log,
    socket,
    folder: folder.path,
    pids: () => processesOf(socket),
    async [Symbol.asyncDispose]() {
      await keeper.stop();
      assertEquals(processesOf(socket), []);
      assertEquals([...Deno.readDirSync(`${folder.path}/pools`)].map(({ name }) => name), ["lock"]);
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** What a worker is told that wants the pool. */
function wanted({ keeper, config }: { keeper: PoolKeeper; config: Config }): Promise<PoolAnswer> {
  const answer = new Promise<PoolAnswer>((resolve) => {
    const lease = keeper.open(config, () => {});
    assert(lease.wanted(poolName(spawnedPools(config)[0]!), (answer) => {
      resolve(answer);
      lease.close();
    }));
  });
  return inTime(answer, "the pool answers");
}

Deno.test({
  name: "php-cgi runs with its children in a group of its own, survives its killing, and leaves nothing",
  ignore: WITHOUT_PHP,
  fn: async () => {
    await using test = await keeperOf(["php-cgi", "-n"], 3);
    test.keeper.keep(test.config);
    assertEquals(test.pids(), []);
    assertEquals(await wanted(test), { path: test.socket });
    await waitUntil(() => test.pids().length === 4, "the children are there");
    assertEquals(await wanted(test), { path: test.socket });
    const before = test.pids(), leader = Math.min(...before);
    Deno.kill(leader, "SIGKILL");
    await waitUntil(
      () => test.pids().length === 4 && !test.pids().some((pid) => before.includes(pid)),
      () => `others are there: ${before}, ${test.pids()}`,
    );
    assertEquals(await wanted(test), { path: test.socket });
    assert(await listens(test.socket));
    assertMatch(test.log.lines.join("\n"), /php-cgi: the pool was ended by SIGKILL; another starts in 50 ms/);
  },
});

Deno.test({
  name:
    "any program that listens where -b says is a pool; what it says is logged, and nothing of it outlives its end",
  ignore: WITHOUT_PYTHON,
  fn: async () => {
    await using test = await keeperOf(["python3", "SERVER", "lazy"], 2);
    test.keeper.keep(test.config);
    assertEquals(await wanted(test), { path: test.socket });
    await waitUntil(() => test.pids().length === 3, "the children are there");
    await waitUntil(() => test.log.lines.some((line) => /starts with/.test(line)), "it is logged");
    const lines = test.log.lines.join("\n");
    assertMatch(
      lines,
      /python3: starts with 2 \['LC_CTYPE', 'PATH', 'PHP_FCGI_CHILDREN', 'WEBSERV_SOFTWARE'\] \//,
    );
    assertMatch(lines, /python3: on standard output/);
    // Its socket goes, as where old files are cleaned away.
    const before = test.pids();
    await Deno.remove(test.socket);
    const lease = test.keeper.open(test.config, () => {});
    lease.failed(poolName(spawnedPools(test.config)[0]!));
    assertEquals(await wanted(test), { path: test.socket });
    assert(await listens(test.socket));
    await waitUntil(() => !before.some((pid) => test.pids().includes(pid)), "the others are gone");
    // No configuration names it any more.
    test.keeper.keep(configOf("servers: [{ listen: 8080, root: . }]"));
    assertNotEquals(test.pids(), []);
    lease.close();
    await waitUntil(() => test.pids().length === 0, "it is ended with its children");
  },
});

Deno.test({
  name:
    "whoever ignores that it is to end is killed, with its children; an end of this program in no order does the same",
  ignore: WITHOUT_PYTHON,
  fn: async () => {
    await using test = await keeperOf(["python3", "SERVER", "stubborn"], 2);
    test.keeper.keep(test.config);
    await wanted(test);
    await waitUntil(() => test.pids().length === 3, "the children are there");
    test.groups.killAll();
    await waitUntil(() => test.pids().length === 0, "nothing is left");
    await wanted(test);
    await waitUntil(() => test.pids().length === 3, "others are there");
  },
});
