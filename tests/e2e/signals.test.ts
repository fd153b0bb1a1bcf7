/**
 * SIGTERM under load, and log files that are moved away (DESIGN.md section 2). What a shutdown does to single connections is in
 * connections_shutdown.test.ts.
 *
 * @module
 */
import { assert, assertEquals, assertLess, assertMatch } from "@std/assert";
import { get as getPage } from "../support/ask.ts";
import { isFile, startServer, type TestServer } from "../support/server.ts";
import { inTime, waitUntil } from "../support/wait.ts";
import { WireClient } from "../support/wire.ts";
import { assertGone, PLAIN } from "./cgi_support.ts";
import { isAllOf, load } from "./load_support.ts";
import { ignore } from "./reload_support.ts";
import { Download, get, makeLargeFile } from "./wire_support.ts";

const LARGE = 40_000_000;

/** A server with a large file, a store and a program that waits for a file named go. */
async function start(shutdown: string, workers = 1): Promise<TestServer> {
  const server = await startServer({
    config: `access_log: off
workers: ${workers}
timeouts: { shutdown: ${shutdown} }
servers:
  - listen: LISTEN
    root: www
    locations:
      /up/: { upload_store: up }
      /cgi/: { alias: cgi, cgi: { .sh: sh } }
`,
    files: {
      "www/page.txt": "a".repeat(3000),
      "cgi/slow.sh": `${PLAIN}echo $$ > ../pid; sleep 300 & echo $! >> ../pid; echo begun
        while [ ! -e ../go ]; do sleep 0.02; done; kill $!; echo ended`,
    },
  });
  makeLargeFile(`${server.folder}/www/large.bin`, LARGE);
  return server;
}

interface Running extends Disposable {
  readonly download: Download;
  readonly upload: WireClient;
  readonly program: WireClient;
}

/** A download, an upload and a program, each of them under way. */
async function startAll({ port }: TestServer): Promise<Running> {
  const download = await Download.start(port, get("/large.bin"));
  const upload = await WireClient.connect(port);
  await upload.send(
    "PUT /up/x.txt HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n",
  );
  assertEquals((await upload.response())?.status, 100);
  await upload.send("hello");
  const program = await WireClient.connect(port);
  await program.send("GET /cgi/slow.sh HTTP/1.0\r\nHost: localhost\r\n\r\n");
  await program.connection.read(new Uint8Array(8));
  return {
    download,
    upload,
    program,
    [Symbol.dispose]: () => [download, upload, program].forEach((one) => one[Symbol.dispose]()),
  };
}

const pids = ({ folder }: TestServer) =>
  Deno.readTextFileSync(`${folder}/pid`).trim().split("\n").map(Number);

for (const workers of [1, 2]) {
  Deno.test({
    name: `SIGTERM lets a running download, upload and program end, with ${workers} worker(s)`,
    ignore,
    fn: async () => {
      await using server = await start("20s", workers);
      using running = await startAll(server);
      using idle = await WireClient.connect(server.port);
      server.kill("SIGTERM");
      assertEquals((await idle.rest()).length, 0);
      await running.upload.send("world");
      assertEquals((await running.upload.response())?.status, 201);
      assertEquals(await Deno.readTextFile(`${server.folder}/up/x.txt`), "helloworld");
      await Deno.writeTextFile(`${server.folder}/go`, "");
      assertMatch(new TextDecoder().decode(await running.program.rest()), /begun\nended\n$/);
      await running.download.drop();
      assertEquals(running.download.received, LARGE);
      assertEquals(await server.status, 0);
      await assertGone(pids(server));
    },
  });
}

Deno.test({
  name: "what is not ready when timeouts.shutdown is over is cut, killed and cleaned up",
  ignore,
  fn: async () => {
    await using server = await start("500ms");
    using running = await startAll(server);
    server.kill("SIGTERM");
    assertEquals(await inTime(server.status, "it ends"), 0);
    await assertGone(pids(server));
    assertEquals([...Deno.readDirSync(`${server.folder}/up`)], [], "half an upload is left");
    await running.download.drop();
    assertLess(running.download.received, LARGE);
    assertEquals(await running.upload.response().catch(() => undefined), undefined);
  },
});

Deno.test({
  name: "SIGTERM under load: what was sent before is answered whole",
  ignore,
  fn: async () => {
    await using server = await start("1h", 2);
    let isTermed = false;
    const answers = Array.from({ length: 12 }, () => 0);
    const late: string[] = [];
    const work = async (index: number) => {
      using client = await WireClient.connect(server.port);
      for (;;) {
        const isEarly = !isTermed;
        let answer: string | undefined;
        try {
          await client.get("/page.txt");
          answer = (await client.response())?.text;
        } catch (error) {
          answer = String(error);
        }
        // Whoever sends after the signal may find the connection closed; but half an answer is never right.
        if (answer !== "a".repeat(3000)) {
          if (isEarly || answer?.includes("half")) {
            late.push(`sent ${isEarly ? "before" : "after"}: ${answer}`);
          }
          break;
        }
        answers[index]!++;
      }
    };
    const all = Promise.all(answers.map((_, index) => work(index)));
    await waitUntil(() => answers.every((count) => count >= 20), () => `each has had 20 answers: ${answers}`);
    server.kill("SIGTERM");
    isTermed = true;
    // However much a client goes on to ask, its connection ends.
    await inTime(all, "all connections have ended");
    assertEquals(late, []);
    assertEquals(await server.status, 0);
  },
});

