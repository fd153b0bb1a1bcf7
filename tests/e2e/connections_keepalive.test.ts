/**
 * Connections that are used again, or not: keep-alive, HTTP/1.0, pipelining, several listeners (RFC 9112 section 9).
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { startServer } from "../support/server.ts";
import { toText, WireClient } from "../support/wire.ts";
import { assertAnswers, get, OK_FILE, sharedServer } from "./wire_support.ts";

const BIG = "0123456789".repeat(50_000);

const server = await sharedServer({
  config: "access_log: off\nservers: [{ listen: LISTEN, root: . }]\n",
  files: {
    ...OK_FILE,
    "big.txt": BIG,
    ...Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`${i}.txt`, `${i}`])),
  },
});

const connect = () => WireClient.connect(server.port);

Deno.test("an HTTP/1.1 connection is kept without being asked for it", async () => {
  using client = await connect();
  for (let i = 0; i < 300; i++) {
    await client.get(`/${i % 10}.txt`);
    const response = await client.response();
    assertEquals([response?.version, response?.text], ["HTTP/1.1", `${i % 10}`]);
    assertEquals(response?.field("connection"), undefined);
  }
});

for (const value of ["close", "Close", "keep-alive, close", "x , CLOSE,"]) {
  Deno.test(`Connection: ${value} closes after the answer`, async () => {
    using client = await connect();
    // What comes behind it is not answered any more.
    await client.send(get("/ok.txt", `Connection: ${value}\r\n`) + get("/ok.txt"));
    const response = await client.response();
    assertEquals([response?.text, response?.field("connection")], ["fine", "close"]);
    assertEquals((await client.rest()).length, 0);
  });
}

Deno.test("a large answer before a close arrives whole", async () => {
  using client = await connect();
  await client.get("/big.txt", "Connection: close\r\n");
  assertEquals((await client.response())?.body.length, BIG.length);
  assert(await client.isClosed());
});

Deno.test("HTTP/1.0 is answered as HTTP/1.0 and closed", async () => {
  for (const fields of ["", "Host: localhost\r\n", "Connection: close\r\n", "Connection: x\r\n"]) {
    using client = await connect();
    await client.send(`GET /ok.txt HTTP/1.0\r\n${fields}\r\n`);
    const response = await client.response();
    assertEquals([response?.version, response?.status, response?.text], ["HTTP/1.0", 200, "fine"]);
    assertEquals(response?.field("connection"), "close");
    assert(await client.isClosed());
  }
});

Deno.test("HTTP/1.0 is kept alive when asked, and says so", async () => {
  using client = await connect();
  for (const value of ["keep-alive", "Keep-Alive"]) {
    await client.send(`GET /ok.txt HTTP/1.0\r\nConnection: ${value}\r\n\r\n`);
    const response = await client.response();
    assertEquals([response?.version, response?.text], ["HTTP/1.0", "fine"]);
    assertEquals(response?.field("connection"), "keep-alive");
  }
  await client.send("GET /ok.txt HTTP/1.0\r\n\r\n");
  assertEquals((await client.response())?.field("connection"), "close");
  assert(await client.isClosed());
});

Deno.test("both versions may take turns on one connection", async () => {
  using client = await connect();
  for (let i = 0; i < 4; i++) {
    const version = i % 2 === 0 ? "HTTP/1.0" : "HTTP/1.1";
    await client.send(`GET /ok.txt ${version}\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n`);
    assertEquals((await client.response())?.version, version);
  }
});

Deno.test("two hundred requests in one write are answered in their order", async () => {
  using client = await connect();
  const paths = Array.from({ length: 200 }, (_, i) => i % 7 === 0 ? "/missing" : `/${i % 10}.txt`);
  await client.send(paths.map((path) => get(path)).join(""));
  for (const path of paths) {
    const response = await client.response();
    if (path === "/missing") assertEquals(response?.status, 404);
    else assertEquals(response?.text, path.slice(1, 2));
  }
  await client.get("/ok.txt");
  assertEquals((await client.response())?.text, "fine");
});

Deno.test("pipelined requests of all kinds are answered in their order", async () => {
  using client = await connect();
  const expected: [number, number, string][] = [];
  let data = "";
  for (let i = 0; i < 20; i++) {
    data += get("/big.txt") + "HEAD /big.txt HTTP/1.1\r\nHost: localhost\r\n\r\n" + get("/") +
      get("/big.txt", "Range: bytes=0-1,5-6\r\n") +
      "POST /ok.txt HTTP/1.1\r\nHost: localhost\r\nContent-Length: 21\r\n\r\nGET /smuggled HTTP/1.1".slice(
        0,
        -1,
      ) +
      get("/ok.txt");
    expected.push([200, BIG.length, "GET"], [200, 0, "HEAD"], [403, -1, "GET"], [206, -1, "GET"], [
      405,
      -1,
      "POST",
    ], [
      200,
      4,
      "GET",
    ]);
  }
  const sending = client.send(data);
  for (const [status, length, method] of expected) {
    const response = await client.response(method);
    assertEquals(response?.status, status);
    if (length >= 0) assertEquals(response?.body.length, length);
  }
  await sending;
});

Deno.test("requests cut at any place are answered", async () => {
  using client = await connect();
  client.connection.setNoDelay(true);
  const request = get("/ok.txt", "X: y\r\n");
  for (let at = 1; at < request.length; at++) {
    await client.send(request.slice(0, at));
    // So that the pieces are read apart: what was sent before this has been read by now.
    await assertAnswers(server);
    await client.send(request.slice(at));
    assertEquals((await client.response())?.text, "fine");
  }
});

Deno.test("a client that ends its side after its requests still gets all answers", async () => {
  using client = await connect();
  await client.send(get("/1.txt") + get("/big.txt") + get("/2.txt"));
  await client.closeWrite();
  assertEquals((await client.response())?.text, "1");
  assertEquals((await client.response())?.text, BIG);
  assertEquals((await client.response())?.text, "2");
  assertEquals((await client.rest()).length, 0);
});

Deno.test("a client that ends its side within a request gets no answer to it", async () => {
  for (const half of ["", "GET /ok.txt", "GET /ok.txt HTTP/1.1\r\nHost: localhost\r\n"]) {
    using client = await connect();
    await client.send(get("/1.txt") + half);
    await client.closeWrite();
    assertEquals((await client.response())?.text, "1");
    assertEquals((await client.rest()).length, 0);
  }
});

/** Whether this machine has IPv6 at all. */
function hasIpv6(): boolean {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}

