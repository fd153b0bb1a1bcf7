import { assert, assertEquals, assertLessOrEqual, assertThrows } from "@std/assert";
import { decodeLatin1, encodeLatin1 } from "../../lib/bytes/latin1.ts";
import { FieldBlock } from "../../lib/http/fields.ts";
import { ClientConnection, UpstreamFault } from "../../lib/http1/client_connection.ts";
import { ServerConnection } from "../../lib/http1/connection.ts";
import type { BodyFraming } from "../../lib/http1/framing.ts";
import type { OutgoingHead } from "../../lib/http1/request_writer.ts";
import { DEFAULT_LIMITS } from "../wire/cases.ts";

const CHUNKED: BodyFraming = { kind: "chunked" }, NONE: BodyFraming = { kind: "none" };
const length = (length: number): BodyFraming => ({ kind: "length", length });

/** A request like most, but for what is said otherwise. */
function head(some: Partial<OutgoingHead> = {}): OutgoingHead {
  return {
    method: "GET",
    target: "/",
    fields: FieldBlock.of(["Host", "a"]),
    body: NONE,
    upgrades: false,
    ...some,
  };
}

function receive(connection: ClientConnection, text: string): void {
  connection.buffer.append(encodeLatin1(text));
}

/** Types of all events that can be told. */
function events(connection: ClientConnection): string[] {
  const types: string[] = [];
  for (;;) {
    const { type } = connection.next();
    types.push(type);
    if (type === "need data" || type === "end of message" || type === "switched") return types;
  }
}

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

Deno.test("request() writes the head of a request, and its framing", () => {
  const fields = FieldBlock.of(["Host", "a.test:81"], ["X-A", "b"], ["X-A", "\xe4"]);
  const lines = "Host: a.test:81\r\nX-A: b\r\nX-A: \xe4\r\n";
  const asked = FieldBlock.of(["Host", ""], ["Upgrade", "websocket"]);
  for (
    const [some, text] of [
      [{ fields }, `GET / HTTP/1.1\r\n${lines}\r\n`],
      [{ fields, target: "/a%2Fb?c=d&e" }, `GET /a%2Fb?c=d&e HTTP/1.1\r\n${lines}\r\n`],
      [{ fields, method: "OPTIONS", target: "*" }, `OPTIONS * HTTP/1.1\r\n${lines}\r\n`],
      [{ fields, method: "DELETE" }, `DELETE / HTTP/1.1\r\n${lines}\r\n`],
      [{ fields, method: "POST" }, `POST / HTTP/1.1\r\n${lines}Content-Length: 0\r\n\r\n`],
      [{ fields, method: "PUT", body: length(0) }, `PUT / HTTP/1.1\r\n${lines}Content-Length: 0\r\n\r\n`],
      [{ fields, body: length(12) }, `GET / HTTP/1.1\r\n${lines}Content-Length: 12\r\n\r\n`],
      [{ fields, body: CHUNKED }, `GET / HTTP/1.1\r\n${lines}Transfer-Encoding: chunked\r\n\r\n`],
      [
        { fields: asked, upgrades: true },
        "GET / HTTP/1.1\r\nHost: \r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
      ],
    ] as const
  ) {
    assertEquals(decodeLatin1(new ClientConnection(DEFAULT_LIMITS).request(head(some))), text);
  }
});

Deno.test("request() refuses what would be another request, or two", () => {
  const withField = (name: string, value: string) => FieldBlock.of(["Host", "a"], [name, value]);
  for (
    const some of [
      { method: "" },
      { method: "GET /" },
      { method: "G\r\n" },
      { method: "CONNECT", target: "/" },
      { target: "" },
      { target: "/ HTTP/1.1\r\nX: y" },
      { target: "/\n" },
      { target: "/\n\n" },
      { target: "/\xe4" },
      { target: "/\0" },
      { target: "/#a" },
      { target: '/"' },
      { target: "/<a>" },
      { target: "**" },
      { target: "a" },
      { target: "http://a/" },
      { fields: FieldBlock.EMPTY },
      { fields: withField("host", "b") },
      { fields: withField("Connection", "close") },
      { fields: withField("connection", "x-a") },
      { fields: withField("Content-Length", "5") },
      { fields: withField("TRANSFER-ENCODING", "chunked") },
      { fields: withField("Upgrade", "websocket") },
      { upgrades: true },
    ]
  ) {
    const connection = new ClientConnection(DEFAULT_LIMITS);
    assertThrows(() => connection.request(head(some)), TypeError, undefined, JSON.stringify(some));
    // Nothing has begun.
    connection.request(head());
  }
});

