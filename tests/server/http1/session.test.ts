/** One connection's life with handlers that no configuration gives: slow, failing, reading, streaming ones. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { FieldBlock } from "../../../lib/http/fields.ts";
import type { BodySource, Handler, Request, Response } from "../../../lib/http/message.ts";
import { AccessLog } from "../../../lib/server/access_log.ts";
import { Http1Session } from "../../../lib/server/http1/session.ts";
import { toBytes } from "../../support/wire.ts";
import { FakeLog, settle } from "../../support/fakes.ts";
import { FakeConnection, fakeContext, TIMEOUTS } from "../fakes.ts";

const text = (body: string): Response => ({ status: 200, fields: FieldBlock.EMPTY, body: toBytes(body) });
const GET = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
const post = (fields: string, body = "") => `POST / HTTP/1.1\r\nHost: x\r\n${fields}\r\n\r\n${body}`;

/** Answers with the body that was sent. */
const echo: Handler = async ({ body }: Request) => {
  let all = "";
  for (let bytes; (bytes = await body.read()) !== null;) all += new TextDecoder().decode(bytes);
  return text(`[${all}]`);
};

/** A body of so many pieces, each of them "piece"; notes its end. */
class Source implements BodySource {
  readonly prompt = true;
  closed = 0;
  constructor(readonly length: number | undefined, public pieces: number) {}
  read(buffer: Uint8Array): Promise<number | null> {
    if (this.pieces-- === 0) return Promise.resolve(null);
    buffer.set(toBytes("piece"));
    return Promise.resolve(5);
  }
  close(): void {
    this.closed++;
  }
}

function start(handler: Handler) {
  const log = new FakeLog(), fakes = fakeContext((clock) => new AccessLog(log, "common", 1, clock));
  const connection = new FakeConnection();
  const session = new Http1Session(connection, handler, fakes.context);
  const running = session.run();
  return { ...fakes, log, connection, session, running };
}

const statusesOf = ({ output }: FakeConnection) =>
  [...output.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => Number(status));

Deno.test("a body that is read too slowly from the client is 408, and the connection closed", async () => {
  const { connection, clock, running } = start(echo);
  await connection.push(post("Content-Length: 10", "abc"));
  await clock.advance(TIMEOUTS.body + 200);
  assertEquals(statusesOf(connection), [408]);
  assertStringIncludes(connection.output, "\r\nConnection: close\r\n");
  await connection.push("defg", null);
  await running;
  assertEquals([statusesOf(connection).length, connection.closed], [1, true]);
});

Deno.test("a handler gets the body, decoded, and the next request is answered", async () => {
  const { connection, session, running } = start(echo);
  await connection.push(
    post("Content-Length: 5", "he"),
    "llo" + post("Transfer-Encoding: chunked", "3\r\nabc\r\n"),
  );
  assertStringIncludes(connection.output, "[hello]");
  await connection.push("2\r\nde\r\n0\r\nX: y\r\n\r\n" + GET);
  assertStringIncludes(connection.output, "[abcde]");
  assertEquals(statusesOf(connection), [200, 200, 200]);
  session.abort();
  await running;
});

for (const bad of ["zz\r\n", "3\nabc\r\n", "3\r\nabcd\r\n", "0\r\n : x\r\n\r\n"]) {
  Deno.test(`a chunk that breaks the grammar (${JSON.stringify(bad)}) is 400, and the connection closed`, async () => {
    const { connection, running } = start(echo);
    await connection.push(post("Transfer-Encoding: chunked", bad + GET));
    assertEquals(statusesOf(connection), [400]);
    assertStringIncludes(connection.output, "\r\nConnection: close\r\n");
    await connection.push(null);
    await running;
    assertEquals(connection.closed, true);
  });
}

Deno.test("a client that still sends a refused body is read for timeouts.body, and for 2 s once the server stops", async () => {
  for (
    const [when, atLeast, atMost] of [["", 9000, 9500], ["drain", 5000, 5500], [
      "retire",
      9000,
      9500,
    ]] as const
  ) {
    const { connection, clock, context, session, running } = start(() => text("no"));
    context.settings = { ...context.settings, timeouts: { ...TIMEOUTS, body: 9000 } };
    const began = clock.monotonic();
    let isOver = false;
    void running.then(() => isOver = true);
    await connection.push(post("Content-Length: 100000000", "x".repeat(1000)));
    assertEquals([statusesOf(connection), connection.ended, connection.closed], [[200], true, false]);
    while (!isOver) {
      if (clock.monotonic() - began === 3000 && when !== "") session[when]();
      await connection.push("x".repeat(1000));
      await clock.advance(100);
    }
    const took = clock.monotonic() - began;
    assertEquals([took >= atLeast && took <= atMost, connection.closed], [true, true], `${when}: ${took} ms`);
  }
});

