/**
 * Slow and broken answers on purpose, as clients meet with them, and as the log tells of them.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { ask } from "../support/ask.ts";
import { byProtocol, http1Test, test } from "../support/protocols.ts";
import { Http2Connection } from "../support/h2.ts";
import { startServer } from "../support/server.ts";
import { waitUntil } from "../support/wait.ts";
import { exchange, toText, WireClient } from "../support/wire.ts";
import { ask as askHttp2, readUntil, statusOf } from "./http2_support.ts";
import { get, sharedServer } from "./wire_support.ts";

/** RFC 9113 section 7. */
const INTERNAL_ERROR = 2;

const MEGABYTE = "0123456789abcdef".repeat(65_536);

const server = await sharedServer({
  config: `log_format: json
timeouts: { cgi: 5s }
servers:
  - listen: LISTEN
    root: .
    locations:
      /delay/: { alias: files, delay: 200ms }
      /rate/: { alias: files, limit_rate: 1M }
      /thin/: { alias: files, limit_rate: 20 }
      /fail/: { alias: files, fail: { status: 503 } }
      /never/: { alias: files, fail: { status: 503, rate: 0% } }
      /half/: { alias: files, fail: { status: 500, rate: 50% } }
      /cut/: { alias: files, fail: { cut: 2k } }
      /cut-at-once/: { alias: files, fail: { cut: 0 } }
      /cut-program/: { alias: programs, cgi: { .sh: sh }, fail: { cut: 5 } }
`,
  files: {
    "files/large.txt": MEGABYTE,
    "files/small.txt": "small",
    "programs/a.sh": "printf 'Content-Type: text/plain\\n\\n0123456789'\n",
    "programs/nph-a.sh": "printf 'HTTP/1.1 200 OK\\r\\nContent-Length: 10\\r\\n\\r\\n0123456789'\n",
  },
});

/** The last line of the log for a target. */
async function logged(target: string): Promise<Record<string, unknown>> {
  const lines = () => server.output().stdout.split("\n").filter((line) => line.includes(`"${target}"`));
  await waitUntil(() => lines().length > 0, `the log has ${target}`);
  return JSON.parse(lines().at(-1)!);
}

test("delay keeps an answer back, and the log says so", async () => {
  const start = performance.now();
  assertEquals((await ask(server.port, "/delay/small.txt?d")).text, "small");
  assert(performance.now() - start >= 200);
  assertEquals((await logged("/delay/small.txt?d")).weather, "delay 200ms");
});

test("a megabyte is sent no faster than limit_rate says", async () => {
  // How much later it comes is the machine's affair: that it is on time, a clock that does as it is told shows
  // (tests/site/weather.test.ts).
  const start = performance.now();
  const { body } = await ask(server.port, "/rate/large.txt"), took = performance.now() - start;
  assertEquals(body.length, MEGABYTE.length);
  assert(took > 950, `1 MiB at 1 MiB/s took ${took} ms`);
});

test("what is sent slowly is given up when the client leaves", async () => {
  const target = `/thin/small.txt?left-${byProtocol(1, 2)}`;
  {
    using client = await WireClient.connect(server.port);
    await client.send(get(target));
  }
  const { weather, bytes } = await logged(target);
  assertEquals([weather, Number(bytes) < 5], ["limit_rate 20", true]);
});

test("fail answers with its status, always, never, or sometimes", async () => {
  const failed = await ask(server.port, "/fail/small.txt?f");
  assertEquals(failed.status, 503);
  assertMatch(failed.text, /on purpose/);
  assertEquals((await logged("/fail/small.txt?f")).weather, "fail 503");
  assertEquals((await ask(server.port, "/never/small.txt")).status, 200);
  const statuses = new Set<number>();
  // One of both is missing once in 2 ** 63 runs.
  for (let i = 0; i < 64 && statuses.size < 2; i++) {
    statuses.add((await ask(server.port, "/half/small.txt")).status);
  }
  assertEquals(statuses, new Set([200, 500]));
});