Deno.test("content() frames what is sent, and a server reads it as it was", () => {
  const pieces = ["Hello", "", "\r\n0\r\n\r\n", "x".repeat(70_000)];
  const all = pieces.join("");
  for (const body of [CHUNKED, length(all.length)]) {
    const connection = new ClientConnection(DEFAULT_LIMITS), server = new ServerConnection(DEFAULT_LIMITS);
    server.receive(connection.request(head({ method: "POST", body })));
    for (const piece of pieces) {
      for (const bytes of connection.content(encodeLatin1(piece))) server.receive(bytes);
    }
    server.receive(connection.endOfContent());
    // It is over, and stays so.
    assertEquals(connection.endOfContent().length, 0);
    let text = "";
    for (let event = server.next(); event.type !== "end of message"; event = server.next()) {
      assert(event.type === "request" || event.type === "data");
      if (event.type === "data") text += decodeLatin1(event.bytes);
    }
    assertEquals(text, all);
    assertEquals(server.buffer.length, 0);
  }
});

Deno.test("content() and endOfContent() hold to what was announced", () => {
  const start = (body: BodyFraming) => {
    const connection = new ClientConnection(DEFAULT_LIMITS);
    connection.request(head({ method: "POST", body }));
    return connection;
  };
  const bytes = encodeLatin1("abc");
  assertEquals(start(length(3)).content(bytes), [bytes]);
  assertThrows(() => start(length(2)).content(bytes), Error, "More content than was announced");
  assertThrows(() => start(length(4)).endOfContent(), Error, "4 bytes less");
  for (const body of [NONE, length(0)]) {
    assertThrows(() => start(body).content(bytes), Error, "Content for a request that has none");
    assertEquals(start(body).content(new Uint8Array()), []);
    assertEquals(start(body).endOfContent().length, 0);
  }
  const over = start(CHUNKED);
  over.endOfContent();
  assertThrows(() => over.content(bytes));
});

Deno.test("mayStay holds once both messages are over, in either order", () => {
  const first = new ClientConnection(DEFAULT_LIMITS);
  first.request(head({ method: "POST", body: CHUNKED }));
  receive(first, OK);
  assertEquals(events(first), ["response", "data", "end of message"]);
  assertEquals(first.mayStay, false);
  first.endOfContent();
  assertEquals(first.mayStay, true);
  first.startNextCycle();
  const second = new ClientConnection(DEFAULT_LIMITS);
  second.request(head({ method: "POST", body: length(1) }));
  second.content(new Uint8Array(1));
  assertEquals(second.mayStay, false);
  receive(second, OK);
  assertEquals(events(second), ["response", "data", "end of message"]);
  assertEquals(second.mayStay, true);
  second.endOfInput();
  assertEquals(second.mayStay, false);
  assertThrows(() => second.startNextCycle(), UpstreamFault);
});

Deno.test("an idle connection takes nothing, and is told apart by how it ended", () => {
  const fresh = new ClientConnection(DEFAULT_LIMITS);
  assertEquals(events(fresh), ["need data"]);
  receive(fresh, OK);
  assertThrows(() => fresh.next(), UpstreamFault, "Bytes came that nobody asked for");
  assertThrows(() => fresh.request(head()), UpstreamFault, "Bytes came that nobody asked for");
  const kept = new ClientConnection(DEFAULT_LIMITS);
  kept.request(head());
  receive(kept, OK);
  events(kept);
  kept.startNextCycle();
  kept.endOfInput();
  const fault = assertThrows(() => kept.request(head()), UpstreamFault);
  assertEquals(fault.kind, "closed");
});

Deno.test("the two messages go their way, and no other", () => {
  const connection = new ClientConnection(DEFAULT_LIMITS);
  assertThrows(() => connection.startNextCycle(), Error, "not legal");
  assertThrows(() => connection.content(new Uint8Array(1)), Error);
  connection.request(head());
  assertThrows(() => connection.request(head()), Error, "not legal");
  const switching = new ClientConnection(DEFAULT_LIMITS);
  switching.request(head({ fields: FieldBlock.of(["Host", "a"], ["Upgrade", "x"]), upgrades: true }));
  receive(switching, "HTTP/1.1 101 \r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
  assertEquals(events(switching), ["switched"]);
  assertThrows(() => switching.next(), Error, "Nothing comes next");
  assertEquals(switching.mayStay, false);
});

Deno.test("content is not copied, and is valid until more comes", () => {
  const connection = new ClientConnection(DEFAULT_LIMITS);
  connection.request(head());
  receive(connection, OK);
  assertEquals(connection.next().type, "response");
  const event = connection.next();
  assert(event.type === "data");
  assertEquals(event.bytes.buffer, connection.buffer.bytes.buffer);
});

Deno.test("no more than a head is kept, however much of one comes", () => {
  const limits = { requestLine: 100, headerFields: 1000, headerCount: 10 };
  for (
    const text of [
      "HTTP/1.1 200 ",
      "HTTP/1.1 200 OK\r\nA: ",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: ",
    ]
  ) {
    const connection = new ClientConnection(limits);
    connection.request(head());
    receive(connection, text);
    const drip = () => {
      for (let i = 0; i < 10_000; i++) {
        receive(connection, "a");
        while (connection.next().type !== "need data");
        assertLessOrEqual(connection.buffer.length, limits.requestLine + 2 + limits.headerFields);
      }
    };
    assertThrows(drip, UpstreamFault, "longer than");
  }
});
