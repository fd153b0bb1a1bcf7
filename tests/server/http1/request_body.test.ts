import { assertEquals, assertRejects } from "@std/assert";
import { GoneError, HttpError } from "../../../lib/http/errors.ts";
import { ServerConnection } from "../../../lib/http1/connection.ts";
import { Departure } from "../../../lib/server/departure.ts";
import { ConnectionBody } from "../../../lib/server/http1/request_body.ts";
import { toBytes, toText } from "../../support/wire.ts";
import { settle } from "../../support/fakes.ts";
import { LIMITS, startStream, TIMEOUTS } from "../fakes.ts";

/** The body of a request whose head has been read, with these fields. */
function start(fields: string, first = "", bodyRate = Infinity) {
  const http = new ServerConnection(LIMITS);
  http.receive(toBytes(`POST / HTTP/1.1\r\nHost: x\r\n${fields}\r\n\r\n${first}`));
  http.next();
  const fakes = startStream(http.buffer, { ...LIMITS, bodyRate });
  const body = new ConnectionBody(http, fakes.stream, new Departure(fakes.stream), undefined);
  return { ...fakes, http, body };
}

Deno.test("read() is 408 when nothing comes for timeouts.body, and the answer can still be sent", async () => {
  const { connection, clock, stream, body } = start("Content-Length: 5");
  const reading = assertRejects(() => body.read(), HttpError);
  await clock.advance(TIMEOUTS.body - 200);
  assertEquals(body.stalled, false);
  await clock.advance(400);
  assertEquals([(await reading).status, body.stalled, connection.closed], [408, true, false]);
  await stream.write(toBytes("408"));
  assertEquals(connection.output, "408");
});

Deno.test("every piece gives the client new time", async () => {
  const { connection, clock, body } = start("Content-Length: 3");
  let all = "";
  for (const letter of "abc") {
    const reading = body.read();
    await clock.advance(TIMEOUTS.body - 200);
    await connection.push(letter);
    all += toText((await reading)!);
  }
  assertEquals([all, await body.read(), body.stalled], ["abc", null, false]);
});

/** Sends so many pieces, one each so many milliseconds; gives the status that it ended with, and how many were read. */
async function drip(pieces: number, size: number, pause: number, busy = 0): Promise<[number, number]> {
  const { connection, clock, body } = start(`Content-Length: ${pieces * size}`, "", 100);
  for (let count = 0; count < pieces; count++) {
    const reading = body.read().catch((error) => error);
    // The clock ticks each 100 ms, and all are counted in ticks.
    await clock.advance(pause);
    await connection.push("x".repeat(size));
    const piece = await reading;
    if (piece instanceof HttpError) return [piece.status, count];
    await clock.advance(busy);
  }
  return [200, pieces];
}

Deno.test("a body must come with limits.body_rate once it has used up timeouts.body", async () => {
  // The rate is 100 bytes in a second, timeouts.body 2 s. A deadline is noticed up to two ticks late.
  const cases: readonly (readonly [string, Parameters<typeof drip>, number, number, number])[] = [
    ["just fast enough", [60, 50, 500], 200, 60, 60],
    ["faster", [60, 200, 500], 200, 60, 60],
    ["one byte each half second", [60, 1, 500], 408, 3, 5],
    ["half the rate: two seconds last for four", [60, 25, 500], 408, 7, 9],
    ["what was fast before does not pay for a long wait", [60, 10_000, 2300], 408, 0, 0],
    ["but gives all the time back", [10, 200, 1900], 200, 10, 10],
    ["whoever reads slowly does not make the client guilty", [60, 50, 400, 5000], 200, 60, 60],
    ["a little in no time", [60, 1, 0, 1000], 200, 60, 60],
  ];
  for (const [what, how, status, atLeast, atMost] of cases) {
    const [ended, pieces] = await drip(...how);
    assertEquals([ended, pieces >= atLeast && pieces <= atMost], [status, true], `${what}: ${pieces} pieces`);
  }
});

Deno.test("the rate holds for what is left of a body that nobody wants, too", async () => {
  const { connection, clock, body } = start("Content-Length: 1000", "", 100);
  const dropped = body.discard();
  let isOver = false;
  void dropped.then(() => isOver = true);
  for (let count = 0; count < 100 && !isOver; count++) {
    await clock.advance(500);
    await connection.push("x");
  }
  assertEquals([isOver, body.stalled], [true, true]);
  await dropped.catch(() => {});
});

Deno.test("read() rejects when the client leaves, or ends its side in the middle", async () => {
  const leaving = start("Content-Length: 5");
  const reading = assertRejects(() => leaving.body.read(), GoneError);
  leaving.stream.close();
  await reading;
  const ending = start("Content-Length: 5", "ab");
  assertEquals(toText((await ending.body.read())!), "ab");
  const rest = assertRejects(() => ending.body.read(), GoneError);
  await ending.connection.push(null);
  await rest;
});

