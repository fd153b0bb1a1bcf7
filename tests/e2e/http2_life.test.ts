/**
 * Connections of HTTP/2 in a running server: its stop and its reload, much content, hostile peers, the clients that
 * people have.
 *
 * @module
 */
import { assert, assertEquals, assertLess, assertMatch } from "@std/assert";
import { runClient } from "../support/demo.ts";
import { answerOf, Http2Client, testHttp2 } from "../support/http2_client.ts";
import { startServer } from "../support/server.ts";
import { waitUntil } from "../support/wait.ts";
import { toText, WireClient } from "../support/wire.ts";
import { PREFACE, request, SETTINGS, takeFrames } from "../server/http2/peer.ts";
import { needs } from "./cgi_support.ts";
import { type Flood, FLOODS } from "./http2_floods.ts";
import { HAS_PROC, makeLargeFile, residentMemory, sharedServer } from "./wire_support.ts";

const MIB = 1024 ** 2;
const CONFIG = "access_log: off\nservers: [{ listen: LISTEN, root: . }]\n";
const server = await sharedServer({ config: CONFIG, files: { "ok.txt": "fine", "k.txt": "x".repeat(1024) } });
makeLargeFile(`${server.folder}/huge.bin`, 256 * MIB);
const NO_SIGNALS = Deno.build.os === "windows" ? "no signals here" : undefined;
const NO_PROC = HAS_PROC ? undefined : "no /proc here";

testHttp2(
  "SIGTERM: streams in their middle end whole, the client is told to go, the status is 0",
  async () => {
    await using stopping = await startServer({ config: CONFIG, files: { "ok.txt": "fine" } });
    makeLargeFile(`${stopping.folder}/large.bin`, 16 * MIB);
    await using idle = new Http2Client(stopping.port);
    assertEquals(await idle.get("/ok.txt"), "200 fine");
    await using client = new Http2Client(stopping.port);
    const streams = [1, 2, 3].map(() => client.open("/large.bin"));
    const answers = streams.map((stream) => answerOf(stream));
    await new Promise((resolve) => streams[0]!.once("data", resolve));
    stopping.kill("SIGTERM");
    for (const answer of answers) assertEquals((await answer).body.length, 16 * MIB);
    await Promise.all([client.closed, idle.closed]);
    assertEquals([idle.goAways.at(-1), client.goAways.at(-1)], [0, 0]);
    assertEquals(await stopping.status, 0);
    assert(!stopping.output().stderr.includes("cut"), stopping.output().stderr);
  },
  NO_SIGNALS,
);

testHttp2("256 MiB arrive whole while memory grows by less than 32 MiB", async () => {
  await using client = new Http2Client(server.port);
  const download = async (path: string) => {
    const stream = client.open(path);
    let length = 0, most = 0, looked = 0;
    stream.on("data", (piece: Uint8Array) => {
      length += piece.length;
      if (length - looked < 16 * MIB) return;
      looked = length;
      most = Math.max(most, residentMemory(server.pid));
    });
    await new Promise((resolve) => stream.on("end", resolve));
    return { length, most };
  };
  // What the first requests need once (code, buffers) is no growth with the size.
  await Promise.all(Array.from({ length: 20 }, () => client.ask("/k.txt")));
  const before = residentMemory(server.pid);
  const { length, most } = await download("/huge.bin");
  assertEquals(length, 256 * MIB);
  assertLess(most - before, 32 * MIB, `memory grew by ${Math.round((most - before) / MIB)} MiB`);
}, NO_PROC);

testHttp2("100 streams that are not read hold little", async () => {
  const before = residentMemory(server.pid);
  using client = await WireClient.connect(server.port);
  await client.send(PREFACE + SETTINGS);
  for (let i = 0; i < 100; i++) {
    await client.send(request(2 * i + 1, { path: "/huge.bin", ":authority": "localhost" }));
  }
  await using other = new Http2Client(server.port);
  for (let i = 0; i < 50; i++) assertEquals(await other.get("/ok.txt"), "200 fine");
  assertLess(residentMemory(server.pid) - before, 32 * MIB);
}, NO_PROC);

