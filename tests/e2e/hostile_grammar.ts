/**
 * Hostile clients that break the grammar, or hope that somebody reads it otherwise.
 *
 * @module
 */
import { CHUNKED, GET, HOST, type HostileClient, LAST, POST, refused, SMUGGLED } from "./hostile_client.ts";

/** Two ways to tell where the content ends, or one that each reads otherwise. */
export const LENGTHS: readonly HostileClient[] = [
  ...refused(400, {
    "a length and chunks":
      `${POST}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG${SMUGGLED}`,
    "chunks and a length":
      `${POST}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n5c\r\n${SMUGGLED}\r\n0\r\n\r\n`,
    "two lengths": `${POST}Content-Length: 5\r\nContent-Length: 0\r\n\r\n${SMUGGLED}`,
    "two lengths that agree": `${POST}Content-Length: 0\r\nContent-Length: 0\r\n\r\n${SMUGGLED}`,
    "a list of lengths": `${POST}Content-Length: 0, 5\r\n\r\n${SMUGGLED}`,
    "a list of lengths that agree": `${POST}Content-Length: 0, 0\r\n\r\n${SMUGGLED}`,
    "a length with a sign": `${POST}Content-Length: +5\r\n\r\n${SMUGGLED}`,
    "a negative length": `${POST}Content-Length: -1\r\n\r\n${SMUGGLED}`,
    "a hexadecimal length": `${POST}Content-Length: 0x0\r\n\r\n${SMUGGLED}`,
    "a length of nothing": `${POST}Content-Length: \r\n\r\n${SMUGGLED}`,
    "a length with a blank in it": `${POST}Content-Length: 0 5\r\n\r\n${SMUGGLED}`,
    "a length with a dot": `${POST}Content-Length: 0.0\r\n\r\n${SMUGGLED}`,
    "a length in quotes": `${POST}Content-Length: "0"\r\n\r\n${SMUGGLED}`,
    "a blank before the colon of the length": `${POST}Content-Length : 0\r\n\r\n${SMUGGLED}`,
    "a blank before the colon of the coding":
      `${POST}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
    "chunks in quotes": `${POST}Transfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n${SMUGGLED}`,
    "chunks with a parameter": `${POST}Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n${SMUGGLED}`,
    "a coding in a folded line": `${POST}X: x\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
    "a folded coding": `${POST}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
    "a coding behind a bare LF": `${POST}X: x\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
    "a coding behind a bare CR": `${POST}X: x\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
    "a coding with a control character": `${POST}Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
    "a coding with a NUL": `${POST}Transfer-Encoding: chunked\0\r\n\r\n0\r\n\r\n${SMUGGLED}`,
    "a name with a NUL": `${POST}Transfer-Encoding\0: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
    "chunks in HTTP/1.0":
      `POST @/a HTTP/1.0\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  }, ["POST @/a"]),
  ...refused(413, {
    "a length beyond all numbers": `${POST}Content-Length: 18446744073709551616\r\n\r\n${SMUGGLED}`,
  }, ["POST @/a"]),
  ...refused(501, {
    "a coding that nobody knows": `${POST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
    "identity": `${POST}Transfer-Encoding: identity\r\n\r\n${SMUGGLED}`,
    "a coding before chunks": `${POST}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
    "a coding behind chunks": `${POST}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${SMUGGLED}`,
    "a second coding in a line of its own":
      `${POST}Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  }, ["POST @/a"]),
  {
    name: "a length whose name has an underscore",
    bytes: `${GET}Content_Length: 50\r\nTransfer_Encoding: chunked\r\n\r\n${LAST}`,
    arrives: ["GET @/a", "GET @/last"],
    statuses: [200, 200],
    fields: { content_length: undefined, transfer_encoding: undefined },
  },
  {
    name: "Connection names the framing",
    bytes: `${POST}Connection: Content-Length, Host\r\nContent-Length: 5\r\n\r\nhello${LAST}`,
    arrives: ["POST @/a hello", "GET @/last"],
    statuses: [200, 200],
    fields: { "content-length": "5" },
  },
];

/** Chunks that break their grammar: the head has been believed by then, but what arrives is no whole request. */
export const CHUNKS: readonly HostileClient[] = refused(400, {
  "a chunk that ends in LF": `${CHUNKED}\r\n1\nx\r\n0\r\n\r\n${SMUGGLED}`,
  "a last chunk that ends in LF": `${CHUNKED}\r\n1\r\nx\r\n0\n\n${SMUGGLED}`,
  "a chunk without its end": `${CHUNKED}\r\n1\r\nxx\r\n0\r\n\r\n${SMUGGLED}`,
  "a size with a sign": `${CHUNKED}\r\n+1\r\nx\r\n0\r\n\r\n${SMUGGLED}`,
  "a negative size": `${CHUNKED}\r\n-1\r\nx\r\n0\r\n\r\n${SMUGGLED}`,
  "a size with 0x": `${CHUNKED}\r\n0x1\r\nx\r\n0\r\n\r\n${SMUGGLED}`,
  "a size of nothing": `${CHUNKED}\r\n\r\nx\r\n0\r\n\r\n${SMUGGLED}`,
  "a size with a blank before it": `${CHUNKED}\r\n 1\r\nx\r\n0\r\n\r\n${SMUGGLED}`,
  "an extension with a bare LF": `${CHUNKED}\r\n1;a\nb\r\nx\r\n0\r\n\r\n${SMUGGLED}`,
  "an extension with a bare CR": `${CHUNKED}\r\n1;a\rb\r\nx\r\n0\r\n\r\n${SMUGGLED}`,
  "an extension without a name": `${CHUNKED}\r\n1;=b\r\nx\r\n0\r\n\r\n${SMUGGLED}`,
  "a trailer that is no field": `${CHUNKED}\r\n1\r\nx\r\n0\r\n${SMUGGLED}`,
  "a trailer with a bare LF": `${CHUNKED}\r\n1\r\nx\r\n0\r\nX: x\nY: y\r\n\r\n${SMUGGLED}`,
}, ["POST @/a", "POST @/a x"]);

/** Heads that break their grammar. */
export const HEADS: readonly HostileClient[] = [
  ...refused(400, {
    "lines that end in LF": `GET @/a HTTP/1.1\nHost: localhost\n\n${SMUGGLED}`,
    "a first line that ends in LF": `GET @/a HTTP/1.1\n${HOST}\r\n${SMUGGLED}`,
    "an end of LF alone": `GET @/a HTTP/1.1\r\n${HOST}\n${SMUGGLED}`,
    "two blanks": `GET  @/a HTTP/1.1\r\n${HOST}\r\n${SMUGGLED}`,
    "a tab": `GET\t@/a HTTP/1.1\r\n${HOST}\r\n${SMUGGLED}`,
    "a blank at the end": `GET @/a HTTP/1.1 \r\n${HOST}\r\n${SMUGGLED}`,
    "a blank in the target": `GET @/a b HTTP/1.1\r\n${HOST}\r\n${SMUGGLED}`,
    "two versions": `GET @/a HTTP/1.1 HTTP/1.1\r\n${HOST}\r\n${SMUGGLED}`,
    "a bare CR in the first line": `GET @/a\rHTTP/1.1\r\n${HOST}\r\n${SMUGGLED}`,
    "a NUL in the target": `GET @/a\0 HTTP/1.1\r\n${HOST}\r\n${SMUGGLED}`,
    "no version": `GET @/a\r\n${SMUGGLED}`,
    "a version in small letters": `GET @/a http/1.1\r\n${HOST}\r\n${SMUGGLED}`,
    "a version with two digits": `GET @/a HTTP/1.10\r\n${HOST}\r\n${SMUGGLED}`,
    "no host": `GET @/a HTTP/1.1\r\n\r\n${SMUGGLED}`,
    "two hosts": `GET @/a HTTP/1.1\r\n${HOST}Host: other.test\r\n\r\n${SMUGGLED}`,
    "two hosts that agree": `GET @/a HTTP/1.1\r\n${HOST}${HOST}\r\n${SMUGGLED}`,
    "a host with a path": `GET @/a HTTP/1.1\r\nHost: localhost/x\r\n\r\n${SMUGGLED}`,
    "a host with somebody in it": `GET @/a HTTP/1.1\r\nHost: a@localhost\r\n\r\n${SMUGGLED}`,
    "a list of hosts": `GET @/a HTTP/1.1\r\nHost: localhost, other.test\r\n\r\n${SMUGGLED}`,
    "a field without a name": `${GET}: x\r\n\r\n${SMUGGLED}`,
    "a field without a colon": `${GET}X\r\n\r\n${SMUGGLED}`,
    "a name with a blank": `${GET}X Y: z\r\n\r\n${SMUGGLED}`,
    "a first field that begins with a blank": `GET @/a HTTP/1.1\r\n ${HOST}${HOST}\r\n${SMUGGLED}`,
    "a value with a NUL": `${GET}X: a\0b\r\n\r\n${SMUGGLED}`,
    "a value with a bare CR": `${GET}X: a\rb\r\n\r\n${SMUGGLED}`,
    "a value with an escape character": `${GET}X: \x1b[2J\r\n\r\n${SMUGGLED}`,
  }, ["GET @/a", "GET @/a%20b", "GET @/ab"]),
  ...refused(505, { "another version": `GET @/a HTTP/3.0\r\n${HOST}\r\n${SMUGGLED}` }, ["GET @/a"]),
  ...refused(501, {
    "a method that nobody knows": `SMUGGLE @/a HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`,
  }),
  ...refused(405, {
    "TRACE": `TRACE @/a HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`,
    "CONNECT": `CONNECT localhost:80 HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`,
  }),
  ...refused(414, { "a target without an end": `GET @/{9000 a} HTTP/1.1\r\n${HOST}\r\n` }, [
    "GET @/{9000 a}",
  ]),
  ...refused(431, {
    "a field without an end": `${GET}X: {40000 a}\r\n\r\n`,
    "fields without an end": `${GET}{200 X: a\r\n}\r\n`,
  }, ["GET @/a"]),
  ...refused(417, {
    "another expectation": `${POST}Expect: tea\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
  }, ["POST @/a"]),
];