http1Test(
  "connection",
  "what is cut ends the connection behind so many bytes, and its length tells that it is short",
  async () => {
    for (
      const [target, length, sent] of [["/cut/large.txt?h1", MEGABYTE.length, 2048], [
        "/cut-at-once/small.txt?h1",
        5,
        0,
      ]] as const
    ) {
      using client = await WireClient.connect(server.port);
      await client.send(get(target));
      const [head, content] = toText(await client.rest()).split("\r\n\r\n");
      assertMatch(head!, new RegExp(`^HTTP/1.1 200 OK\r\n[^]*Content-Length: ${length}\\b`));
      assertEquals(content!.length, sent);
      const { weather, bytes } = await logged(target);
      assertEquals([weather, bytes], [`cut ${sent === 0 ? "0" : "2k"}`, sent]);
    }
    for (const name of ["a.sh", "nph-a.sh"]) {
      using client = await WireClient.connect(server.port);
      await client.send(get(`/cut-program/${name}`));
      const said = toText(await client.rest());
      assertMatch(said, /01234/);
      assert(!said.includes("012345") && !said.endsWith("\r\n0\r\n\r\n"), said);
    }
  },
);

http1Test("version", "HTTP/1.0 gets the same", async () => {
  const answer = await exchange(server.port, "GET /delay/small.txt HTTP/1.0\r\n\r\n");
  assertEquals(answer?.text, "small");
  using client = await WireClient.connect(server.port);
  await client.send("GET /cut/large.txt HTTP/1.0\r\n\r\n");
  assertEquals(toText(await client.rest()).split("\r\n\r\n")[1]!.length, 2048);
});

test("HEAD and 304 have nothing that could be cut", async () => {
  assertEquals((await ask(server.port, "/cut/large.txt", { method: "HEAD" })).status, 200);
  const tag = (await ask(server.port, "/never/large.txt", { method: "HEAD" })).field("etag")!;
  const { status } = await ask(server.port, "/cut/large.txt", { fields: { "If-None-Match": tag } });
  assertEquals(status, 304);
});

http1Test(
  "process",
  "over HTTP/2 what is cut ends with RST_STREAM, and the connection lives on",
  async () => {
    using client = await Http2Connection.connect(server.port);
    for (
      const [path, sent] of [["/cut/large.txt?h2", 2048], ["/cut-at-once/small.txt?h2", 0], [
        "/cut-program/a.sh?h2",
        5,
      ], ["/cut-program/nph-a.sh?h2", 5]] as const
    ) {
      const stream = await askHttp2(client, path);
      await readUntil(client, () => stream.reset !== undefined || stream.isEnded, `${path} ended`);
      assertEquals([statusOf(stream), stream.received, stream.reset, stream.isEnded], [
        "200",
        sent,
        INTERNAL_ERROR,
        false,
      ]);
      assertMatch(String((await logged(path)).weather), /^cut /);
    }
    const fine = await askHttp2(client, "/never/small.txt");
    await readUntil(client, () => fine.isEnded, "another stream is answered");
    assertEquals(statusOf(fine), "200");
  },
);

http1Test(
  "process",
  "a server that ends sends at once what it keeps back, and the rest without a rate",
  async () => {
    await using ending = await startServer({
      config:
        `servers: [{ listen: LISTEN, root: ., locations: { /d/: { alias: ., delay: 60s }, /r/: { alias: ., limit_rate: 5 } } }]`,
      files: { "a.txt": "0123456789".repeat(10) },
    });
    const kept = ask(ending.port, "/d/a.txt"), slow = ask(ending.port, "/r/a.txt");
    // The one has been asked for before the other, whose head comes at once.
    using client = await WireClient.connect(ending.port);
    await client.send(get("/r/a.txt"));
    const rest = client.rest();
    await ask(ending.port, "/a.txt");
    ending.kill("SIGTERM");
    assertEquals((await kept).text.length, 100);
    assertEquals((await slow).text.length, 100);
    assertMatch(toText(await rest), /(?:0123456789){10}$/);
    assertEquals(await ending.status, 0);
  },
);
