/**
 * Hostile clients before a recording upstream: what arrives there is what the client could have meant, once. They speak to
 * webserv itself, and to it behind nginx, Caddy and Apache.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Http2Connection, isOver } from "../support/h2.ts";
import { MARK, OUTER_PROXIES, startProxy } from "../support/outer_proxies.ts";
import { RecordingUpstream, valuesOf } from "../support/recording_upstream.ts";
import { startServer } from "../support/server.ts";
import { PATIENCE } from "../support/wait.ts";
import { toBytes, toText } from "../support/wire.ts";
import { needs } from "./cgi_support.ts";
import { type HostileClient, written } from "./hostile_client.ts";
import { HOSTILE_CLIENTS } from "./hostile_clients.ts";
import { HOSTILE_STREAMS } from "./hostile_streams.ts";

const upstream = new RecordingUpstream();
const server = await startServer({
  config: `access_log: off
trusted_proxies: 127.0.0.9
servers: [{ listen: LISTEN, locations: { /: { proxy_pass: "http://127.0.0.1:${upstream.port}" } } }]`,
});
Deno.test.afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});

/**
 * Everything that comes back until the other side ends.
 *
 * @param halfCloses not where a proxy would take that for leaving
 */
async function send(port: number, bytes: string, halfCloses: boolean): Promise<string> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  try {
    let rest = toBytes(bytes);
    while (rest.length > 0) rest = rest.subarray(await connection.write(rest));
    if (halfCloses) await connection.closeWrite();
  } catch {
    // It has been refused by then.
  }
  const buffer = new Uint8Array(64 * 1024);
  let text = "";
  const timer = setTimeout(() => connection.close(), PATIENCE);
  try {
    for (let count = await connection.read(buffer); count !== null; count = await connection.read(buffer)) {
      text += toText(buffer.subarray(0, count));
    }
    connection.close();
  } catch {
    // Reset, or closed by us.
  } finally {
    clearTimeout(timer);
  }
  return text;
}

/** The statuses of final answers, and what each says has arrived. */
function answersIn(text: string): { readonly status: number; readonly arrived: string | undefined }[] {
  const answers = [];
  for (let at = 0; at < text.length;) {
    const end = text.indexOf("\r\n\r\n", at), head = text.slice(at, end < 0 ? undefined : end);
    const status = Number(/^HTTP\/1\.[01] ([0-9]{3}) /.exec(head)?.[1]);
    assert(end >= 0 && status > 0, `no answer: ${JSON.stringify(text.slice(at))}`);
    const length = Number(/\r\nContent-Length: ([0-9]+)/i.exec(head)?.[1] ?? 0);
    at = end + 4 + (status < 200 ? 0 : length);
    if (status >= 200) answers.push({ status, arrived: /\r\nX-Arrived: (.*)/i.exec(head)?.[1] });
  }
  return answers;
}

const pathOf = (way: string, index: number): string => `/${way}-${index}-`;

/** @throws {Error} in one line */
function same(actual: unknown, expected: unknown, what: string): void {
  const [is, was] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (is !== was) throw new Error(`${what}: ${is} in place of ${was}`);
}

async function tryDirectly(client: HostileClient, index: number): Promise<void> {
  const path = pathOf("direct", index), spell = (text: string) => written(text, path).trimEnd();
  const answers = answersIn(await send(server.port, written(client.bytes, path), true));
  same(answers.map(({ status }) => status), client.statuses, `${client.name}: the answers`);
  same(upstream.below(path), client.arrives.map(spell), `${client.name}: what arrives`);
  const arrived = upstream.arrivals.filter(({ target }) => target.startsWith(path));
  const told = answers.filter(({ status }) => status === 200).map((answer) => answer.arrived);
  same(told, arrived.map(({ target }) => target), `${client.name}: whose answers`);
  for (const [name, value] of Object.entries(client.fields ?? {})) {
    same(valuesOf(arrived[0]!, name), value === undefined ? [] : [value], `${client.name}: ${name}`);
  }
}

/** One line for each that failed, without the picture of it. */
function assertNone(results: readonly PromiseSettledResult<unknown>[]): void {
  const failed = results.flatMap((result) => result.status === "rejected" ? [String(result.reason)] : []);
  if (failed.length > 0) throw new Error(`${failed.length} failed:\n${failed.join("\n")}`);
}