for (const what of Object.keys(FLOODS)) {
  Deno.test(`a flood of ${what} ends its connection, and others do not feel it`, async () => {
    const worker = new Worker(new URL("./http2_floods.ts", import.meta.url), { type: "module" });
    const said = new Promise<string>((resolve) => worker.onmessage = ({ data }) => resolve(data));
    using other = await WireClient.connect(server.port);
    let answered = 0, slowest = 0, isOver = false;
    worker.postMessage({ port: server.port, what } satisfies Flood);
    void said.then(() => isOver = true);
    while (!isOver) {
      const began = performance.now();
      await other.get("/ok.txt");
      assertEquals((await other.response())?.status, 200);
      slowest = Math.max(slowest, performance.now() - began);
      answered++;
    }
    worker.terminate();
    // The last frame is GOAWAY with a code.
    const { frames } = takeFrames(await said);
    assertEquals(frames.at(-1)?.type, "GOAWAY");
    assert(answered > 10, String(answered));
    assertLess(slowest, 500);
  });
}

Deno.test({
  ...needs(["h2load"], "h2load gets 30,000 answers on 10 connections, 10 at a time"),
  fn: async () => {
    const { stdout } = await runClient("h2load", [
      "-n",
      "30000",
      "-c",
      "10",
      "-m",
      "10",
      `${server.url}/k.txt`,
    ]);
    assertMatch(stdout, /30000 succeeded, 0 failed, 0 errored, 0 timeout/);
  },
});

Deno.test({
  ...needs(["curl"], "curl gets, puts and posts over HTTP/2, many at a time"),
  fn: async () => {
    await using storing = await startServer({
      config: `access_log: off
servers: [{ listen: LISTEN, root: www, locations: { /s/: { alias: s/, upload_store: s, overwrite: on, client_max_body_size: 0 } } }]
`,
      files: { "www/a.txt": "a", s: null, "up.bin": new Uint8Array(4 * MIB).fill(1) },
    });
    const curl = (...args: string[]) =>
      runClient("curl", ["-sS", "--http2-prior-knowledge", ...args], storing.folder);
    const version = ["-o", "out.bin", "-w", "%{http_code} %{http_version}"];
    assertEquals((await curl(...version, `${storing.url}/a.txt`)).stdout, "200 2");
    assertEquals((await curl(...version, "-T", "up.bin", `${storing.url}/s/up.bin`)).stdout, "201 2");
    assertEquals((await curl(...version, `${storing.url}/s/up.bin`)).stdout, "200 2");
    assertEquals((await Deno.readFile(`${storing.folder}/out.bin`)).length, 4 * MIB);
    assertEquals(
      (await curl(...version, "-F", "file=@up.bin;filename=b.bin", `${storing.url}/s/`)).stdout,
      "201 2",
    );
    const many = await curl(
      "--parallel",
      "--parallel-immediate",
      "-o",
      "/dev/null",
      "-w",
      "%{http_code}\n",
      `${storing.url}/s/up.bin?[1-50]`,
    );
    assertEquals(many.stdout.match(/^200$/gm)?.length ?? 0, many.stdout.trim().split("\n").length);
  },
});

Deno.test({
  ...needs(["nghttp"], "nghttp finds nothing wrong with an answer"),
  fn: async () => {
    const { code, stdout } = await runClient("nghttp", [
      "-nv",
      `${server.url}/k.txt`,
      `${server.url}/ok.txt`,
    ]);
    assertEquals(code, 0);
    assertEquals(stdout.match(/:status: 200/g)?.length, 2);
    assert(!/ERROR\(/.test(stdout.replaceAll("NO_ERROR(", "")), stdout);
  },
});

Deno.test("with http2 off the preface is refused, as in HTTP/1.1, and a reload changes that for new connections", async () => {
  await using off = await startServer({ config: "http2: off\n" + CONFIG, files: { "ok.txt": "fine" } });
  const first = async () => {
    using client = await WireClient.connect(off.port);
    await client.send(PREFACE + SETTINGS + request(1));
    await client.closeWrite();
    return toText(await client.rest());
  };
  assertMatch(await first(), /^HTTP\/1\.1 505 /);
  await Deno.writeTextFile(
    `${off.folder}/webserv.yaml`,
    CONFIG.replaceAll("LISTEN", `"127.0.0.1:${off.port}"`),
  );
  off.kill("SIGHUP");
  await waitUntil(async () => !(await first()).startsWith("HTTP/1.1"), "HTTP/2 is spoken");
});