Deno.test({
  name: "several addresses are listened on, IPv6 among them",
  ignore: !hasIpv6(),
  fn: async () => {
    await using several = await startServer({
      config: `access_log: off
servers:
  - { listen: [LISTEN, "[::1]:0"], root: one }
  - { listen: "127.0.0.2:0", root: two }
`,
      files: { "one/a.txt": "one", "two/a.txt": "two" },
    });
    await several.waitFor(/(?:listening on .*\n){3}/);
    const addresses = [...several.output().stderr.matchAll(/listening on http:\/\/(.*):(\d+)\/\n/g)];
    assertEquals(addresses.map(([, host]) => host), ["127.0.0.1", "[::1]", "127.0.0.2"]);
    for (const [, host, port] of addresses) {
      using client = await WireClient.connect(Number(port), host!.replace(/[[\]]/g, ""));
      await client.send(`GET /a.txt HTTP/1.1\r\nHost: ${host}:${port}\r\n\r\n`);
      assertEquals((await client.response())?.text, host === "127.0.0.2" ? "two" : "one");
    }
  },
});

Deno.test("a hundred connections at once are each served", async () => {
  const clients = await Promise.all(Array.from({ length: 100 }, connect));
  try {
    for (let round = 0; round < 3; round++) {
      await Promise.all(clients.map(async (client, i) => {
        await client.get(`/${i % 10}.txt`);
        assertEquals(toText((await client.response())!.body), `${i % 10}`);
      }));
    }
  } finally {
    for (const client of clients) client[Symbol.dispose]();
  }
});
