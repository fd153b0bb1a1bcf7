/**
 * FastCGI servers that webserv starts itself, with the real php-cgi: from the first request to the end of the server,
 * whatever way that comes.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { findProgram } from "../../lib/runtime/find_program.ts";
import { ask, get } from "../support/ask.ts";
import { temporaryFolder } from "../support/launch.ts";
import { end, isFile, Output, runProgram, startServer, type TestServer } from "../support/server.ts";
import { waitUntil } from "../support/wait.ts";
import { toBytes } from "../support/wire.ts";
import { assertGone, assertLogged, isAlive } from "./cgi_support.ts";

const isPossible = Deno.build.os === "linux" && findProgram("php-cgi", "/usr/bin:/bin") !== undefined;
const php = (name: string) => ({
  name: isPossible ? name : `${name} (php-cgi is not installed)`,
  ignore: !isPossible,
});

const FILES = {
  "www/pid.php": "<?= getmypid();",
  "www/parent.php": '<?= explode(" ", file_get_contents("/proc/self/stat"))[3];',
  // It says that it runs, and ends when it may.
  "www/slow.php":
    `<?php touch("../runs"); for ($i = 0; $i < 500 && !file_exists("../go"); $i++) { usleep(20000); clearstatcache(); } echo "whole";`,
};

const configOf = (spawn: string | undefined, top = "") =>
  `${top}\naccess_log: off\nservers: [{ listen: LISTEN, root: www${
    spawn === undefined ? "" : `, fastcgi: { .php: { ${spawn} } }`
  } }]`;
const PHP = "spawn: [php-cgi, -n], processes: 2";

interface PoolServer extends TestServer {
  /** Every process of every pool. */
  pids(): number[];
  /** What lies where sockets are. */
  places(): string[];
}