Deno.test("100 Continue is sent when the body is asked for, and only then", async () => {
  const reading = start(echo);
  await reading.connection.push(post("Content-Length: 2\r\nExpect: 100-continue"));
  assertEquals(reading.connection.output, "HTTP/1.1 100 Continue\r\n\r\n");
  await reading.connection.push("ab");
  assertStringIncludes(reading.connection.output, "[ab]");
  reading.session.abort();
  const refusing = start(() => text("no"));
  await refusing.connection.push(post("Content-Length: 2\r\nExpect: 100-continue"));
  assertEquals(statusesOf(refusing.connection), [200]);
  assertStringIncludes(refusing.connection.output, "\r\nConnection: close\r\n");
  refusing.session.abort();
  await Promise.all([reading.running, refusing.running]);
});

Deno.test("100 Continue does not come into the middle of an answer, however late the body is asked for", async () => {
  const source = new Source(undefined, 2), late = Promise.withResolvers<void>();
  const read = source.read.bind(source);
  let asked: Promise<unknown> | undefined;
  const { connection, running } = start(({ body }) => {
    source.read = async (buffer) => {
      asked ??= body.read().catch((error) => error);
      await late.promise;
      return await read(buffer);
    };
    return { status: 200, fields: FieldBlock.EMPTY, body: source };
  });
  await connection.push(post("Content-Length: 2\r\nExpect: 100-continue"));
  late.resolve();
  await connection.push(null);
  await Promise.all([running, asked]);
  assert(!connection.output.includes("100 Continue"));
  assertMatch(connection.output, /\r\n\r\n0*5\r\npiece\r\n0*5\r\npiece\r\n0\r\n\r\n$/);
});

Deno.test("a client that did not wait for 100 Continue gets none", async () => {
  const { connection, session, running } = start(echo);
  await connection.push(post("Content-Length: 2\r\nExpect: 100-continue", "ab"));
  assertEquals(statusesOf(connection), [200]);
  session.abort();
  await running;
});

Deno.test("a handler that throws is answered 500 and logged, and the connection stays", async () => {
  for (
    const handler of [() => {
      throw new Error("a bug at /secret/path");
    }, () => Promise.reject(new Error("a bug at /secret/path"))]
  ) {
    const { connection, session, running, errorLog } = start(handler);
    await connection.push(GET + GET);
    assertEquals(statusesOf(connection), [500, 500]);
    assert(!connection.output.includes("secret"));
    assertEquals(errorLog.lines.length, 2);
    assertStringIncludes(errorLog.lines[0]!, "a bug at /secret/path");
    session.abort();
    await running;
  }
});

Deno.test("small answers to what came together leave in one write", async () => {
  const { connection, session, running } = start(() => text("x"));
  await connection.push(GET.repeat(20));
  assertEquals([statusesOf(connection).length, connection.writes], [20, 1]);
  session.abort();
  await running;
});

