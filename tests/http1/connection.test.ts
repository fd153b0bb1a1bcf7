import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { decodeLatin1, encodeLatin1 } from "../../lib/bytes/latin1.ts";
import { ServerConnection } from "../../lib/http1/connection.ts";
import { PeerError } from "../../lib/http1/peer_error.ts";
import { DEFAULT_LIMITS } from "../wire/cases.ts";

function connectionWith(text: string): ServerConnection {
  const connection = new ServerConnection(DEFAULT_LIMITS);
  connection.receive(encodeLatin1(text));
  return connection;
}

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const PUT = "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n";
const CHUNKED = "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

const states = (connection: ServerConnection) => [connection.clientState, connection.serverState];

Deno.test("ServerConnection goes through its states", () => {
  const connection = connectionWith(PUT + "hello");
  assertEquals(states(connection), ["idle", "idle"]);
  assertEquals(connection.next().type, "request");
  assertEquals(states(connection), ["send body", "send response"]);
  assertEquals(connection.next().type, "data");
  assertEquals(connection.next().type, "end of message");
  assertEquals(states(connection), ["done", "send response"]);
  connection.responseBegins();
  assertEquals(states(connection), ["done", "send body"]);
  connection.responseEnds();
  assertEquals(connection.next().type, "paused");
  assertEquals(states(connection), ["done", "done"]);
  connection.startNextCycle();
  assertEquals(states(connection), ["idle", "idle"]);
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
  assert(!(error instanceof PeerError));
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
    assertThrows(() => connection.next(), PeerError);
    assertEquals(states(connection), ["closed", "send response"]);
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
  assertThrows(() => connection.next(), PeerError);
  assertEquals(states(connection), ["closed", "send body"]);
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
          assert(error instanceof PeerError);
        }
      }
      connection.giveUp();
      connection.giveUp();
      assertEquals(connection.serverState, "closed");
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
    assertThrows(() => connectionWith("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n").next(), PeerError, "Host");
  }
});
