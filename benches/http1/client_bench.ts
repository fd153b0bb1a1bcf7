/**
 * One exchange with somebody else's server, from the request to the end of its answer, without a socket.
 *
 * @module
 */
import { encodeLatin1 } from "../../lib/bytes/latin1.ts";
import { DEFAULTS } from "../../lib/config/defaults.ts";
import { FieldBlock } from "../../lib/http/fields.ts";
import { ClientConnection } from "../../lib/http1/client_connection.ts";
import type { OutgoingHead } from "../../lib/http1/request_writer.ts";
import { compare, repeat, type Subject } from "../support.ts";

const CONTENT = 1024;

const LEAST: OutgoingHead = {
  method: "GET",
  target: "/",
  fields: FieldBlock.of(["Host", "a.test"]),
  body: { kind: "none" },
  upgrades: false,
};

/** A browser's, with what a proxy adds. */
const FORWARDED: OutgoingHead = {
  ...LEAST,
  target: "/assets/index-5d0b3c.js?v=3",
  fields: FieldBlock.of(
    ["Host", "app.localhost:8080"],
    ["User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"],
    ["Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"],
    ["Accept-Language", "en-US,en;q=0.5"],
    ["Accept-Encoding", "gzip, deflate, br, zstd"],
    ["Cookie", "session=0123456789abcdef0123456789abcdef"],
    ["Sec-Fetch-Dest", "script"],
    ["Sec-Fetch-Mode", "no-cors"],
    ["Sec-Fetch-Site", "same-origin"],
    ["X-Forwarded-For", "192.0.2.1"],
    ["X-Forwarded-Proto", "http"],
    ["X-Forwarded-Host", "app.localhost:8080"],
    ["Forwarded", 'for=192.0.2.1;host="app.localhost:8080";proto=http'],
  ),
};

const FIELDS =
  'Date: Sat, 28 Nov 2026 15:00:00 GMT\r\nServer: up\r\nContent-Type: text/plain\r\nETag: "a"\r\n' +
  "Cache-Control: no-cache\r\nVary: Accept-Encoding\r\n";

/** Exchanges on one connection, and how many bytes of content each has. */
function exchange(head: OutgoingHead, answer: string, content: number): Subject {
  const connection = new ClientConnection(DEFAULTS.limits), bytes = encodeLatin1(answer);
  const run = () => {
    connection.request(head);
    connection.buffer.append(bytes);
    let received = 0;
    for (let event = connection.next(); event.type !== "end of message"; event = connection.next()) {
      if (event.type === "need data") throw new Error("The answer is not whole");
      if (event.type === "data") received += event.bytes.length;
    }
    connection.startNextCycle();
    return received;
  };
  return [run, content];
}

const known = `HTTP/1.1 200 OK\r\n${FIELDS}Content-Length: ${CONTENT}\r\n\r\n${"c".repeat(CONTENT)}`;
const chunk = `${CONTENT.toString(16)}\r\n${"c".repeat(CONTENT)}\r\n`;
const chunked = `HTTP/1.1 200 OK\r\n${FIELDS}Transfer-Encoding: chunked\r\n\r\n${chunk}0\r\n\r\n`;
const many = repeat(90, (index) => `X-Field-${index}: ${"v".repeat(100)}\r\n`);

compare("an exchange with an upstream", {
  "the least": exchange(LEAST, "HTTP/1.1 204 No Content\r\n\r\n", 0),
  "a browser's request, 1 KiB": exchange(FORWARDED, known, CONTENT),
  "a browser's request, 1 KiB in a chunk": exchange(FORWARDED, chunked, CONTENT),
  "a browser's request, 90 fields more": exchange(FORWARDED, known.replace("ETag", `${many}ETag`), CONTENT),
});
