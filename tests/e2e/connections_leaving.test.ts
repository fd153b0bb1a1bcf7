/**
 * Clients that vanish, that read slowly, or that stop reading.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { assert, assertEquals, assertLess } from "@std/assert";
import { hasProgram, runClient } from "../support/demo.ts";
import { startServer } from "../support/server.ts";
import { pause, waitUntil } from "../support/wait.ts";
import { toBytes, WireClient } from "../support/wire.ts";
import {
  assertAnswers,
  Download,
  get,
  HAS_PROC,
  makeLargeFile,
  OK_FILE,
  openDescriptors,
  sha256,
  sharedServer,
} from "./wire_support.ts";

/** More than all buffers between server and client hold. */
const LARGE = 48 * 1024 * 1024;

// None of the other times ends a connection that should have ended with its client.
const TIMEOUTS = "timeouts: { send: 700ms, header: 1h, body: 1h, keep_alive: 1h }\nlimits: { send_rate: 0 }";

const shared = await sharedServer({
  config: `access_log: off\n${TIMEOUTS}\nservers: [{ listen: LISTEN, root: . }]\n`,
  files: { ...OK_FILE, "medium.bin": new Uint8Array(700_000) },
});
makeLargeFile(`${shared.folder}/large.bin`, LARGE, [0, 12_345_678, LARGE - 100]);

/** Runs something and checks that the server has no more descriptors open afterwards than before. */
async function leakingNothing(run: () => Promise<void>, server = shared): Promise<void> {
  await assertAnswers(server);
  const before = HAS_PROC ? openDescriptors(server.pid) : 0;
  await run();
  await assertAnswers(server);
  if (!HAS_PROC) return;
  await waitUntil(() => openDescriptors(server.pid) <= before, "all descriptors are closed again");
}

Deno.test("clients that vanish within their request leave nothing behind", async () => {
  const request = get("/large.bin", "X: y\r\n") + get("/ok.txt");
  await leakingNothing(async () => {
    for (let at = 0; at <= request.length; at += 3) {
      using client = await WireClient.connect(shared.port);
      await client.send(request.slice(0, at));
    }
  });
});

Deno.test("clients that vanish within the answer leave nothing behind", async () => {
  await leakingNothing(async () => {
    for (const path of ["/large.bin", "/medium.bin", "/ok.txt"]) {
      for (const length of [1, 17, 100, 250, 1000, 65_536, 300_000]) {
        const client = await Deno.connect({ hostname: "127.0.0.1", port: shared.port });
        await client.write(toBytes(get(path).repeat(3)));
        const buffer = new Uint8Array(Math.min(length, 65_536));
        for (let read = 0; read < length;) {
          const count = await client.read(buffer.subarray(0, length - read));
          if (count === null) break;
          read += count;
          if (path === "/ok.txt") break;
        }
        // What is unread makes it a reset.
        client.close();
      }
    }
  });
});

Deno.test("clients that vanish within their body leave nothing behind", async () => {
  await leakingNothing(async () => {
    for (const sent of [0, 1, 9, 10]) {
      for (
        const framing of ["Content-Length: 20", "Content-Length: 20000000", "Transfer-Encoding: chunked"]
      ) {
        using client = await WireClient.connect(shared.port);
        await client.send(
          `POST /ok.txt HTTP/1.1\r\nHost: localhost\r\n${framing}\r\n\r\n${
            "5\r\nab".repeat(2).slice(0, sent)
          }`,
        );
      }
    }
  });
});

Deno.test("many clients that vanish at once leave nothing behind", async () => {
  await leakingNothing(async () => {
    const downloads = await Promise.all(
      Array.from({ length: 30 }, () => Download.start(shared.port, get("/large.bin"))),
    );
    for (const download of downloads) download[Symbol.dispose]();
  });
});

