import { assertEquals } from "@std/assert";
import { keptServer } from "../support/kept_server.ts";
import { test } from "../support/protocols.ts";
import { exchange, WireClient } from "../support/wire.ts";

test("a folder is served from its index", async () => {
  const server = await keptServer({ files: { "index.html": "<h1>Hello</h1>" } });
  const response = await exchange(server.port, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  assertEquals(response?.status, 200);
  assertEquals(response?.text, "<h1>Hello</h1>");
});

test("pipelined requests are answered in their order", async () => {
  const server = await keptServer({ files: { "a.txt": "A", "b.txt": "B" } });
  using client = await WireClient.connect(server.port);
  const request = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
  await client.send(request("/a.txt") + request("/missing") + request("/") + request("/b.txt"));
  assertEquals((await client.response())?.text, "A");
  assertEquals((await client.response())?.status, 404);
  assertEquals((await client.response())?.status, 200);
  assertEquals((await client.response())?.text, "B");
});
