/**
 * Hostile clients: what they send, what of it may arrive at a server behind, and what they are told.
 *
 * @module
 */
import { CHUNKED, GET, HOST, type HostileClient, LAST, POST, refused, SMUGGLED } from "./hostile_client.ts";
import { CHUNKS, HEADS, LENGTHS } from "./hostile_grammar.ts";

/** Taken as they are: what they mean is beyond doubt. */
const PLAIN: readonly HostileClient[] = [
  { name: "a request", bytes: `${GET}Connection: close\r\n\r\n`, arrives: ["GET @/a"], statuses: [200] },
  {
    name: "three in one write",
    bytes: `${GET}\r\n${POST}Content-Length: 5\r\n\r\nhello${LAST}`,
    arrives: ["GET @/a", "POST @/a hello", "GET @/last"],
    statuses: [200, 200, 200],
  },
  {
    name: "a request within the content of another",
    bytes: `${POST}Content-Length: {SMUGGLED}\r\n\r\n${SMUGGLED}${LAST}`,
    arrives: [`POST @/a ${SMUGGLED}`, "GET @/last"],
    statuses: [200, 200],
  },
  {
    name: "a request within the content of a GET",
    bytes: `${GET}Content-Length: {SMUGGLED}\r\n\r\n${SMUGGLED}${LAST}`,
    arrives: [`GET @/a ${SMUGGLED}`, "GET @/last"],
    statuses: [200, 200],
    couldMean: ["GET @/a"],
  },
  {
    name: "a request within a chunk",
    bytes: `${CHUNKED}\r\n{SMUGGLED16}\r\n${SMUGGLED}\r\n0\r\n\r\n${LAST}`,
    arrives: [`POST @/a ${SMUGGLED}`, "GET @/last"],
    statuses: [200, 200],
  },
  {
    name: "a request within a trailer field",
    bytes: `${CHUNKED}\r\n1\r\nx\r\n0\r\nContent-Length: 50\r\nX: GET @/smuggled HTTP/1.1\r\n\r\n${LAST}`,
    arrives: ["POST @/a x", "GET @/last"],
    statuses: [200, 200],
  },
  {
    name: "chunk extensions",
    bytes: `${CHUNKED}\r\n1;a=b;c="\\"\r\n"\r\nx\r\n0\r\n\r\n`.replace('"\\"\r\n"', '"d;e"') + LAST,
    arrives: ["POST @/a x", "GET @/last"],
    statuses: [200, 200],
  },
  {
    name: "a coding in capitals",
    bytes: `${POST}Transfer-Encoding: CHUNKED\r\n\r\n1\r\nx\r\n0\r\n\r\n${LAST}`,
    arrives: ["POST @/a x", "GET @/last"],
    statuses: [200, 200],
  },
  {
    name: "content that waits to be asked for, and comes without",
    bytes: `${POST}Expect: 100-continue\r\nContent-Length: 5\r\n\r\nhello${LAST}`,
    arrives: ["POST @/a hello", "GET @/last"],
    statuses: [200, 200],
  },
  {
    name: "another host in the target than in Host",
    bytes: `GET http://localhost/@/a HTTP/1.1\r\nHost: other.test\r\nConnection: close\r\n\r\n`.replace(
      "/@",
      "@",
    ),
    arrives: ["GET @/a"],
    statuses: [200],
    fields: { host: "localhost" },
  },
  {
    name: "HTTP/1.0",
    bytes: `POST @/a HTTP/1.0\r\n${HOST}Content-Length: 1\r\n\r\nx${SMUGGLED}`,
    arrives: ["POST @/a x"],
    statuses: [200],
  },
];

/** Halves of requests, whose sender ends its side. */
const HALVES: readonly HostileClient[] = [
  { name: "half a head", bytes: `GET @/a HTTP/1.1\r\nHost: loc`, arrives: [], statuses: [] },
  { name: "half the content", bytes: `${POST}Content-Length: 100\r\n\r\nhalf`, arrives: [], statuses: [] },
  { name: "half a chunk", bytes: `${CHUNKED}\r\nff\r\nhalf`, arrives: [], statuses: [] },
  { name: "no last chunk", bytes: `${CHUNKED}\r\n4\r\nhalf\r\n`, arrives: [], statuses: [] },
];

/** What ends here, and what nobody may say of itself. */
const FIELDS: readonly HostileClient[] = [
  {
    name: "who asks, by its own word",
    bytes: `${GET}X-Forwarded-For: 10.0.0.1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: bank.test\r\n` +
      "Forwarded: for=10.0.0.1;proto=https\r\nX_Forwarded_For: 10.0.0.1\r\nX-Real-IP: 10.0.0.1\r\n" +
      "X-Forwarded-Port: 1\r\nConnection: close, X-Forwarded-For, Forwarded, X-Forwarded-Proto\r\n\r\n",
    arrives: ["GET @/a"],
    statuses: [200],
    fields: {
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-proto": "http",
      "x-forwarded-host": "localhost",
      "x_forwarded_for": undefined,
      "x-real-ip": undefined,
      "x-forwarded-port": undefined,
      "forwarded": "for=127.0.0.1;host=localhost;proto=http",
    },
  },
  {
    name: "fields of one connection",
    bytes:
      `${GET}Connection: close, X-Own, Cookie\r\nX-Own: 1\r\nCookie: a=1\r\nKeep-Alive: 9\r\nProxy-Connection: x\r\n` +
      "TE: trailers\r\nTrailer: X\r\nProxy-Authorization: Basic eA==\r\nX-Kept: 1\r\n\r\n",
    arrives: ["GET @/a"],
    statuses: [200],
    fields: {
      "x-own": undefined,
      cookie: undefined,
      "keep-alive": undefined,
      "proxy-connection": undefined,
      te: undefined,
      trailer: undefined,
      "proxy-authorization": undefined,
      "x-kept": "1",
    },
  },
  {
    name: "HTTP/2 in place of what follows",
    bytes:
      `${GET}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n${LAST}`,
    arrives: ["GET @/a", "GET @/last"],
    statuses: [200, 200],
    fields: { upgrade: undefined, "http2-settings": undefined },
  },
  {
    name: "another protocol that the server behind does not speak",
    bytes: `${GET}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
      `Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n${LAST}`,
    arrives: ["GET @/a", "GET @/last"],
    statuses: [200, 200],
  },
  {
    name: "another protocol from HTTP/1.0",
    bytes: `GET @/a HTTP/1.0\r\n${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    arrives: ["GET @/a"],
    statuses: [200],
    fields: { upgrade: undefined },
  },
];

/** Paths: they pass untouched, but never lead out of the location that took them. */
const PATHS: readonly HostileClient[] = [
  {
    name: "an encoded slash, a semicolon and two slashes",
    bytes: `GET @/a%2Fb;x=..//c?d=/../e HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`,
    arrives: ["GET @/a%2Fb;x=..//c?d=/../e"],
    statuses: [200],
    couldMean: ["GET @/a/b;x=../c?d=/../e", "GET @/a%2Fb;x=../c?d=/../e"],
  },
  ...refused(400, {
    "an encoded NUL": `GET @/a%00b HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`,
    "half an escape": `GET @/a%2 HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`,
    "a fragment": `GET @/a#b HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`,
  }, ["GET @/a", "GET @/a%23b"]),
];

/** All of them. */
export const HOSTILE_CLIENTS: readonly HostileClient[] = [
  ...PLAIN,
  ...LENGTHS,
  ...CHUNKS,
  ...HEADS,
  ...HALVES,
  ...FIELDS,
  ...PATHS,
];
