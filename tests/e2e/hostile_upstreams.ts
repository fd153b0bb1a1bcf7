/**
 * Hostile upstreams: what they say to a request, and what its client gets: a clean 502 or 504, a cut, or what was said
 * beyond doubt. Never `poison`, which is said to nobody.
 *
 * @module
 */
import type { Script } from "../support/scripted_upstream.ts";

/** One upstream, asked once. */
export interface HostileUpstream extends Script {
  /** Status and content, or `cut`; one of several where the moment decides. Of 502 and 504 the status alone. */
  readonly gets: string | readonly string[];
  readonly method?: string;
  /** The content of the request. */
  readonly body?: string;
}

/** A whole answer, for nobody. */
export const POISON = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nX-Poison: 1\r\n\r\npoison";
const OK = "HTTP/1.1 200 OK\r\n";
const GOOD = `${OK}Content-Length: 4\r\n\r\ngood`;
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;
const HINTS = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";

/** Ends with bytes that nobody has read, which is a reset: what was said last may not arrive. */
const RESET = { then: "close", early: true, method: "POST", body: "x".repeat(300_000) } as const;

/** Wrong from the first byte on. */
function refused(cases: Readonly<Record<string, string>>): Record<string, HostileUpstream> {
  return Object.fromEntries(Object.entries(cases).map(([name, says]) => [name, { says, gets: "502" }]));
}

/** Wrong in what follows the head: the head may have gone on to the client by then. */
function cut(cases: Readonly<Record<string, string>>, then?: "close"): Record<string, HostileUpstream> {
  return Object.fromEntries(
    Object.entries(cases).map(([name, says]) => [name, { says, gets: ["cut", "502"], ...then && { then } }]),
  );
}

/** No answer, or half of one. */
const HALVES: Readonly<Record<string, HostileUpstream>> = {
  "nothing, and silence": { says: "", then: "stay silent", gets: "504" },
  "nothing, and the end": { says: "", then: "close", gets: "502" },
  "nothing, and a reset": { says: "", ...RESET, gets: "502" },
  "half a status line, and silence": { says: "HTTP/1.1 20", then: "stay silent", gets: "504" },
  "half a status line, and the end": { says: "HTTP/1.1 20", then: "close", gets: "502" },
  "half a head, and silence": { says: `${OK}Content-Le`, then: "stay silent", gets: "504" },
  "half a head, and the end": { says: `${OK}Content-Length: 4\r\n`, then: "close", gets: "502" },
  "half a head, and a reset": { says: `${OK}Content-Length: 4\r\n`, ...RESET, gets: "502" },
  "half an interim answer, and the end": { says: "HTTP/1.1 100 Continue\r\n", then: "close", gets: "502" },
  "an interim answer, and silence": {
    says: "HTTP/1.1 100 Continue\r\n\r\n",
    then: "stay silent",
    gets: "504",
  },
  "an interim answer, and the end": { says: HINTS, then: "close", gets: "502" },
  "half the content, and silence": {
    says: `${OK}Content-Length: 9\r\n\r\nhalf`,
    then: "stay silent",
    gets: ["cut", "504"],
  },
  "half the content, and the end": {
    says: `${OK}Content-Length: 9\r\n\r\nhalf`,
    then: "close",
    gets: ["cut", "502"],
  },
  "half the content, and a reset": {
    says: `${OK}Content-Length: 9\r\n\r\nhalf`,
    ...RESET,
    gets: ["cut", "502"],
  },
  "content without a length, and silence": {
    says: `${OK}\r\nhalf`,
    then: "stay silent",
    gets: ["cut", "504"],
  },
  "half a chunk, and silence": { says: `${CHUNKED}9\r\nhalf`, then: "stay silent", gets: ["cut", "504"] },
};