Deno.test("what hostile clients send arrives as what they could have meant, once, or not at all", async () => {
  const results = await Promise.allSettled(HOSTILE_CLIENTS.map(tryDirectly));
  assertNone(results);
  assertEquals(upstream.malformed, []);
});

async function tryBehind(proxy: string, port: number, client: HostileClient, index: number): Promise<void> {
  const path = pathOf(proxy, index), spell = (text: string) => written(text, path).trimEnd();
  const text = await send(port, written(client.bytes, path), false);
  // Whoever takes the first request to be over reads the second, and so passes it on.
  const means = [...client.arrives, ...client.couldMean ?? [], "GET @/smuggled"].map(spell);
  const arrived = upstream.below(path),
    passed = upstream.arrivals.filter(({ target }) => target.startsWith(path));
  for (const one of arrived) {
    if (!means.includes(one)) {
      throw new Error(`${client.name}: ${JSON.stringify(one)} arrives, which it cannot mean`);
    }
  }
  same(arrived, [...new Set(arrived)], `${client.name}: what arrives, each once`);
  const told = [...text.matchAll(/\r\nX-Arrived: (.*)\r\n/gi)].map(([, target]) => target);
  const targets = passed.map(({ target }) => target);
  for (const arrival of passed) {
    same(valuesOf(arrival, MARK), ["1"], `${client.name}: passed on by the proxy`);
  }
  // Who leaves is owed no answer; what is answered is answered in order.
  same(told, targets.slice(0, told.length), `${client.name}: whose answers`);
}

async function tryStream(name: string, index: number): Promise<void> {
  const { lines, body, gets, arrives, fields } = HOSTILE_STREAMS[name]!, path = pathOf("stream", index);
  const spell = (text: string) => text.replaceAll("@", path);
  using client = await Http2Connection.connect(server.port);
  const stream = await client.request(lines.map(([key, value]) => [key, spell(value)]), body === undefined);
  if (body !== undefined) await client.data(stream, toBytes(spell(body)), true);
  while (!isOver(stream) && await client.read());
  const status = stream.heads.at(-1)?.find(([key]) => key === ":status")?.[1];
  same(
    stream.reset === undefined || status !== undefined ? Number(status) : "reset",
    gets,
    `${name}: the answer`,
  );
  same(upstream.below(path), arrives === undefined ? [] : [spell(arrives)], `${name}: what arrives`);
  const arrived = upstream.arrivals.find(({ target }) => target.startsWith(path));
  for (const [key, value] of Object.entries(fields ?? {})) {
    same(valuesOf(arrived!, key), value === undefined ? [] : [value], `${name}: ${key}`);
  }
}

Deno.test("what hostile clients send over HTTP/2 becomes no other request of HTTP/1.1", async () => {
  assertNone(await Promise.allSettled(Object.keys(HOSTILE_STREAMS).map(tryStream)));
  assertEquals(upstream.malformed, []);
});

for (const proxy of OUTER_PROXIES) {
  const { name, ignore } = needs(
    [proxy.program],
    `what they send to ${proxy.name} arrives behind it and webserv as what they could have meant`,
  );
  Deno.test({
    name,
    ignore,
    async fn() {
      await using running = await startProxy(proxy, server.port);
      assertNone(
        await Promise.allSettled(
          HOSTILE_CLIENTS.map((client, index) => tryBehind(proxy.name, running.port, client, index)),
        ),
      );
      assertEquals(upstream.malformed, []);
      // It does pass on what is beyond doubt.
      const first = written(HOSTILE_CLIENTS[0]!.arrives[0]!, pathOf(proxy.name, 0));
      assertEquals(upstream.below(pathOf(proxy.name, 0)), [first]);
      if (proxy.name !== "nginx") return;
      // It connects from an address that is believed.
      const index = HOSTILE_CLIENTS.findIndex(({ fields }) => fields?.["x-forwarded-for"] !== undefined);
      const asking = upstream.arrivals.find(({ target }) => target.startsWith(pathOf(proxy.name, index)))!;
      assertEquals(valuesOf(asking, "x-forwarded-for"), ["10.0.0.1, 127.0.0.1, 127.0.0.9"]);
      assertEquals(valuesOf(asking, "x-forwarded-proto"), ["https"]);
      assertEquals(valuesOf(asking, "forwarded"), [
        "for=10.0.0.1;proto=https, for=127.0.0.1, for=127.0.0.9;host=localhost;proto=http",
      ]);
    },
  });
}
