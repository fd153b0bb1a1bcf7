/**
 * How a service manager ends a server: SIGTERM to the server alone (KillMode=mixed), or to all of its processes
 * (control-group).
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { startServer, type TestServer } from "../support/server.ts";
import { inTime, waitUntil } from "../support/wait.ts";
import { WireClient } from "../support/wire.ts";
import { assertGone, childrenOf, guardsOf, PLAIN } from "./cgi_support.ts";

const ignore = Deno.build.os !== "linux";

const start = () =>
  startServer({
    config: `access_log: off
timeouts: { shutdown: 20s }
servers: [{ listen: LISTEN, root: www, locations: { /cgi/: { alias: cgi, cgi: { .sh: sh } } } }]
`,
    files: {
      "www": null,
      "cgi/slow.sh":
        `${PLAIN}echo $$ > ../pid; echo begun; until [ -e ../go ]; do sleep 0.05; done; echo ended\n`,
    },
  });

/** A program that is half done, with all processes of the server. */
async function run(server: TestServer): Promise<{ client: WireClient; pid: number; processes: number[] }> {
  const client = await WireClient.connect(server.port);
  await client.send("GET /cgi/slow.sh HTTP/1.0\r\nHost: localhost\r\n\r\n");
  await waitUntil(() => {
    try {
      return Deno.readTextFileSync(`${server.folder}/pid`).endsWith("\n");
    } catch {
      return false;
    }
  }, () => "the program runs");
  const below = (pid: number): number[] => childrenOf(pid).flatMap((child) => [child, ...below(child)]);
  const pid = Number(Deno.readTextFileSync(`${server.folder}/pid`));
  return { client, pid, processes: [server.pid, ...guardsOf(server.pid), ...below(server.pid)] };
}

Deno.test({
  name: "SIGTERM to the server alone lets a program end",
  ignore,
  fn: async () => {
    await using server = await start();
    const { client, pid, processes } = await run(server);
    using _closing = client;
    assert(processes.includes(pid), "the program is one of its processes");
    server.kill("SIGTERM");
    await Deno.writeTextFile(`${server.folder}/go`, "");
    assert(new TextDecoder().decode(await client.rest()).endsWith("begun\nended\n"));
    assertEquals(await inTime(server.status, "it ends"), 0);
    await assertGone([pid]);
  },
});

Deno.test({
  name: "SIGTERM to all processes ends the program at once, and then the server, with 0",
  ignore,
  fn: async () => {
    await using server = await start();
    const { client, pid, processes } = await run(server);
    using _closing = client;
    for (const one of processes) {
      try {
        Deno.kill(one, "SIGTERM");
      } catch {
        // A program whose parent has ended meanwhile.
      }
    }
    assertEquals(new TextDecoder().decode(await client.rest()).includes("ended"), false);
    assertEquals(await inTime(server.status, "it ends"), 0);
    await assertGone([pid]);
    assertEquals(/Uncaught|died/.test(server.output().stderr), false, server.output().stderr);
  },
});
