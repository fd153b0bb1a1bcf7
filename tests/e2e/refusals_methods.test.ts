/**
 * Methods, expectations and bodies that are refused, and OPTIONS (DESIGN.md section 4).
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { http1Test, test } from "../support/protocols.ts";
import { exchange, WireClient } from "../support/wire.ts";
import { assertAnswer, assertAnswers, assertRefused, OK_FILE, sharedServer } from "./wire_support.ts";

const server = await sharedServer({
  config: `access_log: off
servers:
  - listen: LISTEN
    root: .
    locations:
      /post/: { allowed_methods: [GET, POST], client_max_body_size: 1k }
      /all/: { allowed_methods: [GET, POST, PUT, DELETE, PATCH, PROPFIND] }
`,
  files: { ...OK_FILE, "post/a.txt": "posted", "all/a.txt": "all" },
});

const ALLOW = "GET, HEAD, OPTIONS";
const request = (method: string, target: string, fields = "", body = "") =>
  `${method} ${target} HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n${body}`;

for (const method of ["POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "MKCOL", "MOVE", "LOCK"]) {
  test(`${method} where it is not allowed is 405 with Allow`, async () => {
    await assertRefused(server, request(method, "/ok.txt"), {
      status: 405,
      fate: "open",
      fields: { Allow: ALLOW },
    });
  });
}

test("405 is answered whether something is at the path or not", async () => {
  const response = await exchange(server.port, request("DELETE", "/missing"));
  assertEquals([response?.status, response?.field("allow")], [405, ALLOW]);
});

test("CONNECT is 405 with Allow, and opens no tunnel", async () => {
  await assertRefused(server, "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost:80\r\n\r\n", {
    status: 405,
    fate: "open",
    fields: { Allow: ALLOW },
  });
});

test("TRACE sends nothing back of what came", async () => {
  const response = await exchange(server.port, request("TRACE", "/ok.txt", "Cookie: secret\r\n"));
  assertEquals(response?.status, 405);
  assert(!response?.text.includes("secret"));
});

for (const method of ["PURGE", "get", "FOO", "M-SEARCH", "!"]) {
  test(`the unknown method ${method} is 501`, async () => {
    const response = await assertRefused(server, request(method, "/ok.txt"), { status: 501, fate: "open" });
    assertEquals(response.field("allow"), undefined);
  });
}

test("Allow names the methods of the location", async () => {
  const response = await exchange(server.port, request("OPTIONS", "/all/a.txt"));
  assertEquals(response?.field("allow"), "GET, HEAD, POST, PUT, DELETE, PATCH, PROPFIND, OPTIONS");
  await assertRefused(server, request("PUT", "/post/a.txt"), {
    status: 405,
    fate: "open",
    fields: { Allow: "GET, HEAD, POST, OPTIONS" },
  });
});

test("a file is no answer to a method that would change it", async () => {
  // As nginx does it: that a location allows POST does not make a file an answer to it.
  for (const method of ["POST", "PUT", "DELETE", "PATCH", "PROPFIND"]) {
    const response = await exchange(server.port, request(method, "/all/a.txt"));
    assertEquals([response?.status, response?.field("allow")], [405, ALLOW], method);
  }
  assertEquals((await exchange(server.port, request("POST", "/all/missing")))?.status, 404);
});

for (const target of ["/ok.txt", "/missing", "/", "*"]) {
  test(`OPTIONS ${target} is 204 with Allow and without content`, async () => {
    const response = await assertRefused(server, request("OPTIONS", target), {
      status: 204,
      fate: "open",
      fields: { Allow: ALLOW },
    });
    assertEquals(response.field("content-length"), undefined);
    assertEquals(response.field("transfer-encoding"), undefined);
  });
}

for (const expectation of ["200-ok", "100-continue, x", "something=else"]) {
  test(`Expect: ${expectation} is 417`, async () => {
    await assertRefused(server, request("GET", "/ok.txt", `Expect: ${expectation}\r\n`), {
      status: 417,
      fate: "open",
    });
  });
}

http1Test("version", "HTTP/1.0 has no expectations", async () => {
  const response = await exchange(server.port, "GET /ok.txt HTTP/1.0\r\nExpect: x\r\n\r\n");
  assertEquals(response?.status, 200);
});

test("Expect: 100-continue without a body is an ordinary request, whatever its case", async () => {
  for (const value of ["100-continue", "100-Continue"]) {
    using client = await WireClient.connect(server.port);
    await client.get("/ok.txt", `Expect: ${value}\r\n`);
    assertEquals((await client.response())?.status, 200);
    await client.get("/ok.txt");
    assertEquals((await client.response())?.status, 200);
  }
});

test("a body over the limit is 413 before any of it is read", async () => {
  // Not one byte of the body is sent: the answer can only come from its announced length.
  await assertRefused(server, request("POST", "/post/a.txt", "Content-Length: 5000000000\r\n"), {
    status: 413,
    fate: "closed",
  });
});

test("a body over the limit gets 413 instead of 100 Continue", async () => {
  await assertRefused(
    server,
    request("POST", "/post/a.txt", "Content-Length: 1025\r\nExpect: 100-continue\r\n"),
    { status: 413, fate: "closed" },
  );
});

test("a small body over the limit is read and dropped, and the connection stays", async () => {
  await assertRefused(server, request("POST", "/post/a.txt", "Content-Length: 1025\r\n", "x".repeat(1025)), {
    status: 413,
    fate: "open",
  });
});

test("a body that just fits the limit is not 413", async () => {
  const body = request("POST", "/post/missing", "Content-Length: 1024\r\n", "x".repeat(1024));
  await assertRefused(server, body, { status: 404, fate: "open" });
});

test("the default limit for bodies is 1M", async () => {
  const announce = (length: number) =>
    request("POST", "/all/missing", `Content-Length: ${length}\r\nExpect: 100-continue\r\n`);
  await assertRefused(server, announce(1024 ** 2 + 1), { status: 413, fate: "closed" });
  await assertRefused(server, announce(1024 ** 2), { status: 404, fate: "closed" });
});

test("a refused HEAD has the length of its page but not the page", async () => {
  using client = await WireClient.connect(server.port);
  await client.send(request("HEAD", "/missing"));
  const response = await assertAnswer(server, client, { status: 404, fate: "open", method: "HEAD" });
  assert(Number(response.field("content-length")) > 0);
});

http1Test("version", "the refusal of an HTTP/1.0 request is one of HTTP/1.0, and closes", async () => {
  using client = await WireClient.connect(server.port);
  await client.send("DELETE /ok.txt HTTP/1.0\r\n\r\n");
  const response = await assertAnswer(server, client, { status: 405, fate: "closed" });
  assertEquals(response.version, "HTTP/1.0");
  await assertAnswers(server);
});