/** A server whose sockets have a folder of their own. */
async function poolServer(config = configOf(PHP), temporary?: string): Promise<PoolServer> {
  const folder = temporary === undefined ? await temporaryFolder() : undefined;
  const path = temporary ?? folder!.path;
  const server = await startServer({ config, files: FILES, env: { TMPDIR: path } });
  return {
    ...server,
    pids: () => processesIn(path),
    places: () => placesIn(path),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      if (folder === undefined) return;
      await waitUntil(() => processesIn(path).length === 0, "no process of a pool is left");
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Processes that listen on a socket in a folder. */
function processesIn(folder: string): number[] {
  return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter((pid) => {
    try {
      return pid > 0 && Deno.readTextFileSync(`/proc/${pid}/cmdline`).includes(`\0-b\0${folder}/`) &&
        isAlive(pid);
    } catch {
      // It has just ended.
      return false;
    }
  });
}

function placesIn(folder: string): string[] {
  const pools = [...Deno.readDirSync(folder)].find(({ name }) => name.startsWith("webserv-pools"));
  return pools === undefined ? [] : [...Deno.readDirSync(`${folder}/${pools.name}`)].map(({ name }) => name);
}

async function reload(server: TestServer, config: string): Promise<void> {
  await Deno.writeTextFile(
    `${server.folder}/webserv.yaml`,
    config.replace("LISTEN", `"127.0.0.1:${server.port}"`),
  );
  const before = server.output().stderr.length;
  server.kill("SIGHUP");
  await waitUntil(
    () => /is loaded again/.test(server.output().stderr.slice(before)),
    () => `it is loaded again: ${server.output().stderr}`,
  );
}

Deno.test({
  ...php(
    "a pool starts with the first request, is shared by all workers, and is there again when it was killed",
  ),
  fn: async () => {
    await using server = await poolServer(configOf(PHP, "workers: 2"));
    assertEquals([server.pids(), server.places().sort()], [[], ["1", "lock"]]);
    const parents = new Set<string>();
    for (let i = 0; i < 12; i++) parents.add(await get(server.port, "/parent.php"));
    assertEquals([parents.size, server.pids().length], [1, 3]);
    const [parent] = [...parents].map((text) => Number(text.replace("200 ", "")));
    // All of it at once, as when memory was short; only the first of all; and one that is answering.
    for (
      const killed of [server.pids(), [parent!], [Number((await get(server.port, "/pid.php")).slice(4))]]
    ) {
      for (const pid of killed) if (isAlive(pid)) Deno.kill(pid, "SIGKILL");
      for (let i = 0; i < 3; i++) {
        assertMatch(await get(server.port, "/pid.php"), /^200 \d+$/, server.output().stderr);
      }
    }
    await waitUntil(() => server.pids().length === 3, "nothing else is left");
    const said = /error: php-cgi: the pool was ended by SIGKILL; another starts in 50 ms/;
    await waitUntil(() => said.test(server.output().stderr), () => `it is said: ${server.output().stderr}`);
  },
});

Deno.test({
  ...php("a reload keeps the pools that it names, and ends others when their last request is answered"),
  fn: async () => {
    await using server = await poolServer();
    const parent = await get(server.port, "/parent.php");
    await reload(server, configOf(PHP, "limits: { connections: 99 }"));
    assertEquals(await get(server.port, "/parent.php"), parent);
    const slow = get(server.port, "/slow.php").catch((error: Error) => error.message);
    await waitUntil(() => isFile(`${server.folder}/runs`), "it is being answered");
    const before = server.pids();
    // The same with another number is another pool.
    await reload(server, configOf(PHP.replace("2", "1")));
    assertNotEquals(await get(server.port, "/parent.php"), parent);
    assert(before.every(isAlive), "the request goes on");
    await Deno.writeTextFile(`${server.folder}/go`, "");
    assertEquals(await slow, "200 whole");
    await assertGone(before);
    assertEquals(server.pids().length, 2);
    await reload(server, configOf(undefined));
    await waitUntil(() => server.pids().length === 0, "nobody names it any more");
    await reload(server, configOf(PHP));
    assertMatch(await get(server.port, "/pid.php"), /^200 \d+$/);
  },
});

Deno.test({
  ...php("what lasts long after a reload, and needs no pool, keeps none"),
  fn: async () => {
    await using server = await poolServer(configOf(PHP, "timeouts: { keep_alive: 200ms, send: 1h }"));
    await Deno.writeFile(`${server.folder}/www/large.bin`, new Uint8Array(32 * 1024 * 1024));
    assertMatch(await get(server.port, "/pid.php"), /^200 \d+$/);
    using client = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    await client.write(toBytes("GET /large.bin HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
    const buffer = new Uint8Array(256 * 1024);
    let read = await client.read(buffer) ?? 0;
    await reload(server, configOf(undefined));
    await waitUntil(() => server.pids().length === 0, "the pool is ended");
    for (let piece; (piece = await client.read(buffer)) !== null;) read += piece;
    assert(read > 32 * 1024 * 1024);
  },
});

Deno.test({
  ...php("a stop ends the pool after the last request, and a second one at once"),
  fn: async () => {
    for (const signals of [1, 2]) {
      await using temporary = await temporaryFolder();
      await using server = await poolServer(undefined, temporary.path);
      const slow = ask(server.port, "/slow.php").then(({ text }) => text, () => "cut");
      await waitUntil(() => isFile(`${server.folder}/runs`), "it is being answered");
      server.kill("SIGTERM");
      if (signals === 1) await Deno.writeTextFile(`${server.folder}/go`, "");
      else {
        await waitUntil(async () => await ask(server.port, "/").then(() => false, () => true), "it stops");
        server.kill("SIGTERM");
      }
      assertEquals([await slow === "whole", await server.status], [signals === 1, 0]);
      await waitUntil(() => server.pids().length === 0, "no process is left");
      assertEquals(server.places(), ["lock"]);
    }
  },
});

Deno.test({
  ...php("a server that is killed leaves no process, and its place to the next start"),
  fn: async () => {
    await using temporary = await temporaryFolder();
    await using killed = await poolServer(undefined, temporary.path);
    await using other = await poolServer(undefined, temporary.path);
    for (const { port } of [killed, other]) assertMatch(await get(port, "/pid.php"), /^200 /);
    assertEquals([killed.pids().length, killed.places().sort()], [6, ["1", "2", "lock"]]);
    killed.kill("SIGKILL");
    await killed.status;
    await waitUntil(() => other.pids().length === 3, "its processes are gone");
    assertEquals(other.places().sort(), ["1", "2", "lock"]);
    await using next = await poolServer(undefined, temporary.path);
    assertEquals(next.places().sort(), ["1", "2", "lock"]);
    for (const { port } of [other, next]) assertMatch(await get(port, "/pid.php"), /^200 /);
  },
});

Deno.test({
  name: "a pool that cannot be started is 502, and the log says why",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const locations = [
      ["none", "no-such-program"],
      ["broken", "[sh, -c, 'echo it says why >&2; exit 3']"],
    ].map(([name, spawn]) => `/${name}/: { alias: www, fastcgi: { .php: { spawn: ${spawn} } } }`);
    await using server = await poolServer(
      `servers: [{ listen: LISTEN, locations: { ${locations.join(", ")} } }]`,
    );
    assertEquals((await ask(server.port, "/none/pid.php")).status, 502);
    assertEquals((await ask(server.port, "/broken/pid.php")).status, 502);
    await assertLogged(server, "error: no-such-program cannot be started: not found");
    await assertLogged(server, "it says why");
    await assertLogged(
      server,
      "error: sh: the pool ended with exit status 3; it had not listened on its socket",
    );
    assertMatch(server.output().stderr, /warning: .*no-such-program is not installed/);
  },
});

const isExecutable = Deno.env.has("WEBSERV");
Deno.test({
  ...php("the flags of webserv permissions suffice for a pool, from its start to its end"),
  ignore: !isPossible || isExecutable,
  fn: async () => {
    await using folder = await temporaryFolder();
    const { path } = folder, env = { TMPDIR: path, NO_COLOR: "1" };
    await Deno.mkdir(`${path}/www`);
    await Deno.writeTextFile(`${path}/www/pid.php`, FILES["www/pid.php"]);
    await Deno.writeTextFile(`${path}/webserv.yaml`, configOf(PHP).replace("LISTEN", '"127.0.0.1:0"'));
    const { stdout } = await runProgram(["permissions"], { cwd: path, env });
    const main = fromFileUrl(new URL("../../main.ts", import.meta.url));
    const child = new Deno.Command("sh", {
      args: ["-c", `exec "${Deno.execPath()}" run --no-lock ${stdout.trim()} "${main}" -c webserv.yaml`],
      cwd: path,
      env,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const said = new Output(child);
    try {
      await said.waitFor(/listening on .*\n/);
      const port = Number(/listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(said.stderr)![1]);
      assertMatch(await get(port, "/pid.php"), /^200 \d+$/);
      assertEquals(processesIn(path).length, 3);
    } finally {
      await end(child);
      await said.status;
    }
    await waitUntil(() => processesIn(path).length === 0, "no process is left");
    assertEquals(placesIn(path), ["lock"]);
  },
});
