/**
 * The server's own end during an upload: asked for, insisted on, or sudden.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { launch, temporaryFolder } from "../support/launch.ts";
import { startServer } from "../support/server.ts";
import { inTime, waitUntil } from "../support/wait.ts";
import {
  assertHolds,
  beginUpload,
  filesIn,
  put,
  STORE_CONFIG,
  STORE_FILES,
  storeOf,
} from "./store_support.ts";
import { isRefused } from "./wire_support.ts";

const config = (shutdown: string) => `timeouts: { shutdown: ${shutdown} }\n${STORE_CONFIG}`;

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.test(`an upload that takes longer than timeouts.shutdown after ${signal} leaves nothing`, async () => {
    await using server = await startServer({ config: config("300ms"), files: STORE_FILES });
    using _client = await beginUpload(server.port, storeOf(server));
    server.kill(signal);
    assertEquals(await server.status, 0);
    assertEquals(filesIn(storeOf(server)), []);
  });
}

Deno.test("an upload that ends within timeouts.shutdown is stored", async () => {
  await using server = await startServer({ config: config("20s"), files: STORE_FILES });
  using client = await beginUpload(server.port, storeOf(server));
  server.kill("SIGTERM");
  await waitUntil(() => isRefused(server.port), "no new connections");
  await client.send("x".repeat(900_000));
  const response = await client.response();
  assertEquals([response?.status, response?.field("connection")], [201, "close"]);
  assertEquals(await server.status, 0);
  assertEquals(filesIn(storeOf(server)), ["half.bin"]);
  assertEquals(Deno.statSync(storeOf(server, "store/half.bin")).size, 1_000_000);
});

for (const workers of [1, 2]) {
  Deno.test(`a second SIGTERM ends at once and leaves nothing of an upload, with ${workers} worker(s)`, async () => {
    await using server = await startServer({
      config: `workers: ${workers}\n${config("1h")}`,
      files: STORE_FILES,
    });
    const clients = await Promise.all(
      Array.from({ length: 10 }, () => beginUpload(server.port, storeOf(server))),
    );
    await waitUntil(() => filesIn(storeOf(server)).length === 10, "ten uploads have begun");
    server.kill("SIGTERM");
    await waitUntil(() => isRefused(server.port), "no new connections");
    server.kill("SIGTERM");
    assertEquals(await inTime(server.status, "it ends"), 0);
    assertEquals(filesIn(storeOf(server)), []);
    for (const client of clients) client[Symbol.dispose]();
  });
}

Deno.test("what a killed server has left is swept at the next start, and nothing else", async () => {
  await using folder = await temporaryFolder();
  const store = join(folder.path, "store");
  Deno.mkdirSync(join(store, "sub"), { recursive: true });
  Deno.mkdirSync(join(folder.path, "site"));
  Deno.writeTextFileSync(
    join(folder.path, "webserv.yaml"),
    STORE_CONFIG.replaceAll("LISTEN", '"127.0.0.1:0"'),
  );
  const start = () => launch(["serve", "-c", join(folder.path, "webserv.yaml")]);
  {
    await using killed = start();
    const port = await killed.port();
    const data = (target: string) =>
      `PUT ${target} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n${"x".repeat(5000)}`;
    using _one = await beginUpload(port, store, data("/files/one"));
    using _two = await beginUpload(port, join(store, "sub"), data("/files/sub/two"));
    assertEquals((await put({ port }, "/files/sub/whole", "whole")).status, 201);
    killed.kill("SIGKILL");
    await killed.status;
  }
  assertEquals(filesIn(store).length, 3);
  await using next = start();
  await next.port();
  await assertHolds(store, ["sub/whole"]);
  await next.says(/notice: removed an unfinished upload of an earlier run from \S+\n/);
  // Uploads of this run are none of an earlier one.
  assertEquals((await put({ port: await next.port() }, "/files/new", "new")).status, 201);
});

Deno.test("a second server on the same store does not sweep the uploads of the first", async () => {
  await using first = await startServer({ config: STORE_CONFIG, files: STORE_FILES });
  using client = await beginUpload(first.port, storeOf(first));
  const left = storeOf(first, `store/.webserv-upload-${2 ** 22 + 1}-0`);
  Deno.writeTextFileSync(left, "of nobody");
  const old = new Date(Date.now() - 60_000);
  Deno.utimeSync(left, old, old);
  await using second = launch(["serve", "--quiet", "--upload", "--port", "0", storeOf(first)]);
  await second.port();
  await waitUntil(
    () => !filesIn(storeOf(first)).includes(left.slice(left.lastIndexOf("/") + 1)),
    "it has swept",
  );
  await client.send("x".repeat(900_000));
  assertEquals((await client.response())?.status, 201);
  assertEquals(filesIn(storeOf(first)), ["half.bin"]);
});

Deno.test("a reload neither cuts nor sweeps an upload", async () => {
  await using server = await startServer({ config: STORE_CONFIG, files: STORE_FILES });
  using client = await beginUpload(server.port, storeOf(server));
  server.kill("SIGHUP");
  await server.waitFor(/is loaded again/);
  assertEquals((await put(server, "/files/of-the-new", "x")).status, 201);
  assert(filesIn(storeOf(server)).length === 2);
  await client.send("x".repeat(900_000));
  assertEquals((await client.response())?.status, 201);
  assertEquals(filesIn(storeOf(server)), ["half.bin", "of-the-new"]);
});