/** The first line. */
const STATUS_LINES = refused({
  "another protocol": "SSH-2.0-OpenSSH_9.2\r\n\r\n",
  "a mail server": "220 mail.test ESMTP\r\n\r\n",
  "an alert of TLS": "\x15\x03\x01\x00\x02\x02\x16\r\n\r\n",
  "settings of HTTP/2": "\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x05\x00\x00\x40\x00\r\n\r\n",
  "a page without a head": "<!doctype html><title>poison</title>\r\n\r\n",
  "a radio": `ICY 200 OK\r\nContent-Length: 6\r\n\r\npoison`,
  "HTTP/2 in words": "HTTP/2 200\r\nContent-Length: 6\r\n\r\npoison",
  "HTTP/2.0 in words": "HTTP/2.0 200 OK\r\nContent-Length: 6\r\n\r\npoison",
  "a version in small letters": "http/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison",
  "a version with two digits": "HTTP/1.10 200 OK\r\nContent-Length: 6\r\n\r\npoison",
  "a status of two digits": "HTTP/1.1 99 Low\r\nContent-Length: 6\r\n\r\npoison",
  "a status of four digits": "HTTP/1.1 2000 OK\r\nContent-Length: 6\r\n\r\npoison",
  "a status below all": "HTTP/1.1 099 Low\r\nContent-Length: 6\r\n\r\npoison",
  "a status with letters": "HTTP/1.1 2OO OK\r\nContent-Length: 6\r\n\r\npoison",
  "a status with a sign": "HTTP/1.1 +20 OK\r\nContent-Length: 6\r\n\r\npoison",
  "two blanks": "HTTP/1.1  200 OK\r\nContent-Length: 6\r\n\r\npoison",
  "a blank before all": ` ${OK}Content-Length: 6\r\n\r\npoison`,
  "a status line that ends in LF": "HTTP/1.1 200 OK\nContent-Length: 6\r\n\r\npoison",
  "a reason with a bare CR": "HTTP/1.1 200 O\rK\r\nContent-Length: 6\r\n\r\npoison",
  "a reason with a NUL": "HTTP/1.1 200 O\0K\r\nContent-Length: 6\r\n\r\npoison",
  "a reason with an escape character": "HTTP/1.1 200 \x1b[2J\r\nContent-Length: 6\r\n\r\npoison",
  "a request in place of an answer": "GET /poison HTTP/1.1\r\nHost: localhost\r\n\r\n",
});

/** Lines of fields. */
const FIELDS = refused({
  "lines that end in LF": "HTTP/1.1 200 OK\nContent-Length: 6\n\npoison",
  "a field that ends in LF": `${OK}X: x\nContent-Length: 6\r\n\r\npoison`,
  "an end of LF alone": `${OK}Content-Length: 6\r\n\npoison`,
  "a blank before the colon": `${OK}Content-Length : 6\r\n\r\npoison`,
  "a folded line": `${OK}X: x\r\n y\r\nContent-Length: 6\r\n\r\npoison`,
  "a folded length": `${OK}Content-Length:\r\n 6\r\n\r\npoison`,
  "a first line that begins with a blank": `${OK} X: x\r\nContent-Length: 6\r\n\r\npoison`,
  "a field without a name": `${OK}: x\r\nContent-Length: 6\r\n\r\npoison`,
  "a field without a colon": `${OK}X\r\nContent-Length: 6\r\n\r\npoison`,
  "a name with a blank": `${OK}X Y: x\r\nContent-Length: 6\r\n\r\npoison`,
  "a name with a NUL": `${OK}X\0: x\r\nContent-Length: 6\r\n\r\npoison`,
  "a name with a letter that is none": `${OK}X\xe9: x\r\nContent-Length: 6\r\n\r\npoison`,
  "a value with a NUL": `${OK}X: a\0b\r\nContent-Length: 6\r\n\r\npoison`,
  "a value with a bare CR": `${OK}X: a\rSet-Cookie: poison\r\nContent-Length: 6\r\n\r\npoison`,
  "a value with an escape character": `${OK}X: \x1b[2J\r\nContent-Length: 6\r\n\r\npoison`,
  "a bare CR as the end": `${OK}Content-Length: 6\r\r\npoison`,
});

