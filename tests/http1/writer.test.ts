import { FieldBlock } from "../../lib/http/fields.ts";
import { assertEquals, assertMatch } from "@std/assert";
import { formatHttpDate } from "../../lib/http/date.ts";
import {
  CHUNK_HEAD_LENGTH,
  chunkHead,
  CONTINUE,
  type HeadParts,
  keptHead,
  LAST_CHUNK,
  responseFraming,
  responseHead,
} from "../../lib/http1/writer.ts";

Deno.test("responseFraming() follows RFC 9112 section 6.3", () => {
  const table: [string, string, number, number | undefined, string][] = [
    ["HTTP/1.1", "GET", 200, 5, "length"],
    ["HTTP/1.1", "GET", 200, 0, "length"],
    ["HTTP/1.1", "GET", 200, undefined, "chunked"],
    ["HTTP/1.0", "GET", 200, undefined, "close"],
    ["HTTP/1.0", "GET", 200, 5, "length"],
    ["HTTP/1.1", "HEAD", 200, 5, "none"],
    ["HTTP/1.1", "HEAD", 200, undefined, "none"],
    ["HTTP/1.0", "HEAD", 200, undefined, "none"],
    ["HTTP/1.1", "head", 200, 5, "length"],
    ["HTTP/1.1", "GET", 204, undefined, "none"],
    ["HTTP/1.1", "GET", 304, 5, "none"],
    ["HTTP/1.0", "GET", 304, undefined, "none"],
    ["HTTP/1.1", "GET", 100, undefined, "none"],
    ["HTTP/1.1", "GET", 199, 5, "none"],
    ["HTTP/1.1", "POST", 404, undefined, "chunked"],
    ["HTTP/1.0", "POST", 500, undefined, "close"],
  ];
  for (const [version, method, status, length, framing] of table) {
    assertEquals(
      responseFraming(version, method, status, length),
      framing,
      `${version} ${method} ${status} ${length}`,
    );
  }
});

const NOW = Date.UTC(1994, 10, 6, 8, 49, 37, 250);

const head = (parts: Partial<HeadParts>): string =>
  responseHead({
    version: "HTTP/1.1",
    status: 200,
    reason: undefined,
    fields: FieldBlock.EMPTY,
    length: undefined,
    chunked: false,
    keepAlive: true,
    now: NOW,
    ...parts,
  });

const OWN = "Server: webserv\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
const COMMON = OWN + "X-Content-Type-Options: nosniff\r\n";

Deno.test("responseHead() writes the status line, the fields and the framing", () => {
  const table: [Partial<HeadParts>, string][] = [
    [{}, `HTTP/1.1 200 OK\r\n${COMMON}\r\n`],
    [{ length: 0 }, `HTTP/1.1 200 OK\r\n${COMMON}Content-Length: 0\r\n\r\n`],
    [{ length: 2 ** 52 }, `HTTP/1.1 200 OK\r\n${COMMON}Content-Length: 4503599627370496\r\n\r\n`],
    [{ chunked: true }, `HTTP/1.1 200 OK\r\n${COMMON}Transfer-Encoding: chunked\r\n\r\n`],
    [{ keepAlive: false }, `HTTP/1.1 200 OK\r\n${COMMON}Connection: close\r\n\r\n`],
    [{ version: "HTTP/1.0" }, `HTTP/1.0 200 OK\r\n${COMMON}Connection: keep-alive\r\n\r\n`],
    [{ version: "HTTP/1.0", keepAlive: false }, `HTTP/1.0 200 OK\r\n${COMMON}Connection: close\r\n\r\n`],
    [{ status: 404 }, `HTTP/1.1 404 Not Found\r\n${COMMON}\r\n`],
    [{ status: 404, reason: "Gone Fishing" }, `HTTP/1.1 404 Gone Fishing\r\n${COMMON}\r\n`],
    [{ status: 404, reason: "" }, `HTTP/1.1 404 \r\n${COMMON}\r\n`],
    [
      {
        fields: FieldBlock.of(["ETag", '"a"'], ["Set-Cookie", "b"], ["Set-Cookie", "c"]),
        length: 3,
        keepAlive: false,
      },
      `HTTP/1.1 200 OK\r\n${COMMON}ETag: "a"\r\nSet-Cookie: b\r\nSet-Cookie: c\r\n` +
      "Content-Length: 3\r\nConnection: close\r\n\r\n",
    ],
  ];
  for (const [parts, text] of table) assertEquals(head(parts), text, JSON.stringify(parts));
});