Deno.test("a client that reads slowly gets the whole file, though it takes longer than timeouts.send", async () => {
  const expected = sha256(Deno.readFileSync(`${shared.folder}/large.bin`));
  // A server of its own, for its access log.
  await using server = await startServer({
    config: "timeouts: { send: 1500ms }\nlimits: { send_rate: 1M }\nservers: [{ listen: LISTEN, root: . }]\n",
    files: OK_FILE,
  });
  await Deno.copyFile(`${shared.folder}/large.bin`, `${server.folder}/large.bin`);
  using download = await Download.start(server.port, get("/large.bin"));
  using _stalled = await Download.start(server.port, get("/large.bin?stalled"));
  const isCut = () => server.output().stdout.includes("/large.bin?stalled");
  const hash = createHash("sha256");
  let pausedAt = 0, pauses = 0;
  for (let bytes; (bytes = await download.read()) !== null;) {
    hash.update(bytes);
    if (isCut() || download.received - pausedAt < 1024 * 1024) continue;
    pausedAt = download.received;
    pauses++;
    await pause(100);
  }
  assert(isCut(), `${pauses} pauses were too few to prove anything`);
  assertEquals(hash.digest("hex"), expected);
  assert(await download.canGoOn());
});

Deno.test("a client that stops reading is cut after timeouts.send", async () => {
  // A server of its own, for its access log.
  await using server = await startServer({
    config: "timeouts: { send: 700ms }\nlimits: { send_rate: 0 }\nservers: [{ listen: LISTEN, root: . }]\n",
    files: OK_FILE,
  });
  makeLargeFile(`${server.folder}/large.bin`, LARGE);
  await leakingNothing(async () => {
    using download = await Download.start(server.port, get("/large.bin?stalled"));
    // Its line stands for the end of the exchange.
    await server.waitFor("/large.bin?stalled");
    await download.drop();
    assertLess(download.received, LARGE);
    assert(!(await download.canGoOn()));
  }, server);
  const logged = /stalled HTTP\/1.1" 200 (\d+) /.exec(server.output().stdout);
  assertLess(Number(logged?.[1]), LARGE);
});

/** Reads a piece each twentieth of a second; prints how much it got. Its buffer is small, as that of a player. */
const SLOW_READER = `
import socket, sys, time
port, piece = map(int, sys.argv[1:])
client = socket.socket()
client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
client.connect(("127.0.0.1", port))
client.sendall(b"GET /music.bin HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n")
got = b""
while b"\\r\\n\\r\\n" not in got: got += client.recv(piece)
count = len(got) - got.index(b"\\r\\n\\r\\n") - 4
try:
    while read := client.recv(piece):
        count += len(read)
        time.sleep(0.05)
except ConnectionError: pass
print(count)
`;

Deno.test({
  name: "a client that takes a little all the time is served to the end, though the system tells of it late",
  ignore: !hasProgram("python3"),
  fn: async () => {
    await using server = await startServer({
      config: "access_log: off\ntimeouts: { send: 200ms }\nservers: [{ listen: LISTEN, root: . }]\n",
      files: OK_FILE,
    });
    const length = 6_000_000;
    makeLargeFile(`${server.folder}/music.bin`, length);
    // 1.3 MB in a second: the system tells each second that something was taken.
    const args = ["-c", SLOW_READER, String(server.port), "65536"];
    assertEquals((await runClient("python3", args)).stdout.trim(), String(length));
  },
});

Deno.test("a client that takes nothing at all is cut when limits.send_rate says so", async () => {
  await using server = await startServer({
    config: "timeouts: { send: 200ms }\nlimits: { send_rate: 2M }\nservers: [{ listen: LISTEN, root: . }]\n",
    files: OK_FILE,
  });
  makeLargeFile(`${server.folder}/large.bin`, LARGE);
  using download = await Download.start(server.port, get("/large.bin?stalled"));
  await server.waitFor("/large.bin?stalled");
  await download.drop();
  assertLess(download.received, LARGE);
});

Deno.test("a client that ends its side and reads on is not cut", async () => {
  using download = await Download.start(shared.port, get("/large.bin"));
  await download.connection.closeWrite();
  await download.drop();
  assertEquals(download.received, LARGE);
});