/** How long the content is. */
const LENGTHS: Readonly<Record<string, HostileUpstream>> = {
  ...refused({
    "two lengths": `${OK}Content-Length: 6\r\nContent-Length: 60\r\n\r\npoison`,
    "a list of lengths": `${OK}Content-Length: 6, 60\r\n\r\npoison`,
    "a length with a sign": `${OK}Content-Length: +6\r\n\r\npoison`,
    "a negative length": `${OK}Content-Length: -6\r\n\r\npoison`,
    "a hexadecimal length": `${OK}Content-Length: 0x6\r\n\r\npoison`,
    "a length of nothing": `${OK}Content-Length:\r\n\r\npoison`,
    "a length with a dot": `${OK}Content-Length: 6.0\r\n\r\npoison`,
    "a length with a blank": `${OK}Content-Length: 6 0\r\n\r\npoison`,
    "a length beyond all numbers": `${OK}Content-Length: 18446744073709551622\r\n\r\npoison`,
    "a length in quotes": `${OK}Content-Length: "6"\r\n\r\npoison`,
    "a length and chunks":
      `${OK}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n6\r\npoison\r\n0\r\n\r\n`,
    "chunks and a length":
      `${OK}Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n6\r\npoison\r\n0\r\n\r\n`,
    "chunks in HTTP/1.0": `HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\npoison\r\n0\r\n\r\n`,
    "a coding before chunks": `${OK}Transfer-Encoding: gzip, chunked\r\n\r\n6\r\npoison\r\n0\r\n\r\n`,
    "a coding behind chunks": `${OK}Transfer-Encoding: chunked, gzip\r\n\r\n6\r\npoison\r\n0\r\n\r\n`,
    "chunks of chunks": `${OK}Transfer-Encoding: chunked, chunked\r\n\r\n6\r\npoison\r\n0\r\n\r\n`,
    "a coding that nobody knows": `${OK}Transfer-Encoding: xchunked\r\n\r\n6\r\npoison\r\n0\r\n\r\n`,
    "a coding of nothing": `${OK}Transfer-Encoding:\r\n\r\n6\r\npoison\r\n0\r\n\r\n`,
  }),
  "more than the length": { says: GOOD + POISON, gets: "200 good" },
  "more than the length, later": { says: [GOOD, POISON], gets: "200 good" },
  "chunks, and an answer behind": { says: `${CHUNKED}4\r\ngood\r\n0\r\n\r\n${POISON}`, gets: "200 good" },
  "no content, and some": { says: `HTTP/1.1 204 No Content\r\n\r\n${POISON}`, gets: "204 " },
  "unchanged, and content": {
    says: `HTTP/1.1 304 Not Modified\r\nContent-Length: 6\r\n\r\npoison`,
    gets: "304 ",
  },
  "content for a HEAD": { says: `${OK}Content-Length: 6\r\n\r\npoison`, method: "HEAD", gets: "200 " },
  "chunks for a HEAD": {
    says: `${OK}Transfer-Encoding: chunked\r\n\r\n6\r\npoison\r\n0\r\n\r\n`,
    method: "HEAD",
    gets: "200 ",
  },
  "a length of nothing to come, and an answer behind": {
    says: `${OK}Content-Length: 0\r\n\r\n${POISON}`,
    gets: "200 ",
  },
};

/** Chunks. */
const CHUNKS: Readonly<Record<string, HostileUpstream>> = {
  ...cut({
    "a chunk that ends in LF": `${CHUNKED}4\ngood\r\n0\r\n\r\n`,
    "a chunk without its end": `${CHUNKED}4\r\ngoodX0\r\n\r\n`,
    "a chunk with more in it than it says": `${CHUNKED}4\r\ngoodpoison\r\n0\r\n\r\n`,
    "a negative size": `${CHUNKED}-4\r\ngood\r\n0\r\n\r\n`,
    "a size with a sign": `${CHUNKED}+4\r\ngood\r\n0\r\n\r\n`,
    "a size with 0x": `${CHUNKED}0x4\r\ngood\r\n0\r\n\r\n`,
    "a size of nothing": `${CHUNKED}\r\ngood\r\n0\r\n\r\n`,
    "a size that is none": `${CHUNKED}four\r\ngood\r\n0\r\n\r\n`,
    "a size beyond all numbers": `${CHUNKED}fffffffffffffffff\r\npoison`,
    "a size without an end": CHUNKED + "0".repeat(100_000),
    "an extension without an end": `${CHUNKED}4;${"a".repeat(100_000)}`,
    "an extension with a bare LF": `${CHUNKED}4;a\nb\r\ngood\r\n0\r\n\r\n`,
    "a last chunk that ends in LF": `${CHUNKED}4\r\ngood\r\n0\n\n`,
    "a trailer that is no field": `${CHUNKED}4\r\ngood\r\n0\r\nHTTP/1.1 200 OK\r\n\r\n`,
    "a trailer with a bare LF": `${CHUNKED}4\r\ngood\r\n0\r\nX: x\nY: y\r\n\r\n`,
    "trailers without an end": `${CHUNKED}4\r\ngood\r\n0\r\n${"X: x\r\n".repeat(10_000)}`,
  }),
  ...cut({
    "no last chunk": `${CHUNKED}4\r\ngood\r\n`,
    "half a last chunk": `${CHUNKED}4\r\ngood\r\n0\r\n`,
    "half a chunk": `${CHUNKED}9\r\nhalf`,
  }, "close"),
  "trailers": {
    says: `${CHUNKED}4\r\ngood\r\n0\r\nSet-Cookie: poison=1\r\nContent-Length: 9\r\n\r\n`,
    gets: "200 good",
  },
  "extensions": { says: `${CHUNKED}4;a=b;c="d"\r\ngood\r\n0;e\r\n\r\n`, gets: "200 good" },
};

