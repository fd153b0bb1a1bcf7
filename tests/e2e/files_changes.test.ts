/**
 * Files that change: what is seen at the next request, and what becomes of a download under way.
 *
 * @module
 */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { test } from "../support/protocols.ts";
import { pause, waitUntil } from "../support/wait.ts";
import { exchange, WireClient } from "../support/wire.ts";
import { assertAnswers, Download, get, makeLargeFile, sharedServer } from "./wire_support.ts";

const server = await sharedServer({
  config: "access_log: off\nerror_log: off\ntimeouts: { send: 5s }\nservers: [{ listen: LISTEN, root: . }]\n",
  files: { "ok.txt": "fine" },
});
const pathOf = (name: string) => `${server.folder}/${name}`;
const textOf = async (client: WireClient, path: string) => {
  await client.get(path);
  return (await client.response())?.text;
};

test("a file rewritten in place with the same size is seen at the next request", async () => {
  using client = await WireClient.connect(server.port);
  const path = pathOf("same.txt");
  for (let i = 0; i < 50; i++) {
    const text = `version ${String(i).padStart(4, "0")}`;
    Deno.writeTextFileSync(path, text);
    // Twice: the second may come from memory.
    assertEquals(await textOf(client, "/same.txt"), text);
    assertEquals(await textOf(client, "/same.txt"), text);
  }
});

test("a kept file rewritten in place with its size and time is seen at the next request", async () => {
  using client = await WireClient.connect(server.port);
  const path = pathOf("kept.txt");
  const time = Math.floor(Date.now() / 1000) - 1000;
  // The times of a file are coarse, and contents are kept once they are older than that: both sides of it. A file's
  // age cannot be made up, since nothing but time itself changes the time of the inode's change.
  for (const [i, age] of [120, 120, 1200, 0].entries()) {
    const text = `version ${i}`;
    Deno.writeTextFileSync(path, text);
    // As cp -p, tar and git do it. The time of the inode's change tells all the same.
    Deno.utimeSync(path, time, time);
    assertEquals(await textOf(client, "/kept.txt"), text);
    await pause(age);
    assertEquals(await textOf(client, "/kept.txt"), text);
    assertEquals(await textOf(client, "/kept.txt"), text);
  }
});

test("a file replaced by renaming another over it is seen at the next request", async () => {
  using client = await WireClient.connect(server.port);
  const time = Math.floor(Date.now() / 1000) - 1000;
  for (let i = 0; i < 50; i++) {
    const text = `version ${String(i).padStart(4, "0")}`;
    Deno.writeTextFileSync(pathOf("new.tmp"), text);
    Deno.utimeSync(pathOf("new.tmp"), time, time);
    Deno.renameSync(pathOf("new.tmp"), pathOf("renamed.txt"));
    assertEquals(await textOf(client, "/renamed.txt"), text);
    assertEquals(await textOf(client, "/renamed.txt"), text);
  }
});

test("a changed file has another tag, and the old one is no match any more", async () => {
  const path = pathOf("tagged.txt");
  Deno.writeTextFileSync(path, "first!");
  const first = (await exchange(server.port, get("/tagged.txt")))!.field("etag")!;
  const { mtime } = Deno.statSync(path);
  await waitUntil(() => {
    Deno.writeTextFileSync(path, "second");
    return Deno.statSync(path).mtime! > mtime!;
  }, "the file's time is another");
  const response = await exchange(server.port, get("/tagged.txt", `If-None-Match: ${first}\r\n`));
  assertEquals([response?.status, response?.text], [200, "second"]);
  assertNotEquals(response?.field("etag"), first);
  const resumed = await exchange(
    server.port,
    get("/tagged.txt", `Range: bytes=3-\r\nIf-Range: ${first}\r\n`),
  );
  assertEquals([resumed?.status, resumed?.text], [200, "second"]);
});

test("a file that is deleted and comes back is seen so", async () => {
  using client = await WireClient.connect(server.port);
  for (let i = 0; i < 10; i++) {
    Deno.writeTextFileSync(pathOf("blink.txt"), `version ${i}`);
    assertEquals(await textOf(client, "/blink.txt"), `version ${i}`);
    Deno.removeSync(pathOf("blink.txt"));
    await client.get("/blink.txt");
    assertEquals((await client.response())?.status, 404);
  }
});

