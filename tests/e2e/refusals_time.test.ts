/**
 * Clients that are too slow, and clients that are too many (DESIGN.md section 4).
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { startServer } from "../support/server.ts";
import { inTime, pause, waitUntil } from "../support/wait.ts";
import { toBytes, WireClient } from "../support/wire.ts";
import { assertAnswer, assertAnswers, get, OK_FILE, sharedServer } from "./wire_support.ts";

const config = (timeouts: string) =>
  `access_log: off\ntimeouts: { ${timeouts} }\nservers: [{ listen: LISTEN, root: . }]\n`;

const server = await sharedServer({
  config: config("header: 400ms, body: 400ms, keep_alive: 600ms"),
  files: OK_FILE,
});

/** Whoever is idle or slow for much less than a second is in time, and for more is not. */
const patient = await sharedServer({
  config: config("header: 2s, keep_alive: 2s"),
  files: OK_FILE,
});

for (const half of ["G", "GET /ok.txt HTTP/1.1", "GET /ok.txt HTTP/1.1\r\nHost: localhost\r\nX: y\r\n"]) {
  Deno.test(`a head that stops after ${half.length} bytes is 408 and the connection closed`, async () => {
    using client = await WireClient.connect(server.port);
    await client.send(half);
    await assertAnswer(server, client, { status: 408, fate: "closed" });
  });
}

Deno.test("a head that comes byte by byte, without an end, is 408", async () => {
  using client = await WireClient.connect(server.port);
  let answered = false;
  const dribble = (async () => {
    try {
      for (let i = 0; i < 1000 && !answered; i++) {
        await client.connection.write(toBytes(i === 0 ? "GET /" : "a"));
        await pause(30);
      }
    } catch {
      // The connection is closed, as it should be.
    }
  })();
  const response = await client.response();
  answered = true;
  await dribble;
  assertEquals([response?.status, response?.field("connection")], [408, "close"]);
  await assertAnswers(server);
});

Deno.test("a head that comes slowly but in time is taken", async () => {
  using client = await WireClient.connect(patient.port);
  client.connection.setNoDelay(true);
  for (const piece of ["GET /ok", ".txt HTTP/1.1\r", "\nHost: local", "host\r\n\r", "\n"]) {
    await client.send(piece);
    // By now the piece has been read.
    await assertAnswers(patient);
  }
  assertEquals((await client.response())?.text, "fine");
});

Deno.test("a half-sent request on a kept connection is 408 when its time is over", async () => {
  using client = await WireClient.connect(server.port);
  await client.get("/ok.txt");
  assertEquals((await client.response())?.status, 200);
  await client.send("GET /ok.txt HT");
  await assertAnswer(server, client, { status: 408, fate: "closed" });
});

Deno.test("half a request in the same bytes as a whole one is 408 when its time is over", async () => {
  using client = await WireClient.connect(server.port);
  await client.send(get("/ok.txt") + "GET /ok.txt HT");
  assertEquals((await client.response())?.status, 200);
  await assertAnswer(server, client, { status: 408, fate: "closed" });
});

Deno.test("a new connection that says nothing is closed without a word", async () => {
  using client = await WireClient.connect(server.port);
  assertEquals((await client.rest()).length, 0);
  await assertAnswers(server);
});

Deno.test("a kept connection that says nothing is closed without a word", async () => {
  using client = await WireClient.connect(server.port);
  await client.get("/ok.txt");
  assertEquals((await client.response())?.status, 200);
  assertEquals((await client.rest()).length, 0);
  await assertAnswers(server);
});

Deno.test("a kept connection is not closed before its time, which begins anew with each request", async () => {
  using client = await WireClient.connect(patient.port);
  using silent = await WireClient.connect(patient.port);
  const asks = async (one: WireClient) => {
    await one.get("/ok.txt");
    assertEquals((await one.response())?.status, 200);
  };
  await asks(client);
  await asks(silent);
  let isOver = false;
  const over = silent.rest().then(() => isOver = true);
  while (!isOver) {
    await pause(50);
    await asks(client);
  }
  await over;
  // The other one's time is over, and this one's would be, had it not begun anew.
  await asks(client);
});

Deno.test("a body that stops is given up, and gets no second answer", async () => {
  // Nothing here reads bodies, so the answer comes before the body; tests/server has the 408 of one that is read.
  using client = await WireClient.connect(server.port);
  await client.send("POST /ok.txt HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc");
  assertEquals((await client.response())?.status, 405);
  assertEquals((await client.rest()).length, 0);
  await assertAnswers(server);
});

Deno.test("connections beyond the limit are 503 with Retry-After, and closed", async () => {
  await using limited = await startServer({
    config: "access_log: off\nlimits: { connections: 2 }\nservers: [{ listen: LISTEN, root: . }]\n",
    files: OK_FILE,
  });
  const first = await WireClient.connect(limited.port);
  using second = await WireClient.connect(limited.port);
  for (const client of [first, second]) {
    await client.get("/ok.txt");
    assertEquals((await client.response())?.status, 200);
  }
  for (let i = 0; i < 10; i++) {
    using third = await WireClient.connect(limited.port);
    if (i % 2 === 0) await third.get("/ok.txt");
    const response = await third.response();
    assertEquals([response?.status, response?.field("connection")], [503, "close"]);
    assertMatch(response?.field("retry-after") ?? "", /^\d+$/);
    assert(await third.isClosed());
  }
  // Those who were there first are still served,
  await second.get("/ok.txt");
  assertEquals((await second.response())?.text, "fine");
  // and when one leaves there is room for another.
  first[Symbol.dispose]();
  await waitUntil(async () => {
    using client = await WireClient.connect(limited.port);
    await client.get("/ok.txt");
    return (await client.response())?.status === 200;
  }, "a place for a new connection");
});

Deno.test("a crowd beyond the limit is turned away, and none of it waits for long", async () => {
  await using limited = await startServer({
    config: `limits: { connections: 1 }\n${config("header: 1h, keep_alive: 1h, send: 1h")}`,
    files: OK_FILE,
  });
  using first = await WireClient.connect(limited.port);
  await first.get("/ok.txt");
  assertEquals((await first.response())?.status, 200);
  // More than may wait for their 503 at one time: the rest is closed without a word.
  const crowd = await Promise.all(Array.from({ length: 150 }, () => WireClient.connect(limited.port)));
  const responses = Promise.all(crowd.map((client) => client.response()));
  const answers = await inTime(responses, "everybody is answered or turned away");
  for (const client of crowd) client[Symbol.dispose]();
  assert(answers.every((answer) => answer === undefined || answer.status === 503));
  assert(answers.filter((answer) => answer?.status === 503).length >= 50);
  await first.get("/ok.txt");
  assertEquals((await first.response())?.text, "fine");
});