/** Interim answers, and what is never asked for. */
const INTERIM: Readonly<Record<string, HostileUpstream>> = {
  "sixteen interim answers": { says: HINTS.repeat(16) + GOOD, gets: "200 good" },
  "one interim answer too many": { says: HINTS.repeat(17) + GOOD, gets: "502" },
  "a storm of interim answers": {
    says: "HTTP/1.1 100 Continue\r\n\r\n".repeat(1000),
    endlessly: true,
    gets: "502",
  },
  "a switch that nobody asked for": {
    says: `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\npoison`,
    gets: "502",
  },
  "a switch to nothing": { says: `HTTP/1.1 101 Switching Protocols\r\n\r\npoison`, gets: "502" },
};

/** Without an end. */
const ENDLESS: Readonly<Record<string, HostileUpstream>> = {
  "a head without an end": { says: [OK, "X: x\r\n".repeat(1000)], endlessly: true, gets: "502" },
  "a status line without an end": { says: "HTTP/1.1 200 ".padEnd(60_000, "a"), gets: "502" },
  "a field without an end": { says: `${OK}X: ${"a".repeat(60_000)}`, gets: "502" },
  "fields without an end": { says: OK + "X: x\r\n".repeat(200), gets: "502" },
  "nothing but line ends": { says: "\r\n".repeat(1000), endlessly: true, gets: "502" },
};

/** Answers before the request ends. */
const EARLY: Readonly<Record<string, HostileUpstream>> = {
  "an early answer, and then the content is read": {
    says: GOOD,
    early: true,
    method: "POST",
    body: "x".repeat(100_000),
    gets: "200 good",
  },
  "an early answer, and the end": {
    says: `HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\nConnection: close\r\n\r\ngood`,
    early: true,
    then: "close",
    method: "POST",
    body: "x".repeat(1_000_000),
    // Unread bytes make a reset of an end, and that may overtake the answer.
    gets: ["403 good", "502"],
  },
};

/** Odd, but beyond doubt. */
const FINE: Readonly<Record<string, HostileUpstream>> = {
  "content up to the end": { says: `${OK}\r\ngood`, then: "close", gets: "200 good" },
  "content up to the end of HTTP/1.0": {
    says: "HTTP/1.0 200 OK\r\n\r\ngood",
    then: "close",
    gets: "200 good",
  },
  "an empty reason": { says: "HTTP/1.1 200 \r\nContent-Length: 4\r\n\r\ngood", gets: "200 good" },
  "a status that nobody knows": {
    says: "HTTP/1.1 299 Odd\r\nContent-Length: 4\r\n\r\ngood",
    gets: "299 good",
  },
  "a head byte by byte": { says: [...GOOD], gets: "200 good" },
  "Connection names the framing": {
    says: `${OK}Connection: keep-alive, content-length, transfer-encoding\r\nContent-Length: 4\r\n\r\ngood`,
    gets: "200 good",
  },
};

/** All of them, by their names. */
export const HOSTILE_UPSTREAMS: Readonly<Record<string, HostileUpstream>> = {
  ...prefixed("half: ", HALVES),
  ...prefixed("status line: ", STATUS_LINES),
  ...prefixed("fields: ", FIELDS),
  ...prefixed("length: ", LENGTHS),
  ...prefixed("chunks: ", CHUNKS),
  ...prefixed("interim: ", INTERIM),
  ...prefixed("endless: ", ENDLESS),
  ...prefixed("early: ", EARLY),
  ...prefixed("fine: ", FINE),
};

function prefixed(
  prefix: string,
  cases: Readonly<Record<string, HostileUpstream>>,
): Record<string, HostileUpstream> {
  return Object.fromEntries(Object.entries(cases).map(([name, value]) => [prefix + name, value]));
}
