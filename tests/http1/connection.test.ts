import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { decodeLatin1, encodeLatin1 } from "../../lib/bytes/latin1.ts";
import { ServerConnection } from "../../lib/http1/connection.ts";
import { HttpError } from "../../lib/http/errors.ts";
import { DEFAULT_LIMITS } from "../wire/cases.ts";

function connectionWith(text: string): ServerConnection {
  const connection = new ServerConnection(DEFAULT_LIMITS);
  connection.receive(encodeLatin1(text));
  return connection;
}

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const PUT = "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n";
const CHUNKED = "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

Deno.test("ServerConnection goes through its states", () => {
  const connection = connectionWith(PUT + "hello");
  assertEquals(connection.clientState, "idle");
  assertEquals(connection.next().type, "request");
  assertEquals(connection.clientState, "send body");
  assertEquals(connection.next().type, "data");
  assertEquals(connection.next().type, "end of message");
  assertEquals(connection.clientState, "done");
  connection.responseBegins();
  connection.responseEnds();
  assertEquals(connection.next().type, "paused");
  connection.startNextCycle();
  assertEquals(connection.clientState, "idle");
  assertThrows(() => connection.responseBegins(), Error, "not legal");
});

Deno.test("ServerConnection may answer before the body is whole", () => {
  const connection = connectionWith(PUT + "he");
  connection.next();
  connection.responseBegins();
  connection.responseEnds();
  assertThrows(() => connection.startNextCycle(), Error, "not legal");
  assertEquals(connection.next().type, "data");
  connection.receive(encodeLatin1("llo"));
  assertEquals(connection.next().type, "data");
  assertEquals(connection.next().type, "end of message");
  connection.startNextCycle();
  assertEquals(connection.next().type, "need data");
});

Deno.test("ServerConnection refuses what we may not do", () => {
  const idle = connectionWith("");
  assertThrows(() => idle.responseBegins(), Error, "not legal");
  assertThrows(() => idle.responseEnds(), Error, "not legal");
  assertThrows(() => idle.startNextCycle(), Error, "not legal");
  const busy = connectionWith(GET);
  busy.next();
  assertThrows(() => busy.responseEnds(), Error, "not legal");
  busy.responseBegins();
  assertThrows(() => busy.responseBegins(), Error, "not legal");
  // Such a mistake is ours, not the peer's.
  const error = assertThrows(() => busy.responseBegins());
  assert(!(error instanceof HttpError));
});

Deno.test("ServerConnection may respond after an error, and gives nothing more", () => {
  for (const text of ["nonsense\r\n", GET + "x\0"]) {
    const connection = connectionWith(text);
    if (text.startsWith("GET")) {
      connection.next();
      connection.next();
      connection.responseBegins();
      connection.responseEnds();
      connection.startNextCycle();
    }
    assertThrows(() => connection.next(), HttpError);
    assertEquals(connection.clientState, "closed");
    connection.receive(encodeLatin1(GET));
    assertEquals(connection.next().type, "closed");
    connection.responseBegins();
    connection.responseEnds();
    assertThrows(() => connection.startNextCycle(), Error, "not legal");
  }
});

Deno.test("ServerConnection may end its response after the body broke a rule", () => {
  const connection = connectionWith(CHUNKED + "x");
  connection.next();
  connection.responseBegins();
  assertThrows(() => connection.next(), HttpError);
  assertEquals(connection.clientState, "closed");
  connection.responseEnds();
  assertEquals(connection.next().type, "closed");
});

Deno.test("ServerConnection.giveUp() is possible in every state, also twice", () => {
  for (const text of ["", "GET", GET, PUT, PUT + "hello", "\0"]) {
    for (let steps = 0; steps < 4; steps++) {
      const connection = connectionWith(text);
      for (let i = 0; i < steps; i++) {
        try {
          connection.next();
        } catch (error) {
          assert(error instanceof HttpError);
        }
      }
      connection.giveUp();
      connection.giveUp();
      for (const act of ["responseBegins", "responseEnds", "startNextCycle"] as const) {
        assertThrows(() => connection[act](), Error, "not legal");
      }
    }
  }
});

