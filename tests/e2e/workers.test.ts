/**
 * Several workers on the same addresses (DESIGN.md section 5).
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { ask, get } from "../support/ask.ts";
import { launch, temporaryFolder } from "../support/launch.ts";
import { runProgram, startServer, type TestServer, writeFiles } from "../support/server.ts";
import { waitUntil } from "../support/wait.ts";
import { WireClient } from "../support/wire.ts";
import { PLAIN } from "./cgi_support.ts";

/** Only Linux shares connections out among all who listen. */
const ignore = Deno.build.os !== "linux";

interface Logged {
  readonly worker: number;
  readonly target: string;
  readonly status: number;
}

const config = (top: string) => `${top}\nlog_format: json\nservers: [{ listen: LISTEN, root: . }]`;
const files = { "a.txt": "fine" };

/** The access log, once it has so many lines. Each of them is one. */
async function logged(server: TestServer, count: number): Promise<Logged[]> {
  const lines = () => server.output().stdout.split("\n").slice(0, -1);
  await waitUntil(() => lines().length >= count, `${count} lines are in the log`);
  return lines().map((line): Logged => JSON.parse(line));
}

for (
  const [how, options] of [
    ["workers: 2", { config: config("workers: 2") }],
    ["--workers 2", { config: config(""), args: ["--workers", "2"] }],
  ] as const
) {
  Deno.test({
    name: `${how} has two workers answer on one port`,
    ignore,
    fn: async () => {
      await using server = await startServer({ ...options, files });
      assertEquals(server.ports.length, 1);
      for (let i = 0; i < 40; i++) assertEquals(await get(server.port, "/a.txt"), "200 fine");
      const workers = new Set((await logged(server, 40)).map(({ worker }) => worker));
      assertEquals([...workers].sort(), [1, 2]);
    },
  });
}

Deno.test({
  name: "lines of several workers never mix, however long they are",
  ignore,
  fn: async () => {
    await using server = await startServer({ config: config("workers: 2"), files });
    const clients = 16, requests = 40;
    await Promise.all(Array.from({ length: clients }, async (_, client) => {
      using connection = await WireClient.connect(server.port);
      for (let i = 0; i < requests; i++) {
        await connection.get(`/a.txt?${client}-${i}-${"x".repeat(7000)}`);
        assertEquals((await connection.response())?.text, "fine");
      }
    }));
    const lines = await logged(server, clients * requests);
    const targets = lines.map(({ target }) => target.replace(/^\/a\.txt\?(\d+-\d+)-x{7000}$/, "$1")).sort();
    const expected = Array.from(
      { length: clients * requests },
      (_, i) => `${Math.floor(i / requests)}-${i % requests}`,
    ).sort();
    assertEquals(targets, expected);
  },
});

Deno.test({
  name: "each worker serves files, programs and uploads, over links and relative folders too",
  ignore,
  fn: async () => {
    await using server = await startServer({
      config: `workers: 2
log_format: json
servers:
  - listen: LISTEN
    root: ./sub/../link
    locations:
      /up/: { upload_store: up }
      /cgi/: { alias: link-to-cgi, cgi: { .sh: sh, .cgi: true } }
`,
      files: {
        "real/a.txt": "fine",
        "sub": null,
        "programs/a.sh": `${PLAIN}printf "program $QUERY_STRING"`,
        "programs/b.cgi": `#!/bin/sh\n${PLAIN}printf itself`,
      },
    });
    await Deno.symlink("real", `${server.folder}/link`);
    await Deno.symlink("programs", `${server.folder}/link-to-cgi`);
    await Deno.chmod(`${server.folder}/programs/b.cgi`, 0o755);
    // The links are newer than the server: what is named by the file is looked up when the workers start.
    server.kill("SIGHUP");
    await server.waitFor("is loaded again");
    for (let i = 0; i < 24; i++) {
      assertEquals(await get(server.port, "/a.txt"), "200 fine");
      assertEquals(await get(server.port, `/cgi/a.sh?${i}`), `200 program ${i}`);
      assertEquals(await get(server.port, "/cgi/b.cgi"), "200 itself");
      assertEquals((await ask(server.port, `/up/${i}.txt`, { method: "PUT", body: `${i}` })).status, 201);
      assertEquals(await Deno.readTextFile(`${server.folder}/up/${i}.txt`), `${i}`);
    }
    const lines = await logged(server, 24 * 4);
    for (const start of ["/a.txt", "/cgi/a", "/cgi/b", "/up/"]) {
      const workers = lines.filter(({ target }) => target.startsWith(start)).map(({ worker }) => worker);
      assertEquals([...new Set(workers)].sort(), [1, 2], start);
    }
  },
});

Deno.test({
  name: "a port that another server's workers share is taken",
  ignore,
  fn: async () => {
    await using first = await startServer({ config: config("workers: 2"), files });
    await using folder = await temporaryFolder();
    for (const workers of [1, 2]) {
      await writeFiles(folder.path, {
        "webserv.yaml": `workers: ${workers}\nservers: [{ listen: ${first.port}, root: . }]`,
      });
      const { code, stderr } = await runProgram(["serve"], { cwd: folder.path });
      assertEquals(code, 1, stderr);
      assertMatch(
        stderr,
        new RegExp(
          `^webserv: port ${first.port} is taken: choose another with --port, or in webserv\\.yaml:2`,
        ),
      );
    }
    assertEquals(await get(first.port, "/a.txt"), "200 fine");
  },
});

Deno.test("one address of several that is taken is reason enough, and none is left listening", async () => {
  using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = free.addr;
  free.close();
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, {
    "webserv.yaml": `workers: 2\nservers: [{ listen: [${port}, ${other.addr.port}], root: . }]`,
  });
  const { code, stderr } = await runProgram(["serve"], { cwd: folder.path });
  assertEquals(code, 1);
  assert(stderr.includes(`port ${other.addr.port} is taken`), stderr);
  assert(!stderr.includes("listening"), stderr);
});

Deno.test("an error in the configuration ends the start with 2, before any worker", async () => {
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, { "webserv.yaml": "workers: none\nservers: [{ lisen: 0, root: . }]" });
  const { code, stderr } = await runProgram(["serve"], { cwd: folder.path });
  assertEquals(code, 2, stderr);
  assertMatch(stderr, /webserv\.yaml:1: .*workers/);
  assertMatch(stderr, /webserv\.yaml:2: .*did you mean "listen"\?/);
});

Deno.test({
  name: "two workers stop as one, with status 0, and leave the port free",
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    await using server = launch(["--workers", "2", "--port", "0", folder.path]);
    const port = await server.port();
    using idle = await WireClient.connect(port);
    server.kill("SIGTERM");
    assertEquals(await server.status, 0);
    assertEquals((await idle.rest()).length, 0);
    Deno.listen({ hostname: "127.0.0.1", port }).close();
  },
});
