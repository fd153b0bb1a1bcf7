import { assertEquals } from "@std/assert";
import { test } from "../support/protocols.ts";
import { startServer } from "../support/server.ts";
import { exchange } from "../support/wire.ts";

const config = (more: string) => `
access_log: off
servers:
  - listen: LISTEN
    locations: { /: { upload_store: store, ${more} } }
`;

const post = (fields: string) =>
  `POST / HTTP/1.1\r\nHost: localhost:8080\r\n${fields}Content-Length: 1\r\nContent-Type: text/plain\r\n\r\nx`;

const SENDERS: readonly (readonly [who: string, fields: string, status: number])[] = [
  ["a program", "", 201],
  ["a page of the same origin", "Origin: http://localhost:8080\r\nSec-Fetch-Site: same-origin\r\n", 201],
  ["a page of another origin", "Origin: http://evil.example\r\nSec-Fetch-Site: cross-site\r\n", 403],
  ["a page of another port", "Origin: http://localhost:3000\r\nSec-Fetch-Site: same-site\r\n", 403],
  ["a page without an origin", "Origin: null\r\n", 403],
  ["a page that hides its origin", "Sec-Fetch-Site: cross-site\r\n", 403],
];

test("a store takes nothing that a page of another origin sends", async () => {
  await using server = await startServer({ config: config("cors: off") });
  for (const [who, fields, status] of SENDERS) {
    assertEquals((await exchange(server.port, post(fields)))?.status, status, who);
  }
});

test("with cors a store takes what pages of other origins send", async () => {
  await using server = await startServer({ config: config("cors: on") });
  for (const [who, fields] of SENDERS) {
    assertEquals((await exchange(server.port, post(fields)))?.status, 201, who);
  }
});