Deno.test("ServerConnection.remaining tells what is left of a body", () => {
  const connection = connectionWith(PUT + "he");
  assertEquals(connection.remaining, 0);
  connection.next();
  assertEquals(connection.remaining, 5);
  connection.next();
  assertEquals(connection.remaining, 3);
  connection.receive(encodeLatin1("llo"));
  connection.next();
  assertEquals(connection.remaining, 0);
  connection.next();
  assertEquals(connection.remaining, 0);

  const chunked = connectionWith(CHUNKED + "1\r\na\r\n0\r\n\r\n");
  chunked.next();
  assertEquals(chunked.remaining, undefined);
  chunked.next();
  assertEquals(chunked.remaining, undefined);
  assertEquals(chunked.next().type, "end of message");
  assertEquals(chunked.remaining, 0);
});

/** A connection whose first request has been read, and so many events after it. */
function afterHead(text: string, events = 0): ServerConnection {
  const connection = connectionWith(text);
  for (let i = 0; i <= events; i++) connection.next();
  return connection;
}

Deno.test("ServerConnection.isRequestWhole is true once nothing of the request is still to come", () => {
  const table: [text: string, events: number, isWhole: boolean][] = [
    [GET, 0, true],
    [GET, 1, true],
    [PUT, 0, false],
    [PUT + "hell", 1, false],
    [PUT + "hello", 1, true],
    [PUT + "hello", 2, true],
    [CHUNKED + "1\r\na\r\n", 1, false],
    [CHUNKED + "1\r\na\r\n0\r\n\r\n", 1, false],
    [CHUNKED + "1\r\na\r\n0\r\n\r\n", 2, true],
  ];
  for (const [text, events, isWhole] of table) {
    assertEquals(afterHead(text, events).isRequestWhole, isWhole, `${events} events after ${text}`);
  }
  assertEquals(connectionWith("").isRequestWhole, false);
  const broken = afterHead(CHUNKED + "x");
  assertThrows(() => broken.next(), HttpError);
  assertEquals(broken.isRequestWhole, false);
});

