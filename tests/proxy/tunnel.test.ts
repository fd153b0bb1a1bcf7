import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { HttpError } from "../../lib/http/errors.ts";
import type { Response } from "../../lib/http/message.ts";
import { acceptOf } from "../../lib/proxy/web_socket.ts";
import { fakeBody, type FakeRequestOptions } from "../cgi/fakes.ts";
import { settle } from "../support/fakes.ts";
import { toBytes, toText } from "../support/wire.ts";
import { answers, Bench, OK } from "./support.ts";

const SWITCH = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-A: b\r\n";
const WEB_SOCKET = {
  upgrade: "websocket",
  fields: [["Host", "x"], ["Connection", "Upgrade"], ["Upgrade", "websocket"], ["Sec-WebSocket-Key", "a"]],
} as const;

/** What an upstream is sent for a request that asks for another protocol. */
async function headFor(request: FakeRequestOptions): Promise<string> {
  const bench = new Bench();
  const { promise, resolve } = Promise.withResolvers<string>();
  bench.listen("a:80", async (peer) => {
    resolve(await peer.head());
    await peer.say(OK);
  });
  await bench.ask(request);
  return await promise;
}

async function readText({ tunnel }: Response): Promise<string> {
  const buffer = new Uint8Array(3);
  const count = await tunnel!.peer.read(buffer);
  return count === null ? "" : toText(buffer.subarray(0, count));
}

Deno.test("a switch becomes a tunnel: bytes unchanged from the first one on, each side ends for itself", async () => {
  const bench = new Bench();
  const { promise, resolve } = Promise.withResolvers<string>();
  bench.listen("a:80", async (peer) => {
    await peer.head();
    await peer.say(`${SWITCH}\r\n\x81\x00\xffmore`);
    resolve(await peer.until("never"));
    await peer.say("still");
    await peer.stream.closeWrite();
  });
  const response = await bench.ask(WEB_SOCKET);
  assertEquals([response.status, response.tunnel!.idle], [101, 60_000]);
  assertEquals([...response.fields].map(String), ["Upgrade,websocket", "X-A,b"]);
  assertEquals(await readText(response), "\x81\x00\xff");
  assertEquals(await readText(response), "mor");
  assertEquals(await readText(response), "e");
  await response.tunnel!.peer.write(toBytes("hello"));
  await response.tunnel!.peer.closeWrite();
  assertEquals(await promise, "hello");
  assertEquals(await readText(response) + await readText(response), "still");
  assertEquals(await readText(response), "");
  response.tunnel!.peer.close();
  response.tunnel!.peer.close();
  // Nothing watches it any more.
  assertEquals(bench.clock.running, 0);
});

Deno.test("what asks for another protocol goes on, but h2c, and nothing from HTTP/1.0 or with content", async () => {
  assertMatch(await headFor(WEB_SOCKET), /\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n/);
  assertMatch(await headFor({ ...WEB_SOCKET, upgrade: "h2c, foo/2, H2C" }), /\r\nUpgrade: foo\/2\r\n/);
  for (
    const request of [
      { ...WEB_SOCKET, upgrade: "h2c" },
      { ...WEB_SOCKET, upgrade: undefined },
      { ...WEB_SOCKET, version: "HTTP/1.0" as const },
      { ...WEB_SOCKET, body: fakeBody(["abc"], 3) },
    ]
  ) {
    const head = await headFor(request).catch(String);
    assertEquals(/upgrade/i.test(head), false, head);
  }
});

Deno.test("an upstream that does not switch has answered, and its connection stays", async () => {
  const bench = new Bench();
  bench.listen("a:80", answers(OK));
  for (let i = 0; i < 2; i++) assertEquals((await bench.ask(WEB_SOCKET)).status, 200);
  await settle();
  assertEquals(bench.dialled.length, 1);
});

Deno.test("a WebSocket over HTTP/2 gets a key, and the upstream's proof is looked at", async () => {
  const keys: string[] = [];
  for (const isRight of [true, false]) {
    const bench = new Bench();
    bench.listen("a:80", async (peer) => {
      const key = /\r\nSec-WebSocket-Key: (\S+)\r\n/.exec(await peer.head())![1]!;
      keys.push(key);
      await peer.say(`${SWITCH}Sec-WebSocket-Accept: ${isRight ? await acceptOf(key) : "wrong"}\r\n\r\n`);
    });
    const request = {
      version: "HTTP/2.0",
      upgrade: "websocket",
      fields: [["Host", "x"], ["sec-websocket-version", "13"]],
      body: { length: undefined, read: () => Promise.resolve(null) },
    } as const;
    if (isRight) {
      const { status, fields, tunnel } = await bench.ask(request);
      assertEquals([status, fields.has("sec-websocket-accept")], [101, false]);
      tunnel!.peer.close();
    } else {
      const error = await assertRejects(() => bench.ask(request), HttpError);
      assertMatch(error.log!, /wrong Sec-WebSocket-Accept/);
    }
  }
  assertEquals(new Set(keys).size, 2);
  for (const key of keys) assertEquals(atob(key).length, 16);
});

Deno.test("the proof of RFC 6455 section 1.3", async () => {
  assertEquals(await acceptOf("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
});