Deno.test("read() refuses with 413 what is announced to be more than may come, before it comes", async () => {
  const cases: readonly (readonly [fields: string, first: string, most: number, result: string | number])[] =
    [
      ["Transfer-Encoding: chunked", "80000000\r\n", 1000, 413],
      ["Transfer-Encoding: chunked", "3e9\r\n", 1000, 413],
      ["Transfer-Encoding: chunked", "3e8\r\nab", 1000, "ab"],
      ["Transfer-Encoding: chunked", "5;x=y\r\n", 0, 413],
      ["Transfer-Encoding: chunked", "0\r\n\r\n", 0, "null"],
      ["Content-Length: 5", "", 4, 413],
      ["Content-Length: 5", "ab", 5, "ab"],
    ];
  for (const [fields, first, most, expected] of cases) {
    const { stream, body } = start(fields, first);
    const read = body.read(most).catch((error) => error);
    await settle();
    const result = await read;
    const got = result instanceof HttpError ? result.status : result === null ? "null" : toText(result);
    assertEquals(got, expected, `${fields} ${JSON.stringify(first)}, at most ${most}`);
    stream.close();
  }
});

Deno.test("discard() drops 64 KiB of a chunked body, whatever its chunks are, and no more", async () => {
  const KiB64 = "x".repeat(65_536), end = "0\r\nX: y\r\n\r\n";
  const inPieces = (length: number, piece: number) =>
    (piece.toString(16) + "\r\n" + "x".repeat(piece) + "\r\n").repeat(length / piece);
  const cases: readonly (readonly [string, string, boolean])[] = [
    ["nothing", end, true],
    ["one chunk", `10000\r\n${KiB64}\r\n${end}`, true],
    ["many chunks", inPieces(65_536, 64) + end, true],
    ["one byte more", `10000\r\n${KiB64}\r\n1\r\nx\r\n${end}`, false],
    ["a chunk that is announced to be longer", "10001\r\n", false],
    ["the last of many chunks is announced to be longer", inPieces(65_536, 4096) + "1\r\n", false],
    ["little content with much around it", `1;${"x".repeat(1000)}\r\nx\r\n`.repeat(200) + end, false],
    ["a chunk that breaks the grammar", "1\r\nx\r\nzz\r\n", false],
  ];
  for (const [what, text, isRead] of cases) {
    const { connection, http, stream, body } = start("Transfer-Encoding: chunked");
    const discarded = body.discard();
    for (let at = 0; at < text.length; at += 10_000) await connection.push(text.slice(at, at + 10_000));
    assertEquals([await discarded, http.isRequestWhole], [isRead, isRead], what);
    stream.close();
  }
});

Deno.test("no deadline is left behind by what was read", async () => {
  const { connection, clock, stream, body } = start("Content-Length: 2");
  const reading = body.read();
  await connection.push("ab");
  await reading;
  stream.close();
  assertEquals(clock.running, 0);
});

Deno.test("after detach() a handler that is still reading gets a GoneError, and discard() the rest", async () => {
  const { connection, http, body } = start("Content-Length: 6", "ab");
  await body.read();
  const reading = assertRejects(() => body.read(), GoneError);
  http.responseBegins();
  http.responseEnds();
  body.detach();
  const discarded = body.discard();
  await connection.push("cd", "ef");
  await reading;
  assertEquals([await discarded, http.isRequestWhole], [true, true]);
});

Deno.test("discard() tells what cannot be read to its end: broken, stalled, ended", async () => {
  const broken = start("Transfer-Encoding: chunked", "nonsense\r\n");
  assertEquals(await broken.body.discard(), false);
  const stalled = start("Content-Length: 5");
  const waiting = stalled.body.discard();
  await stalled.clock.advance(TIMEOUTS.body + 200);
  assertEquals(await waiting, false);
  const ended = start("Content-Length: 5");
  const reading = ended.body.discard();
  await ended.connection.push(null);
  assertEquals(await reading, false);
  const gone = start("Content-Length: 5");
  const rejected = assertRejects(() => gone.body.discard(), GoneError);
  gone.stream.close();
  await rejected;
});

Deno.test("the last piece is a copy, since the next request may come while it is used", async () => {
  const { connection, body } = start("Content-Length: 4");
  const reading = body.read();
  await connection.push("last");
  const piece = (await reading)!;
  await connection.push("GET / HTTP/1.1\r\n\r\n");
  await settle();
  assertEquals(toText(piece), "last");
});
