/**
 * What one client may have of HTTP/2: time for what it does not take, streams and connections.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { connectTls, NO_TLS } from "../support/certificates.ts";
import {
  type ClientStream,
  FLAG,
  FRAME,
  frame,
  Http2Connection,
  isOver,
  windowUpdate,
} from "../support/h2.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { pause } from "../support/wait.ts";
import { ask, CODE, KIB, MIB, readToEnd, readUntil, statusOf } from "./http2_support.ts";
import { httpsServer } from "./https_support.ts";
import { makeLargeFile } from "./wire_support.ts";

async function start(top: string): Promise<TestServer> {
  const server = await startServer({
    config: `access_log: off\nworkers: 1\n${top}\nservers: [{ listen: LISTEN, root: . }]\n`,
    files: { "ok.txt": "fine" },
  });
  makeLargeFile(`${server.folder}/large.bin`, 100 * MIB);
  return server;
}

Deno.test("of several downloads one that is paused is reset after timeouts.send, and the others go on", async () => {
  await using server = await start("timeouts: { send: 1s }");
  using client = await Http2Connection.connect(server.port, {
    given: { stream: 10 * KIB, connection: 100 * MIB },
  });
  const paused = await ask(client, "/large.bin"), other = await ask(client, "/large.bin");
  let isDone = false;
  const feeding = (async () => {
    while (!isDone) {
      await client.write(windowUpdate(other.id, 20 * KIB));
      await pause(100);
    }
  })();
  await readUntil(client, () => paused.reset !== undefined, "the paused one was reset");
  assertEquals(paused.reset, CODE.cancel);
  const before = other.received;
  await readUntil(client, () => other.received > before + 50 * KIB, "the other one went on");
  const next = await ask(client, "/ok.txt");
  await readUntil(client, () => next.isEnded, "another request was answered");
  isDone = true;
  await feeding;
  assertEquals([other.reset, client.goAway], [undefined, undefined]);
});

Deno.test("a client that takes nothing of anything is told to calm down after timeouts.send", async () => {
  await using server = await start("timeouts: { send: 1s }");
  using client = await Http2Connection.connect(server.port, { given: { stream: 0, connection: MIB } });
  for (let i = 0; i < 10; i++) await ask(client, "/large.bin");
  await readToEnd(client);
  assertEquals(client.goAway?.code, CODE.calm);
});

Deno.test("streams beyond limits.http2_streams are refused, and may be asked for again", async () => {
  await using server = await start("limits: { http2_streams: 2 }");
  using client = await Http2Connection.connect(server.port, { given: { stream: 1000, connection: MIB } });
  const streams: ClientStream[] = [];
  for (let i = 0; i < 3; i++) streams.push(await ask(client, "/large.bin"));
  const [first, second, third] = streams;
  await readUntil(client, () => third!.reset !== undefined, "the third one was refused");
  assertEquals(third!.reset, CODE.refused);
  await client.write(frame(FRAME.reset, 0, first!.id, new Uint8Array([0, 0, 0, CODE.cancel])));
  const again = await ask(client, "/ok.txt");
  await readUntil(client, () => isOver(again), "it was answered");
  assertEquals([statusOf(again), second!.reset], ["200", undefined]);
});

Deno.test("an early answer: a small upload ends by itself, and no reset is seen", async () => {
  await using server = await start("");
  using client = await Http2Connection.connect(server.port);
  const stream = await ask(client, "/ok.txt", { method: "POST", ends: false });
  await readUntil(client, () => stream.isEnded, "it was answered");
  assertEquals(statusOf(stream), "405");
  for (const flags of [0, FLAG.endStream]) {
    await client.write(frame(FRAME.data, flags, stream.id, new Uint8Array(10_000)));
  }
  const next = await ask(client, "/ok.txt");
  await readUntil(client, () => next.isEnded, "the next one was answered");
  assertEquals([stream.reset, client.goAway], [undefined, undefined]);
});

Deno.test({
  name: "limits.connections: one too many is answered 503 on its first stream, and told to go",
  ignore: NO_TLS,
  async fn() {
    await using server = await httpsServer(
      (folder) =>
        `workers: 1
limits: { connections: 1 }
servers: [{ listen: "127.0.0.1:0 ssl", ssl_certificate: ${folder}/a.pem, ssl_certificate_key: ${folder}/a.key, return: 204 }]
`,
      { a: ["localhost"] },
    );
    const trusted = Object.values(server.certificates).map(({ certificate }) => certificate);
    const connect = async () =>
      await Http2Connection.on(await connectTls({ trusted, port: server.port, protocols: ["h2"] }));
    using first = await connect();
    const answer = await ask(first, "/", { fields: { ":scheme": "https" } });
    await readUntil(first, () => answer.isEnded, "the first one was answered");
    using second = await connect();
    const refusal = await ask(second, "/", { fields: { ":scheme": "https" } });
    await readToEnd(second);
    assertEquals([statusOf(answer), statusOf(refusal), second.goAway?.code], ["204", "503", CODE.none]);
    assert(first.goAway === undefined);
  },
});
