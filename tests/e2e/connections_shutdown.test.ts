/**
 * SIGTERM and SIGINT: running answers end, idle connections are closed, the exit status is 0 (DESIGN.md section 2).
 *
 * @module
 */
import { assert, assertEquals, assertLess } from "@std/assert";
import { startServer, type TestServer } from "../support/server.ts";
import { inTime, waitUntil } from "../support/wait.ts";
import { WireClient } from "../support/wire.ts";
import { Download, get, isRefused, makeLargeFile, OK_FILE } from "./wire_support.ts";

const LARGE = 48 * 1024 * 1024;
const ignore = Deno.build.os === "windows";

async function start(shutdown: string): Promise<TestServer> {
  const server = await startServer({
    config: `access_log: off\ntimeouts: { shutdown: ${shutdown} }\nservers: [{ listen: LISTEN, root: . }]\n`,
    files: OK_FILE,
  });
  makeLargeFile(`${server.folder}/large.bin`, LARGE);
  return server;
}

/** A connection that has had an answer and is idle now. */
async function idleClient(server: TestServer): Promise<WireClient> {
  const client = await WireClient.connect(server.port);
  await client.get("/ok.txt");
  assertEquals((await client.response())?.text, "fine");
  return client;
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.test({
    name: `${signal}: a running download ends whole, idle connections are closed, the status is 0`,
    ignore,
    fn: async () => {
      await using server = await start("20s");
      using idle = await idleClient(server);
      using silent = await WireClient.connect(server.port);
      using download = await Download.start(server.port, get("/large.bin"));
      server.kill(signal);
      assertEquals((await idle.rest()).length, 0);
      assertEquals((await silent.rest()).length, 0);
      await waitUntil(() => isRefused(server.port), "no connection is accepted any more");
      await download.drop();
      assertEquals(download.received, LARGE);
      assertEquals(await server.status, 0);
      assert(!(await download.canGoOn()));
    },
  });

  Deno.test({
    name: `${signal} twice ends at once, with status 0`,
    ignore,
    fn: async () => {
      await using server = await start("1h");
      using idle = await idleClient(server);
      using download = await Download.start(server.port, get("/large.bin"));
      server.kill(signal);
      // The first one has been heard when the idle connection ends; sent too early the second would be lost in it.
      assertEquals((await idle.rest()).length, 0);
      server.kill(signal);
      assertEquals(await inTime(server.status, "it ends"), 0);
      await download.drop();
      assertLess(download.received, LARGE);
    },
  });
}

Deno.test({
  name: "a download that takes longer than timeouts.shutdown is cut, and the status is 0",
  ignore,
  fn: async () => {
    await using server = await start("300ms");
    using download = await Download.start(server.port, get("/large.bin"));
    server.kill("SIGTERM");
    assertEquals(await server.status, 0);
    await download.drop();
    assertLess(download.received, LARGE);
  },
});

Deno.test({
  name: "without connections it ends at once",
  ignore,
  fn: async () => {
    await using server = await start("1h");
    server.kill("SIGTERM");
    assertEquals(await inTime(server.status, "it ends"), 0);
    assertEquals(server.output().stderr.trim().split("\n").length, 1);
  },
});

Deno.test({
  name: "what was sent together with a running request is answered, the last one with Connection: close",
  ignore,
  fn: async () => {
    await using server = await start("20s");
    using idle = await idleClient(server);
    using client = await WireClient.connect(server.port);
    await client.send(get("/large.bin", "Range: bytes=0-20000000\r\n") + get("/ok.txt"));
    // The first byte of the answer: the exchange is under way.
    const head = new Uint8Array(1);
    assertEquals(await client.connection.read(head), 1);
    server.kill("SIGTERM");
    assertEquals((await idle.rest()).length, 0);
    const rest = await new Response(client.connection.readable).text();
    assert(rest.endsWith("\r\n\r\nfine"), "the second request had no answer");
    assert(rest.slice(-300).includes("Connection: close\r\n"));
    assertEquals(await server.status, 0);
  },
});

Deno.test({
  name: "after a shutdown the port is free again",
  ignore,
  fn: async () => {
    await using server = await start("5s");
    server.kill("SIGTERM");
    assertEquals(await server.status, 0);
    // Listening would fail while somebody else does.
    Deno.listen({ hostname: "127.0.0.1", port: server.port }).close();
  },
});
