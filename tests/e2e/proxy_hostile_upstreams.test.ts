/**
 * Hostile upstreams, as their clients see them: a clean 502 or 504, or a cut, and never another client's bytes.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { http1Test, test } from "../support/protocols.ts";
import { type Script, ScriptedUpstream } from "../support/scripted_upstream.ts";
import { startServer } from "../support/server.ts";
import { toText, WireClient } from "../support/wire.ts";
import { HOSTILE_UPSTREAMS, type HostileUpstream, POISON } from "./hostile_upstreams.ts";

const cases = Object.entries(HOSTILE_UPSTREAMS);
const SWITCH = "HTTP/1.1 101 Switching Protocols\r\n";

/** What is said to a client that wants to speak WebSocket, and the status that it gets. */
const SWITCHES: readonly (readonly [name: string, says: string, gets: number])[] = [
  ["as it should", `${SWITCH}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello`, 101],
  [
    "interim answers before",
    `${
      "HTTP/1.1 100 Continue\r\n\r\n".repeat(2)
    }${SWITCH}Connection: upgrade\r\nUpgrade: WebSocket\r\n\r\nhello`,
    101,
  ],
  ["another protocol", `${SWITCH}Connection: Upgrade\r\nUpgrade: h2c\r\n\r\npoison`, 502],
  ["two protocols", `${SWITCH}Connection: Upgrade\r\nUpgrade: websocket, h2c\r\n\r\npoison`, 502],
  ["no protocol", `${SWITCH}Connection: Upgrade\r\n\r\npoison`, 502],
  ["no Connection", `${SWITCH}Upgrade: websocket\r\n\r\npoison`, 502],
  ["a line that ends in LF", `${SWITCH}Connection: Upgrade\nUpgrade: websocket\r\n\r\npoison`, 502],
  [
    "HTTP/1.0",
    `HTTP/1.0 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\npoison`,
    502,
  ],
];

/** Every second request on one of these paths finds its connection closed, after it was read. */
let isLie = true;

function scriptOf(path: string): Script | undefined {
  const [, kind, index] = path.split("/");
  if (kind === "switch") return { says: SWITCHES[Number(index)]![1], then: "stay silent" };
  if (kind === "case" || kind === "late") return cases[Number(index)]?.[1];
  if (kind === "never" || (kind === "lie" && (isLie = !isLie))) return { says: "", then: "close" };
  return undefined;
}

const upstream = new ScriptedUpstream(scriptOf);
const server = await startServer({
  config: `access_log: off
servers:
  - listen: LISTEN
    client_max_body_size: 10M
    locations:
      /: { proxy_pass: "http://127.0.0.1:${upstream.port}" }
      /late/: { proxy_pass: "http://127.0.0.1:${upstream.port}", proxy_timeouts: { read: 300ms } }`,
});
Deno.test.afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});

/** What a client gets: status and content, the status alone of an error of ours, or `cut`. */
async function got(
  target: string,
  { method = "GET", body }: Partial<HostileUpstream> = {},
): Promise<string> {
  using client = await WireClient.connect(server.port);
  const length = body === undefined ? "" : `Content-Length: ${body.length}\r\n`;
  const head = `${method} ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${length}\r\n`;
  // Who is answered early may be cut off while it still sends.
  await client.send(head + (body ?? "")).catch(() => {});
  try {
    while (true) {
      const { status, text, field } = (await client.response(method))!;
      assert(field("x-poison") === undefined && field("set-cookie") === undefined);
      if (status >= 200) return status === 502 || status === 504 ? `${status}` : `${status} ${text}`;
    }
  } catch (error) {
    if (error instanceof Error && error.name === "AssertionError") throw error;
    return "cut";
  }
}

async function tryCase(
  [name, upstream]: readonly [string, HostileUpstream],
  index: number,
): Promise<string[]> {
  const wrong: string[] = [], { gets } = upstream;
  const expected = [gets].flat();
  const own = `/mine/${index}-${crypto.randomUUID()}`;
  const is = await got(`/${upstream.then === "stay silent" ? "late" : "case"}/${index}`, upstream);
  if (!expected.includes(is)) wrong.push(`${name}: ${is} in place of ${expected.join(" or ")}`);
  // Whoever asks next, on whatever connection is left, gets what was asked for.
  const next = await got(own);
  if (next !== `200 ${own}`) wrong.push(`${name}: the next client got ${next} in place of ${own}`);
  return wrong;
}

test("a hostile upstream costs its client the answer, and nobody else anything", async () => {
  const wrong = await Promise.all(cases.map(tryCase));
  assertEquals(wrong.flat().slice(0, 10), []);
});

http1Test("halves", "a switch is believed where it is the one that was asked for", async () => {
  for (const [index, [name, , gets]] of SWITCHES.entries()) {
    using client = await WireClient.connect(server.port);
    await client.get(
      `/switch/${index}`,
      "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n",
    );
    let response = await client.response();
    while (response?.status === 100) response = await client.response();
    assertEquals(response?.status, gets, name);
    if (gets !== 101) {
      assert(!response!.text.includes("poison"), name);
      continue;
    }
    await upstream.interrupt(" and more");
    await client.closeWrite();
    assertEquals(toText(await client.rest()), "hello and more", name);
  }
});

test("what comes on an idle connection is said to nobody", async () => {
  for (let turn = 0; turn < 5; turn++) {
    assertEquals(await got(`/mine/${turn}`), `200 /mine/${turn}`);
    await upstream.interrupt(turn % 2 === 0 ? POISON : "junk");
  }
  assertEquals(await got("/mine/last"), "200 /mine/last");
});

test("a keep-alive that lies costs a GET nothing, and no request is told twice that must not be", async () => {
  const id = crypto.randomUUID();
  for (let turn = 0; turn < 4; turn++) {
    assertEquals(await got(`/lie/${id}/${turn}`), `200 /lie/${id}/${turn}`);
  }
  for (let turn = 0; turn < 4; turn++) {
    const path = `/lie/${id}/post/${turn}`, is = await got(path, { method: "POST", body: "once" });
    assert(is === "502" || is === `200 ${path}`, is);
    assertEquals(arrivalsOf(path), 1, "a POST arrives once");
  }
});

test("a server that never answers is asked twice at the most", async () => {
  const path = `/never/${crypto.randomUUID()}`;
  assertEquals(await got("/mine/first"), "200 /mine/first");
  assertEquals(await got(path), "502");
  assert(arrivalsOf(path) <= 2, `asked ${arrivalsOf(path)} times`);
});

function arrivalsOf(path: string): number {
  return upstream.arrivals.filter(({ target }) => target === path).length;
}