Deno.test("responseHead() forbids sniffing, once, unless the response has its own say", () => {
  const type = FieldBlock.of(["Content-Type", "a/b"]);
  const said = FieldBlock.of(["X-CONTENT-TYPE-OPTIONS", "none"], ["Content-Type", "a/b"]);
  const theirs = new FieldBlock(type.names, type.values, FieldBlock.AS_THEY_ARE);
  const table: [FieldBlock, string][] = [
    [type, `${COMMON}Content-Type: a/b\r\n`],
    [type.append("A", "b"), `${COMMON}Content-Type: a/b\r\nA: b\r\n`],
    [
      type.append("A", "b").append("X-Content-Type-Options", "nosniff"),
      `${OWN}Content-Type: a/b\r\nA: b\r\nX-Content-Type-Options: nosniff\r\n`,
    ],
    [said, `${OWN}X-CONTENT-TYPE-OPTIONS: none\r\nContent-Type: a/b\r\n`],
    [said.append("A", "b"), `${OWN}X-CONTENT-TYPE-OPTIONS: none\r\nContent-Type: a/b\r\nA: b\r\n`],
    [said.without("x-content-type-options"), `${COMMON}Content-Type: a/b\r\n`],
    [theirs, `${OWN}Content-Type: a/b\r\n`],
    [theirs.append("A", "b"), `${OWN}Content-Type: a/b\r\nA: b\r\n`],
    [FieldBlock.AS_THEY_ARE, OWN],
  ];
  for (const [fields, lines] of table) {
    // Whatever was made ready before: the shorter block is part of the longer one.
    for (let i = 0; i < 2; i++) assertEquals(head({ fields }), `HTTP/1.1 200 OK\r\n${lines}\r\n`);
  }
});

Deno.test("responseHead() has a space behind the status of every code, known or not", () => {
  for (let status = 100; status < 600; status++) {
    for (const version of ["HTTP/1.0", "HTTP/1.1"] as const) {
      assertMatch(head({ status, version }), new RegExp(`^${version} ${status} [A-Za-z' -]*\r\n`));
    }
  }
});

Deno.test("responseHead() does not mix up reasons of its own with those of the code", () => {
  head({ status: 403, reason: "Own" });
  assertMatch(head({ status: 403 }), /^HTTP\/1\.1 403 Forbidden\r\n/);
});

Deno.test("responseHead() takes the time of each second", () => {
  const dateOf = (now: number) => /Date: (.*)\r\n/.exec(head({ now }))?.[1];
  for (const now of [NOW, NOW + 700, NOW + 750, NOW + 1000, NOW - 5000, 0]) {
    assertEquals(dateOf(now), formatHttpDate(Math.floor(now / 1000) * 1000));
  }
});

Deno.test("chunkHead() is a size in hexadecimal, always of the same length", () => {
  const table: [number, string][] = [[1, "000001\r\n"], [255, "0000ff\r\n"], [65536, "010000\r\n"]];
  for (const [size, text] of table) assertEquals(chunkHead(size), text);
  for (const size of [1, 4095, 2 ** 24 - 1]) assertEquals(chunkHead(size).length, CHUNK_HEAD_LENGTH);
});

Deno.test("LAST_CHUNK and CONTINUE are complete", () => {
  assertEquals(LAST_CHUNK, "0\r\n\r\n");
  assertEquals(CONTINUE, "HTTP/1.1 100 Continue\r\n\r\n");
});

Deno.test("keptHead() gives the head of these very parts, from the second time in a second on", () => {
  const parts: HeadParts = {
    version: "HTTP/1.1",
    status: 200,
    reason: undefined,
    fields: FieldBlock.of(["Content-Type", "text/plain"]),
    length: 5,
    chunked: false,
    keepAlive: true,
    now: Date.UTC(2026, 10, 29, 12, 0, 0, 100),
  };
  const others: readonly Partial<HeadParts>[] = [
    { version: "HTTP/1.0" },
    { status: 404 },
    { reason: "Fine" },
    { length: 6 },
    { length: undefined },
    { length: undefined, chunked: true },
    { keepAlive: false },
    { now: parts.now + 1000 },
    // A clock that is set back.
    { now: parts.now - 1000 },
  ];
  const text = (head: Uint8Array | undefined) => head && new TextDecoder().decode(head);
  for (const other of others) {
    for (const isReversed of [false, true]) {
      const one = { ...parts, fields: FieldBlock.of(["Content-Type", "text/plain"]) };
      const two = [one, { ...one, ...other }];
      for (const each of isReversed ? two.reverse() : two) {
        assertEquals(keptHead({ ...each, now: each.now + 400 }), undefined, Object.keys(other).join());
        const again = keptHead({ ...each, now: each.now + 800 });
        assertEquals(text(again), responseHead(each));
        assertEquals(keptHead(each), again);
      }
    }
  }
});