test("a file that becomes a folder, and a folder that becomes a file, are seen so", async () => {
  using client = await WireClient.connect(server.port);
  for (let i = 0; i < 3; i++) {
    Deno.writeTextFileSync(pathOf("shape"), "file");
    assertEquals(await textOf(client, "/shape"), "file");
    Deno.removeSync(pathOf("shape"));
    Deno.mkdirSync(pathOf("shape"));
    Deno.writeTextFileSync(pathOf("shape/index.html"), "folder");
    await client.get("/shape");
    assertEquals((await client.response())?.field("location"), "/shape/");
    assertEquals(await textOf(client, "/shape/"), "folder");
    Deno.removeSync(pathOf("shape"), { recursive: true });
  }
});

test("an index that appears or goes is seen at the next request", async () => {
  using client = await WireClient.connect(server.port);
  Deno.mkdirSync(pathOf("indexed"), { recursive: true });
  const status = async () => {
    await client.get("/indexed/");
    return (await client.response())?.status;
  };
  assertEquals(await status(), 403);
  Deno.writeTextFileSync(pathOf("indexed/index.html"), "index");
  assertEquals(await status(), 200);
  Deno.removeSync(pathOf("indexed/index.html"));
  assertEquals(await status(), 403);
});

/** More than all buffers between server and client hold, so that the server is still reading when it changes. */
const LARGE = 64 * 1024 * 1024;

test("a file that grows during its download is sent as long as it was", async () => {
  const path = pathOf("growing.bin");
  makeLargeFile(path, LARGE);
  using download = await Download.start(server.port, get("/growing.bin"));
  await download.read();
  Deno.truncateSync(path, LARGE * 2);
  await download.drop();
  assertEquals([download.length, download.received], [LARGE, LARGE]);
  assert(await download.canGoOn(), "the framing is broken");
});

for (const left of [0, 1024 * 1024]) {
  test(`a file that shrinks to ${left} bytes during its download ends the connection early`, async () => {
    const path = pathOf(`shrinking-${left}.bin`);
    makeLargeFile(path, LARGE);
    using download = await Download.start(server.port, get(`/shrinking-${left}.bin`));
    await download.read();
    Deno.truncateSync(path, left);
    await download.drop();
    assertEquals(download.length, LARGE);
    assert(download.received < LARGE, "more was sent than there is");
    assert(!(await download.canGoOn()), "a client would take what follows for the missing rest");
    await assertAnswers(server);
  });
}

test("several ranges of a file that shrinks during their download end the connection early", async () => {
  const path = pathOf("shrinking-parts.bin");
  makeLargeFile(path, LARGE);
  const fields = `Range: bytes=0-${LARGE / 2},${LARGE / 2 + 10}-\r\n`;
  using download = await Download.start(server.port, get("/shrinking-parts.bin", fields));
  await download.read();
  Deno.truncateSync(path, 1000);
  await download.drop();
  assert(download.received < download.length);
  assert(!(await download.canGoOn()));
  await assertAnswers(server);
});

test("a file that is deleted or replaced during its download is sent to its end", async () => {
  for (const change of ["delete", "replace"]) {
    const path = pathOf("leaving.bin");
    makeLargeFile(path, LARGE, [LARGE - 100]);
    using download = await Download.start(server.port, get("/leaving.bin"));
    await download.read();
    if (change === "delete") Deno.removeSync(path);
    else {
      makeLargeFile(pathOf("other.bin"), 10);
      Deno.renameSync(pathOf("other.bin"), path);
    }
    let last = "";
    for (let bytes; (bytes = await download.read()) !== null;) {
      last = (last + new TextDecoder().decode(bytes.subarray(-200))).slice(-200);
    }
    assertEquals(download.received, LARGE);
    assert(last.includes(`mark at ${LARGE - 100};`));
    assert(await download.canGoOn());
  }
});