Deno.test("ServerConnection.mayStay: the client wants it, and what is known to be left of the body is little", () => {
  const put = (length: number, fields = "") =>
    `PUT / HTTP/1.1\r\nHost: a\r\n${fields}Content-Length: ${length}\r\n\r\n`;
  const table: [text: string, events: number, mayStay: boolean][] = [
    [GET, 0, true],
    ["GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 0, false],
    ["GET / HTTP/1.0\r\n\r\n", 0, false],
    ["GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 0, true],
    [put(5) + "hello", 2, true],
    [put(64 * 1024), 0, true],
    [put(64 * 1024 + 1), 0, false],
    [put(64 * 1024 + 1) + "x", 1, true],
    [put(5, "Connection: close\r\n"), 0, false],
    [put(5, "Expect: 100-continue\r\n"), 0, false],
    [put(5, "Expect: 100-continue\r\n") + "hello", 1, true],
    [CHUNKED, 0, true],
    [CHUNKED + "0\r\n\r\n", 1, true],
    [CHUNKED + "10000\r\n", 1, true],
    [CHUNKED + "10001\r\n", 1, false],
    [CHUNKED + "10001\r\nx", 1, true],
    [CHUNKED + "80000000\r\nx", 1, false],
    [CHUNKED + "1\r\nx\r\n80000000", 2, true],
    [CHUNKED.replace("Transfer", "Expect: 100-continue\r\nTransfer"), 0, false],
  ];
  for (const [text, events, mayStay] of table) {
    assertEquals(afterHead(text, events).mayStay, mayStay, `${events} events after ${text}`);
  }
  const broken = afterHead(CHUNKED + "x");
  assertThrows(() => broken.next(), HttpError);
  assertEquals(broken.mayStay, false);
});

Deno.test("ServerConnection.announced is what is left of a length, or of the current chunk", () => {
  const table: [text: string, events: number, announced: number][] = [
    [GET, 0, 0],
    [PUT, 0, 5],
    [PUT + "he", 1, 3],
    [PUT + "hello", 2, 0],
    [CHUNKED, 1, 0],
    [CHUNKED + "8000000", 1, 0],
    [CHUNKED + "80000000\r", 1, 0],
    [CHUNKED + "80000000;x=y\r\n", 1, 0x80000000],
    [CHUNKED + "fffffffffffff\r\nabc", 1, 0xffffffffffffc],
    [CHUNKED + "3\r\nabc", 1, 0],
    [CHUNKED + "3\r\nabc\r\n5\r\nd", 2, 4],
    [CHUNKED + "0\r\n\r\n", 1, 0],
  ];
  for (const [text, events, announced] of table) {
    assertEquals(afterHead(text, events).announced, announced, `${events} events after ${text}`);
  }
});

Deno.test("ServerConnection.awaitsContinue holds until it is told otherwise, for one request", () => {
  const text = PUT.replace("Content", "Expect: 100-continue\r\nContent");
  const connection = afterHead(text);
  assertEquals([connection.awaitsContinue, connection.mayStay], [true, false]);
  connection.continueSent();
  assertEquals([connection.awaitsContinue, connection.mayStay], [false, true]);
  connection.receive(encodeLatin1("hello" + GET));
  connection.next();
  connection.responseBegins();
  connection.responseEnds();
  connection.startNextCycle();
  connection.next();
  assertEquals(connection.awaitsContinue, false);
});

Deno.test("ServerConnection.isInHead is true from the first byte of a head to its last", () => {
  const connection = connectionWith("");
  assertEquals(connection.isInHead, false);
  for (const byte of encodeLatin1(GET).subarray(0, -1)) {
    connection.receive(new Uint8Array([byte]));
    assertEquals(connection.next().type, "need data");
    assertEquals(connection.isInHead, true);
  }
  connection.receive(encodeLatin1("\n"));
  assertEquals(connection.next().type, "request");
  assertEquals(connection.isInHead, false);
});

Deno.test("ServerConnection gives slices that stay valid until more is received", () => {
  const body = "3\r\nabc\r\n4;x\r\ndefg\r\n0\r\nA: b\r\n\r\n";
  const connection = connectionWith(CHUNKED + body);
  const pieces: Uint8Array[] = [];
  for (let event = connection.next(); event.type !== "paused"; event = connection.next()) {
    if (event.type === "data") pieces.push(event.bytes);
  }
  assertEquals(pieces.map((piece) => decodeLatin1(piece)), ["abc", "defg"]);
});

Deno.test("ServerConnection does not copy a body", () => {
  const connection = connectionWith(PUT + "hello");
  connection.next();
  const event = connection.next();
  assert(event.type === "data");
  assertStrictEquals(event.bytes.buffer, connection.buffer.bytes.buffer);
});

Deno.test("ServerConnection keeps no more than a head", () => {
  const connection = new ServerConnection({ requestLine: 100, headerFields: 100, headerCount: 5 });
  connection.receive(encodeLatin1(PUT.replace("5", String(10_000 * 1000))));
  assertEquals(connection.next().type, "request");
  for (let i = 0; i < 1000; i++) {
    connection.receive(new Uint8Array(10_000));
    assertEquals(connection.next().type, "data");
    assertEquals(connection.buffer.length, 0);
  }
  assertEquals(connection.buffer.bytes.length <= 65_536, true);
  assertEquals(connection.next().type, "end of message");
});

Deno.test("ServerConnection knows the hosts of earlier requests and of no others", () => {
  for (let i = 0; i < 3000; i++) {
    const connection = connectionWith(`GET / HTTP/1.1\r\nHost: H${i % 1500}.test:80\r\n\r\n`);
    const event = connection.next();
    assert(event.type === "request");
    assertEquals(event.host, `h${i % 1500}.test`);
  }
  for (let i = 0; i < 2; i++) {
    assertThrows(() => connectionWith("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n").next(), HttpError, "Host");
  }
});