Deno.test("a body of unknown length is sent in chunks, and to HTTP/1.0 until the end", async () => {
  const modern = start(() => ({ status: 200, fields: FieldBlock.EMPTY, body: new Source(undefined, 2) }));
  await modern.connection.push(GET);
  assertStringIncludes(modern.connection.output, "\r\nTransfer-Encoding: chunked\r\n");
  assertMatch(modern.connection.output, /\r\n\r\n0*5\r\npiece\r\n0*5\r\npiece\r\n0\r\n\r\n$/);
  modern.session.abort();
  const old = start(() => ({ status: 200, fields: FieldBlock.EMPTY, body: new Source(undefined, 2) }));
  await old.connection.push("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  assertMatch(old.connection.output, /^HTTP\/1\.0 200 [^]*Connection: close\r\n\r\npiecepiece$/);
  assertEquals(old.connection.closed, true);
  await Promise.all([modern.running, old.running]);
});

Deno.test("a body that ends before its announced length breaks the connection", async () => {
  const source = new Source(100, 2);
  const { connection, running, errorLog, log } = start(() => ({
    status: 200,
    fields: FieldBlock.EMPTY,
    body: source,
  }));
  await connection.push(GET + GET);
  await running;
  assertEquals([statusesOf(connection).length, connection.closed], [1, true]);
  assert(source.closed > 0);
  assertEquals(errorLog.lines.length, 1);
  assertMatch(log.lines[0]!, / 200 10$/);
});

Deno.test("no more than the announced length is sent", async () => {
  const { connection, session, running } = start(() => ({
    status: 200,
    fields: FieldBlock.EMPTY,
    body: new Source(5, 9),
  }));
  await connection.push(GET);
  assertMatch(connection.output, /\r\n\r\npiece$/);
  session.abort();
  await running;
});

for (const breaking of ["breaks", "stalls"] as const) {
  Deno.test(`the source of a body is closed when the connection ${breaking}`, async () => {
    const source = new Source(undefined, Infinity);
    const { connection, clock, running } = start(() => ({
      status: 200,
      fields: FieldBlock.EMPTY,
      body: source,
    }));
    connection[breaking] = true;
    await connection.push(GET);
    await clock.advance(TIMEOUTS.send + 200);
    await running;
    assert(source.closed > 0);
  });
}

Deno.test("the source of a HEAD's body is closed unread", async () => {
  const source = new Source(10, 2);
  const { connection, session, running } = start(() => ({
    status: 200,
    fields: FieldBlock.EMPTY,
    body: source,
  }));
  await connection.push("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
  assertMatch(connection.output, /Content-Length: 10\r\n\r\n$/);
  assertEquals([source.closed, source.pieces], [1, 2]);
  session.abort();
  await running;
});

Deno.test("a source that comes after the client has left is closed", async () => {
  const source = new Source(10, 2);
  const { promise, resolve } = Promise.withResolvers<Response>();
  let asked = 0;
  const { connection, running } = start(() => asked++ === 0 ? text("first") : promise);
  connection.breaks = true;
  // The first answer is flushed while the second handler works, and that fails.
  await connection.push(GET + GET);
  await running;
  assertEquals(connection.closed, true);
  resolve({ status: 200, fields: FieldBlock.EMPTY, body: source });
  await settle();
  assertEquals(source.closed, 1, "whoever waits for the answer of a handler closes it");
});

Deno.test("a client that leaves while the handler works is told to it", async () => {
  let gone = 0;
  const { connection, running, clock } = start((request) => {
    request.onGone(() => gone++);
    return new Promise(() => {});
  });
  await connection.push(GET);
  void running;
  await connection.push(null);
  await clock.advance(2000);
  assertEquals([gone, connection.closed], [1, true]);
});

Deno.test("a slow head is 408 once, whatever else comes", async () => {
  const { connection, clock, running } = start(() => text("x"));
  await connection.push("GET / HT");
  await clock.advance(TIMEOUTS.header + 200);
  assertEquals(statusesOf(connection), [408]);
  assertStringIncludes(connection.output, "\r\nConnection: close\r\n");
  await connection.push("TP/1.1\r\nHost: x\r\n\r\n", null);
  await running;
  assertEquals([statusesOf(connection).length, connection.closed], [1, true]);
});

for (const breaking of ["breaks", "stalls"] as const) {
  Deno.test(`a 408 that cannot be sent because the connection ${breaking} harms nobody`, async () => {
    const { connection, clock, running } = start(() => text("x"));
    connection[breaking] = true;
    await connection.push("GET / HT");
    await clock.advance(TIMEOUTS.header + 200);
    // An error that nobody catches would end the whole program, and here the test.
    await clock.advance(TIMEOUTS.send + 200);
    await running;
    assertEquals(connection.closed, true);
  });
}

Deno.test("what a refused connection was doing is logged as a line without a request", async () => {
  const { connection, running, log } = start(() => text("x"));
  await connection.push("nonsense\r\n\r\n", null);
  await running;
  assertMatch(log.lines[0]!, /"-" 400 \d+$/);
});

for (const framing of ["Content-Length: 5", "Transfer-Encoding: chunked"]) {
  Deno.test(`an answer is sent whole although the client ends its side before its body (${framing})`, async () => {
    const more = Promise.withResolvers<void>();
    const streaming: Handler = ({ body }) => {
      // As a program's input is read while it answers.
      body.read().catch(() => {});
      const source = new Source(10, 2);
      const read = source.read.bind(source);
      source.read = async (buffer) => {
        if (source.pieces === 1) await more.promise;
        return await read(buffer);
      };
      return { status: 200, fields: FieldBlock.EMPTY, body: source };
    };
    const { connection, errorLog, running } = start(streaming);
    await connection.push(GET.replace("GET", "HEAD"), post(framing));
    await connection.push(null);
    more.resolve();
    await running;
    assertEquals(statusesOf(connection), [200, 200]);
    assertStringIncludes(connection.output, "piecepiece");
    assertEquals(errorLog.lines, []);
  });
}

Deno.test("only a request that has begun and is not answered to its end counts as being answered", async () => {
  const { promise, resolve } = Promise.withResolvers<Response>();
  const { connection, session, running } = start(({ method }) => method === "GET" ? promise : text("fine"));
  assertEquals(session.answering, 0, "nothing has come");
  await connection.push("GET / HTTP/1.1\r\n");
  assertEquals(session.answering, 0, "half a head");
  await connection.push("Host: x\r\n\r\n");
  assertEquals(session.answering, 1, "the handler works");
  connection.stalls = true;
  resolve(text("late"));
  await settle();
  assertEquals(session.answering, 1, "the client does not take it");
  connection.stalls = false;
  await connection.push();
  assertEquals(session.answering, 0, "it is idle");
  session.abort();
  await running;
});
