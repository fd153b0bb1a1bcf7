/**
 * The server as process 1 of a container: it gets what programs leave behind, and waits for it.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { ask } from "../support/ask.ts";
import { Output, program, writeFiles } from "../support/server.ts";
import { temporaryFolder } from "../support/launch.ts";
import { inTime, waitUntil } from "../support/wait.ts";
import { childrenOf, PLAIN } from "./cgi_support.ts";

/** Processes in a namespace of their own, which not every system lets us have. */
const NAMESPACE = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"];

const ignore = Deno.build.os !== "linux" || Deno.env.has("WEBSERV") || !hasNamespaces();

function hasNamespaces(): boolean {
  try {
    const [command, ...args] = NAMESPACE;
    return new Deno.Command(command!, { args: [...args, "true"], stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

const FILES = {
  "webserv.yaml": `
access_log: off
servers: [{ listen: "127.0.0.1:0", root: www, locations: { /cgi-bin/: { alias: cgi-bin, cgi: { .sh: sh } } } }]
`,
  "www": null,
  // A job in its group, one that has left it, and one that is there for longer.
  "cgi-bin/leave.sh": `${PLAIN}for i in 1 2 3 4 5; do
  sh -c 'sleep 0.0'$i > /dev/null 2>&1 &
  setsid sh -c 'sleep 0.0'$i > /dev/null 2>&1 &
done
echo done\n`,
  "cgi-bin/zombies.sh": `${PLAIN}cat /proc/[0-9]*/stat 2> /dev/null | grep -c ') Z 1 '\n`,
};

/** Starts it as process 1, and gives what it said and its port. */
async function start(folder: string, flags: readonly string[]): Promise<
  AsyncDisposable & { readonly said: Output; readonly port: number; signal(name: Deno.Signal): void }
> {
  const [command, ...args] = [...NAMESPACE, ...program(), "serve", "-c", `${folder}/webserv.yaml`];
  const child = new Deno.Command(command!, {
    args: args.flatMap((word) => word === "-A" ? flags : [word]),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const said = new Output(child);
  await said.waitFor(/listening on .*\n/);
  return {
    said,
    port: Number(/listening on http:\/\/\S*:(\d+)/.exec(said.stderr)![1]),
    // What stands between us and it hands no signal on.
    signal: (name) => childrenOf(child.pid).forEach((pid) => Deno.kill(pid, name)),
    [Symbol.asyncDispose]: async () => {
      childrenOf(child.pid).forEach((pid) => Deno.kill(pid, "SIGTERM"));
      await inTime(child.status, "it ends");
    },
  };
}

Deno.test({
  name: `what programs leave behind does not stay as a zombie where the server is process 1${
    ignore ? " (ignored: no namespace of processes)" : ""
  }`,
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, FILES);
    await using server = await start(folder.path, ["-A"]);
    const zombies = async () => (await ask(server.port, "/cgi-bin/zombies.sh")).text.trim();
    const answers = Array.from({ length: 5 }, () => ask(server.port, "/cgi-bin/leave.sh"));
    assertEquals(new Set((await Promise.all(answers)).map(({ text }) => text)), new Set(["done\n"]));
    let left = "";
    await waitUntil(async () => (left = await zombies()) === "0", () => `no zombie is left, but ${left}`);
    // Nobody's end was taken from whoever waits for it.
    for (let i = 0; i < 20; i++) assertEquals(await zombies(), "0");
    // On a busy machine a job may outlast its request, and is then ended and named.
    assertEquals(/zombie|Uncaught/.test(server.said.stderr), false);
  },
});

Deno.test({
  name: `process 1 that may not wait for others says so at its start${
    ignore ? " (ignored: no namespace of processes)" : ""
  }`,
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, FILES);
    const flags = "net,read,write,run,env,sys".split(",").map((name) => `--allow-${name}`);
    await using server = await start(folder.path, flags);
    assertMatch(
      server.said.stderr,
      /warning: this is process 1, .* zombies .*: start the container with --init/,
    );
    const zombies = async () => (await ask(server.port, "/cgi-bin/zombies.sh")).text.trim();
    assertEquals((await ask(server.port, "/cgi-bin/leave.sh")).text, "done\n");
    await waitUntil(async () => await zombies() !== "0", "it is right");
  },
});

Deno.test({
  name: `process 1 stops with 0 where it is asked to, and lives on at signals that ask nothing of it${
    ignore ? " (ignored: no namespace of processes)" : ""
  }`,
  ignore,
  fn: async () => {
    for (const stop of ["SIGTERM", "SIGINT"] as const) {
      await using folder = await temporaryFolder();
      await writeFiles(folder.path, FILES);
      await using server = await start(folder.path, ["-A"]);
      for (const signal of ["SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGPIPE", "SIGHUP"] as const) {
        server.signal(signal);
      }
      await server.said.waitFor("is loaded again");
      assertEquals((await ask(server.port, "/cgi-bin/zombies.sh")).status, 200);
      server.signal(stop);
      // unshare ends with the status of what it has started.
      assertEquals(await inTime(server.said.status, "it ends"), 0);
    }
  },
});