Deno.test({
  name: "SIGTERM takes the connections that the system has queued before it closes the door",
  ignore,
  fn: async () => {
    await using server = await start("20s");
    const clients = await Promise.all(Array.from({ length: 60 }, async () => {
      const client = await WireClient.connect(server.port);
      await client.send(get("/page.txt", "Connection: close\r\n"));
      return client;
    }));
    server.kill("SIGTERM");
    const answers = await Promise.all(clients.map((client) => client.response().catch(() => undefined)));
    assertEquals(answers.filter((answer) => answer?.body.length !== 3000).length, 0);
    clients.forEach((client) => client[Symbol.dispose]());
    assertEquals(await server.status, 0);
  },
});

Deno.test({
  name: "SIGTERM during reloads ends the server all the same",
  ignore,
  fn: async () => {
    await using server = await start("2s", 2);
    const loaded = () => server.output().stderr.split("is loaded again").length - 1;
    for (let i = 0; i < 6; i++) {
      const file = `${server.folder}/webserv.yaml`;
      const text = await Deno.readTextFile(file);
      await Deno.writeTextFile(
        `${file}.new`,
        text.replace(/root: \S+/, `root: ${i % 2 === 0 ? "up" : "www"}`),
      );
      // In one step: the reload before may be reading it just now.
      await Deno.rename(`${file}.new`, file);
      const before = loaded();
      server.kill("SIGHUP");
      // Now and then one comes while others are under way; at the end there are several.
      if (i % 2 === 0 && i < 4) await waitUntil(() => loaded() > before, "it is loaded again");
    }
    server.kill("SIGTERM");
    assertEquals(await server.status, 0);
    assert(!server.output().stderr.includes("error"), server.output().stderr);
  },
});

/** With a signal as logrotate sends it, and without one. */
for (const signal of ["SIGHUP", undefined] as const) {
  Deno.test({
    name: `${signal ?? "nothing but time"} goes on in a new log file after a rename, and no line is lost`,
    ignore,
    fn: async () => {
      await using server = await startServer({
        config: `access_log: access.log\nworkers: 2\nservers: [{ listen: LISTEN, root: . }]`,
        files: { "page.txt": "a" },
      });
      const file = `${server.folder}/access.log`;
      let going = true;
      const running = load({
        port: server.port,
        clients: 3,
        keepAlive: true,
        target: "/page.txt",
        check: isAllOf("a", 1),
        goesOn: () => going,
      });
      const rotations = 4;
      const hasLines = () => isFile(file) && Deno.statSync(file).size > 0;
      for (let i = 0; i < rotations; i++) {
        await waitUntil(hasLines, "there are lines in the log");
        await Deno.rename(file, `${file}.${i}`);
        if (signal) server.kill(signal);
        await waitUntil(() => isFile(file), "there is a new file");
      }
      await waitUntil(hasLines, "there are lines in the last log");
      going = false;
      const { requests, failures } = await running;
      assertEquals(failures, {});
      assertEquals(await getPage(server.port, "/page.txt?last"), "200 a");
      server.kill("SIGTERM");
      assertEquals(await server.status, 0);
      const texts = ["", ".0", ".1", ".2", ".3"].map((end) => Deno.readTextFileSync(file + end));
      for (const text of texts) assert(text.endsWith("\n"), "a line was torn");
      const lines = texts.join("").trim().split("\n");
      assertEquals(lines.length, requests + 1);
      for (const line of lines) {
        assertMatch(line, /^127\.0\.0\.1 - - \[[^\]]+\] "GET \/page\.txt\S* HTTP\/1\.1" 200 1 "-" "-"$/);
      }
      assert(texts[0]!.includes("?last"), "the newest lines are in the file that has the name");
    },
  });
}

Deno.test({
  name: "SIGHUP opens log files again although the configuration is wrong by now",
  ignore,
  fn: async () => {
    await using server = await startServer({
      config: `access_log: off\nerror_log: error.log\nservers: [{ listen: LISTEN, root: . }]`,
    });
    const file = `${server.folder}/error.log`;
    await Deno.writeTextFile(`${server.folder}/webserv.yaml`, "servers: nonsense");
    await Deno.rename(file, `${file}.1`);
    server.kill("SIGHUP");
    await waitUntil(
      () => isFile(file) && Deno.readTextFileSync(file).includes("the old one stays"),
      "the new file says what is wrong",
    );
    assertEquals(Deno.readTextFileSync(`${file}.1`), "");
  },
});
