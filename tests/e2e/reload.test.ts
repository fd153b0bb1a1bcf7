/**
 * SIGHUP: the configuration is loaded again, and nobody notices but those who look for what has changed (DESIGN.md
 * section 2).
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { freePort } from "../../lib/runtime/free_port.ts";
import { ask, get, redirect } from "../support/ask.ts";
import { startServer, writeFiles } from "../support/server.ts";
import { waitUntil } from "../support/wait.ts";
import { WireClient } from "../support/wire.ts";
import { PLAIN } from "./cgi_support.ts";
import { ignore, reloadServer } from "./reload_support.ts";
import { Download, isRefused, makeLargeFile } from "./wire_support.ts";

const FILES = { "one/a.txt": "one", "two/a.txt": "two" };
const QUIET = "access_log: off\n";
const serving = (text: string) => `${QUIET}servers: [{ listen: LISTEN, ${text} }]`;

Deno.test({
  name: "another root, other fields and other locations hold after a reload, on the same port",
  ignore,
  fn: async () => {
    await using server = await reloadServer({ config: serving("root: one"), files: FILES });
    const { port } = server;
    assertEquals(await get(port, "/a.txt"), "200 one");
    await server.reload(serving("root: one, add_header: { X-New: here }"));
    assertEquals((await ask(port, "/a.txt")).field("x-new"), "here");
    await server.reload(serving("root: two, locations: { /old: { return: 301 /a.txt } }"));
    // Every connection, not just some of them.
    for (let i = 0; i < 20; i++) assertEquals(await get(port, "/a.txt"), "200 two");
    assertEquals(await redirect(port, "/old"), "301 /a.txt");
    assertEquals((await ask(port, "/a.txt")).field("x-new"), undefined);
    await server.reload(serving("root: one, locations: { /up/: { upload_store: up } }"));
    assertEquals((await ask(port, "/up/x", { method: "PUT", body: "x" })).status, 201);
    assertEquals((await ask(port, "/old")).status, 404);
  },
});

Deno.test({
  name: "a connection that is kept lives through reloads, and each of its requests is answered",
  ignore,
  fn: async () => {
    await using server = await reloadServer({ config: serving("root: one"), files: FILES });
    using client = await WireClient.connect(server.port);
    const next = async () => {
      await client.get("/a.txt");
      const response = await client.response();
      return [response?.text, response?.field("x-n"), response?.field("connection")];
    };
    assertEquals(await next(), ["one", undefined, undefined]);
    for (let i = 0; i < 3; i++) {
      await server.reload(serving(`root: one, add_header: { X-N: "${i}" }`));
      // What the workers may do is the same: they go on, with the new configuration at once.
      assertEquals(await next(), ["one", `${i}`, undefined]);
    }
    await server.reload(serving("root: two"));
    // Other workers have taken over. The old one answers once more, and says that this was it.
    assertEquals(await next(), ["one", "2", "close"]);
    assert(await client.isClosed());
    assertEquals(await get(server.port, "/a.txt"), "200 two");
  },
});

Deno.test({
  name: "limits and timeouts hold after a reload",
  ignore,
  fn: async () => {
    const top = (text: string) => `${text}\n${serving("root: one")}`;
    await using server = await reloadServer({ config: top(""), files: FILES });
    using first = await WireClient.connect(server.port);
    await first.get("/a.txt");
    assertEquals((await first.response())?.text, "one");
    await server.reload(top("limits: { connections: 1, request_line: 20 }"));
    assertEquals((await ask(server.port, "/a.txt")).status, 503);
    first[Symbol.dispose]();
    await waitUntil(async () => (await ask(server.port, "/a.txt")).status === 200, "there is room again");
    await waitUntil(
      async () => (await ask(server.port, "/a.txt?0123456789")).status === 414,
      "the line is too long",
    );
    await server.reload(top("timeouts: { keep_alive: 100ms }"));
    using kept = await WireClient.connect(server.port);
    await kept.get("/a.txt");
    assertEquals((await kept.response())?.text, "one");
    assert(await kept.isClosed());
  },
});

for (const workers of [1, 2]) {
  Deno.test({
    name: `addresses come and go at reloads of ${workers} worker(s), and port 0 stays the port that it was`,
    ignore,
    fn: async () => {
      const added = freePort();
      const config = (listen: string) =>
        `${QUIET}workers: ${workers}\nservers: [{ listen: ${listen}, root: one }]`;
      await using server = await reloadServer({ config: config("LISTEN"), files: FILES });
      for (let round = 0; round < 2; round++) {
        assert(await isRefused(added));
        await server.reload(config(`[LISTEN, ${added}]`));
        assertEquals([await get(added, "/a.txt"), await get(server.port, "/a.txt")], ["200 one", "200 one"]);
        await server.reload(config("LISTEN"));
        assertEquals(await get(server.port, "/a.txt"), "200 one");
      }
      await server.reload(config(`${added}`));
      assert(await isRefused(server.port), "the address is not in the file any more");
      assertEquals(await get(added, "/a.txt"), "200 one");
    },
  });
}

Deno.test({
  name: "the number of workers may change",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const config = (workers: number) =>
      `log_format: json\nworkers: ${workers}\nservers: [{ listen: LISTEN, root: one }]`;
    await using server = await reloadServer({ config: config(1), files: FILES });
    for (const [round, workers] of [1, 3, 2].entries()) {
      if (round > 0) await server.reload(config(workers));
      for (let i = 0; i < 60; i++) assertEquals(await get(server.port, `/a.txt?${round}`), "200 one");
      const seen = () => {
        const lines = server.output().stdout.split("\n").filter((line) => line.includes(`?${round}"`));
        return lines.length < 60 ? 0 : new Set(lines.map((line) => JSON.parse(line).worker)).size;
      };
      await waitUntil(() => seen() === workers, `${workers} workers answer`);
    }
  },
});

Deno.test({
  name: "a broken file leaves the old configuration, and its errors in the error log with their lines",
  ignore,
  fn: async () => {
    const log = "error_log: error.log\n";
    await using server = await reloadServer({ config: log + serving("root: one"), files: FILES });
    const said = await server.reloadInVain(`${log}wokers: 2\n${serving("root: two, listen_: 1")}`);
    assertMatch(said, /error: webserv\.yaml:2: .*"wokers".*\n/);
    assertMatch(said, /error: webserv\.yaml:4: .*"listen_".*\n/);
    assertEquals(await get(server.port, "/a.txt"), "200 one");
    assertMatch(await server.reloadInVain("{"), /error: webserv\.yaml:1/);
    await Deno.remove(`${server.folder}/webserv.yaml`);
    server.kill("SIGHUP");
    await waitUntil(
      () => Deno.readTextFileSync(`${server.folder}/error.log`).includes("webserv.yaml does not exist"),
      "the missing file is named",
    );
    assertEquals(await get(server.port, "/a.txt"), "200 one");
    await server.reload(log + serving("root: two"));
    assertEquals(await get(server.port, "/a.txt"), "200 two");
    assertEquals(server.output().stderr.trim().split("\n").length, 1, "all else went to the error log");
  },
});

Deno.test({
  name: "an address that is taken leaves the old configuration with all its addresses",
  ignore,
  fn: async () => {
    using other = Deno.listen({ hostname: "127.0.0.1", port: 0, reusePort: true });
    await using server = await reloadServer({ config: serving("root: one"), files: FILES });
    for (let round = 0; round < 2; round++) {
      const said = await server.reloadInVain(
        `${QUIET}servers: [{ listen: [LISTEN, ${other.addr.port}], root: two }]`,
      );
      assertMatch(said, new RegExp(`error: port ${other.addr.port} is taken`));
      assertEquals(await get(server.port, "/a.txt"), "200 one");
    }
    // No look at it tells that it cannot be opened.
    await Deno.symlink("missing/a.log", `${server.folder}/dangling.log`);
    const said = await server.reloadInVain(
      `access_log: dangling.log\nservers: [{ listen: LISTEN, root: two }]`,
    );
    assertMatch(said, /dangling\.log cannot be written/);
    assertEquals(await get(server.port, "/a.txt"), "200 one");
  },
});

Deno.test({
  name: "logs go to other places after a reload, the line of a running download too",
  ignore,
  fn: async () => {
    const config = (access: string, root: string) =>
      `access_log: ${access}\nservers: [{ listen: LISTEN, root: ${root} }]`;
    await using server = await reloadServer({ config: config("first.log", "one"), files: FILES });
    makeLargeFile(`${server.folder}/one/large.bin`, 20_000_000);
    const text = (name: string) => Deno.readTextFileSync(`${server.folder}/${name}`);
    await get(server.port, "/a.txt?1");
    await waitUntil(() => text("first.log").includes("?1"), "the first line is there");
    using download = await Download.start(server.port, "GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await server.reload(config("second.log", "two"));
    await get(server.port, "/a.txt?2");
    await download.drop();
    await waitUntil(() => /\?2 .*\n/.test(text("second.log")), "the second line is there");
    await waitUntil(() => text("second.log").includes("/large.bin"), "the download's line is there");
    await server.reload(config("stdout", "two"));
    await get(server.port, "/a.txt?3");
    await server.waitFor("?3");
    assertEquals(text("first.log").match(/\?\d/g), ["?1"]);
    assertEquals(text("second.log").match(/\?\d/g), ["?2"]);
  },
});

Deno.test({
  name: "a running download, upload and program end well under the old configuration",
  ignore,
  fn: async () => {
    const config = (root: string) =>
      `${QUIET}servers:
  - listen: LISTEN
    root: ${root}
    locations:
      /up/: { upload_store: up-${root} }
      /cgi/: { alias: cgi, cgi: { .sh: sh } }
`;
    const wait = `while [ ! -e go ]; do sleep 0.02; done`;
    await using server = await reloadServer({
      config: config("one"),
      files: { ...FILES, "cgi/slow.sh": `${PLAIN}echo begun; ${wait}; echo ended` },
    });
    const size = 30_000_000;
    makeLargeFile(`${server.folder}/one/large.bin`, size);
    using download = await Download.start(server.port, "GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n");
    using upload = await WireClient.connect(server.port);
    await upload.send("PUT /up/x.txt HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhello");
    using program = await WireClient.connect(server.port);
    await program.send("GET /cgi/slow.sh HTTP/1.0\r\nHost: localhost\r\n\r\n");
    const head = new Uint8Array(8);
    await program.connection.read(head);
    await server.reload(config("two"));
    await server.reload(config("one"));
    await server.reload(config("two"));
    assertEquals(await get(server.port, "/a.txt"), "200 two");
    await upload.send("world");
    assertEquals((await upload.response())?.status, 201);
    assertEquals(await Deno.readTextFile(`${server.folder}/up-one/x.txt`), "helloworld");
    await writeFiles(server.folder, { "cgi/go": "" });
    assertMatch(new TextDecoder().decode(await program.rest()), /begun\nended\n$/);
    await download.drop();
    assertEquals(download.received, size);
  },
});

Deno.test({
  name: "SIGHUP without a configuration file says so, and the server goes on",
  ignore,
  fn: async () => {
    await using server = await startServer({ files: FILES });
    for (let i = 1; i <= 2; i++) {
      server.kill("SIGHUP");
      await waitUntil(
        () => server.output().stderr.split("there is no configuration file").length === i + 1,
        "it says so",
      );
      assertEquals(await get(server.port, "/one/a.txt"), "200 one");
    }
  },
});

Deno.test({
  name: "many reloads leave no workers, connections or descriptors behind",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using server = await reloadServer({ config: serving("root: one"), files: FILES });
    const descriptors = () => [...Deno.readDirSync(`/proc/${server.pid}/fd`)].length;
    const threads = () => [...Deno.readDirSync(`/proc/${server.pid}/task`)].length;
    await server.reload(serving("root: two"));
    await server.reload(serving("root: one"));
    const before = { descriptors: descriptors(), threads: threads() };
    for (let i = 0; i < 8; i++) await server.reload(serving(`root: ${i % 2 === 0 ? "two" : "one"}`));
    // The runtime keeps threads that have nothing to do for a while.
    await waitUntil(() => descriptors() <= before.descriptors + 2, "descriptors are given back");
    await waitUntil(() => threads() <= before.threads + 2, "threads have ended");
  },
});
