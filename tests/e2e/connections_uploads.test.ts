/**
 * Bodies that nobody reads: the early answer arrives, and the connection stays or goes as it should.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { inTime } from "../support/wait.ts";
import { WireClient } from "../support/wire.ts";
import { assertAnswers, get, OK_FILE, sharedServer } from "./wire_support.ts";

const server = await sharedServer({
  config: "access_log: off\ntimeouts: { body: 1s }\nservers: [{ listen: LISTEN, root: . }]\n",
  files: OK_FILE,
});

const post = (fields: string, body = "") =>
  `POST /ok.txt HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n\r\n${body}`;

/** Sends what it can: the server may close before it has all. */
async function sendAll(client: WireClient, data: string | Uint8Array): Promise<void> {
  try {
    await client.send(data);
  } catch {
    // Closed while we were sending, which is its right.
  }
}

Deno.test("an early answer to a large upload arrives while the client still sends", async () => {
  using client = await WireClient.connect(server.port);
  const sending = sendAll(client, post("Content-Length: 5242880", "x".repeat(5_242_880)));
  const response = await client.response();
  assertEquals([response?.status, response?.field("connection")], [405, "close"]);
  await sending;
  await assertAnswers(server);
});

Deno.test("an early answer to a large upload arrives also where the client reads only after sending", async () => {
  for (const length of [100_000, 900_000]) {
    using client = await WireClient.connect(server.port);
    await sendAll(client, post(`Content-Length: ${length}`, "x".repeat(length)));
    const response = await client.response();
    assertEquals([response?.status, response?.field("connection")], [405, "close"]);
    assertEquals((await client.rest()).length, 0);
  }
});

Deno.test("an early answer to a chunked upload arrives, and the connection is closed where it is large", async () => {
  const chunk = "1000\r\n" + "x".repeat(4096) + "\r\n";
  for (const body of [chunk.repeat(17), "80000000\r\n" + "x".repeat(100_000), chunk]) {
    using client = await WireClient.connect(server.port);
    await sendAll(client, post("Transfer-Encoding: chunked", body));
    assertEquals((await client.response())?.status, 405);
    // What is small is not whole: its time is over at some time.
    assertEquals((await client.rest()).length, 0);
  }
});

for (const method of ["GET", "POST"]) {
  Deno.test(`a small chunked body of a ${method} that nobody wants keeps the connection`, async () => {
    using client = await WireClient.connect(server.port);
    const end = "0\r\nX-Trailer: y\r\n\r\n";
    for (const body of [end, "3;x=y\r\nabc\r\n" + end, "10000\r\n" + "x".repeat(65_536) + "\r\n" + end]) {
      await client.send(post("Transfer-Encoding: chunked", body).replace("POST", method) + get("/ok.txt"));
      const response = await client.response();
      assertEquals([response?.status, response?.field("connection")], [
        method === "GET" ? 200 : 405,
        undefined,
      ]);
      assertEquals((await client.response())?.text, "fine");
    }
  });
}

Deno.test("a small body that nobody reads keeps the connection", async () => {
  using client = await WireClient.connect(server.port);
  for (const length of [1, 10, 5000, 65_536]) {
    await client.send(post(`Content-Length: ${length}`, "x".repeat(length)) + get("/ok.txt"));
    const response = await client.response();
    assertEquals([response?.status, response?.field("connection")], [405, undefined]);
    assertEquals((await client.response())?.text, "fine");
  }
});

Deno.test("a small body that comes after its answer keeps the connection", async () => {
  using client = await WireClient.connect(server.port);
  client.connection.setNoDelay(true);
  await client.send(post("Content-Length: 10"));
  assertEquals((await client.response())?.status, 405);
  await client.send("01234");
  await client.send("56789" + get("/ok.txt"));
  assertEquals((await client.response())?.text, "fine");
});

Deno.test("the body of a GET is read and dropped", async () => {
  using client = await WireClient.connect(server.port);
  await client.send(get("/ok.txt", "Content-Length: 10\r\n") + "GET /missi" + get("/ok.txt"));
  assertEquals((await client.response())?.text, "fine");
  assertEquals((await client.response())?.text, "fine");
});

Deno.test("a body that is never a request is not taken for one", async () => {
  using client = await WireClient.connect(server.port);
  const inner = get("/smuggled");
  await client.send(post(`Content-Length: ${inner.length}`, inner) + get("/ok.txt"));
  assertEquals((await client.response())?.status, 405);
  assertEquals((await client.response())?.text, "fine");
});

Deno.test("Expect: 100-continue where the body is refused gets the answer and no 100", async () => {
  for (const framing of ["Content-Length: 10", "Content-Length: 10000000", "Transfer-Encoding: chunked"]) {
    using client = await WireClient.connect(server.port);
    await client.send(post(`${framing}\r\nExpect: 100-continue`));
    const response = await client.response();
    // A client may send the body all the same or not: where the next request starts is not known.
    assertEquals([response?.status, response?.field("connection")], [405, "close"]);
    assertEquals((await client.rest()).length, 0);
  }
});

Deno.test("Expect: 100-continue of HTTP/1.0 is no reason to wait", async () => {
  using client = await WireClient.connect(server.port);
  await client.send("POST /ok.txt HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nab");
  assertEquals((await client.response())?.status, 405);
  assert(await client.isClosed());
});

Deno.test("a client that sends without end after its answer is cut after timeouts.body", async () => {
  using client = await WireClient.connect(server.port);
  await client.send(post("Content-Length: 1000000000"));
  assertEquals((await client.response())?.status, 405);
  const piece = new Uint8Array(65_536);
  const cut = (async () => {
    try {
      for (;;) await client.send(piece);
    } catch {
      // As it should be.
    }
  })();
  await inTime(cut, "the server reads no more");
  await assertAnswers(server);
});
