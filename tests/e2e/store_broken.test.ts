/**
 * Uploads that end before their time: nothing of them is left, wherever they end.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { byProtocol, http1Test, test } from "../support/protocols.ts";
import { pause } from "../support/wait.ts";
import { WireClient } from "../support/wire.ts";
import {
  assertHolds,
  beginUpload,
  filesIn,
  FORM_END,
  FORM_TYPE,
  formPart,
  head,
  put,
  STORE_CONFIG,
  STORE_FILES,
  storeOf,
} from "./store_support.ts";
import { assertAnswers, sharedServer } from "./wire_support.ts";

const files = { ...STORE_FILES, "store/there.txt": "there" };
const server = await sharedServer({ config: STORE_CONFIG, files });
const store = storeOf(server);
const BEFORE = ["there.txt"];

const impatient = await sharedServer({ config: `timeouts: { body: 2s }\n${STORE_CONFIG}`, files });

/** Sends a part of a request, ends in some way, and looks for what is left. */
async function breakOff(data: string, end: "close" | "half-close"): Promise<void> {
  using client = await WireClient.connect(server.port);
  await client.send(data);
  if (end === "close") return;
  await client.closeWrite();
  const response = await client.response();
  assert(response === undefined || response.status >= 400, `it was answered ${response?.status}`);
}

const PARTS = [
  formPart('; name="f"; filename="one.txt"', "content of one"),
  formPart('; name="g"', "no file"),
  formPart('; name="f"; filename="two.txt"', "content of two"),
] as const;
const FORM = PARTS.join("") + FORM_END;
const FORM_HEAD = head("POST", "/files/", {
  "Content-Type": FORM_TYPE,
  "Content-Length": String(FORM.length),
});
const CHUNKED = head("PUT", "/files/chunked", { "Transfer-Encoding": "chunked" }) + "5\r\nhello\r\n0\r\n\r\n";

/** Places in a request where it breaks off. */
function placesOf(request: string, bodyStart: number): number[] {
  const places = new Set([1, 10, bodyStart - 3, bodyStart - 1, bodyStart, bodyStart + 1]);
  for (let at = bodyStart; at < request.length; at += 13) places.add(at);
  for (let back = 1; back <= 20; back++) places.add(request.length - back);
  return [...places].filter((at) => at > 0 && at < request.length).sort((a, b) => a - b);
}

for (
  const [what, request] of [
    ["a form", FORM_HEAD + FORM],
    ["a PUT", head("PUT", "/files/put.txt", { "Content-Length": "40" }) + "x".repeat(40)],
    ["a PUT that replaces", head("PUT", "/files/there.txt", { "Content-Length": "40" }) + "x".repeat(40)],
    ["a chunked PUT", CHUNKED],
    ["a POST of any body", head("POST", "/files/", { "Content-Length": "40" }) + "x".repeat(40)],
  ] as const
) {
  for (const end of ["close", "half-close"] as const) {
    test(`${what} that ends with a ${end} at any of many bytes leaves nothing`, async () => {
      const places = placesOf(request, request.indexOf("\r\n\r\n") + 4);
      await Promise.all(places.map((at) => breakOff(request.slice(0, at), end)));
      await assertAnswers(server);
      await assertHolds(store, BEFORE);
      assertEquals(Deno.readTextFileSync(`${store}/there.txt`), "there");
    });
  }
}

test("a large upload whose client vanishes leaves nothing", async () => {
  const partHead = PARTS[2].split("\r\n\r\n")[0] + "\r\n\r\n";
  const fields = { "Content-Type": FORM_TYPE, "Content-Length": "5000000" };
  for (
    const data of [
      head("PUT", "/files/large", { "Content-Length": "5000000" }) + "x".repeat(1_000_000),
      head("POST", "/files/", fields) + partHead + "x".repeat(1_000_000),
      head("POST", "/files/", fields) + PARTS[0] + partHead + "x".repeat(1_000_000),
    ]
  ) {
    (await beginUpload(server.port, store, data))[Symbol.dispose]();
    await assertHolds(store, BEFORE);
  }
});

test("an upload that stalls is 408 and leaves nothing", async () => {
  const requests = [
    head("PUT", "/files/slow", { "Content-Length": "1000" }) + "x",
    head("PUT", "/files/slow", { "Transfer-Encoding": "chunked" }) + "5\r\nhel",
    FORM_HEAD + PARTS[0] + PARTS[1].slice(0, 30),
    FORM_HEAD + FORM.slice(0, -1),
  ];
  await Promise.all(requests.map(async (data) => {
    using client = await WireClient.connect(impatient.port);
    await client.send(data);
    const response = await client.response();
    assertEquals([response?.status, response?.field("connection")], [408, byProtocol("close", undefined)]);
  }));
  await assertHolds(storeOf(impatient), BEFORE);
});

test("an upload that is slow but goes on is stored, though it takes longer than timeouts.body", async () => {
  using client = await WireClient.connect(impatient.port);
  using stalled = await WireClient.connect(impatient.port);
  client.connection.setNoDelay(true);
  for (const [one, name] of [[client, "slow"], [stalled, "stalled"]] as const) {
    await one.send(head("PUT", `/over/${name}`, { "Transfer-Encoding": "chunked" }) + "1\r\nx\r\n");
  }
  let isOver = false;
  const over = stalled.response().then((response) => {
    isOver = true;
    return response?.status;
  });
  let sent = 1;
  for (; !isOver; sent++) {
    await pause(50);
    await client.send("1\r\nx\r\n");
  }
  await client.send("0\r\n\r\n");
  assertEquals([await over, (await client.response())?.status], [408, 201]);
  assertEquals(filesIn(storeOf(impatient, "over")), ["slow"]);
  assertEquals(Deno.statSync(storeOf(impatient, "over/slow")).size, sent);
  Deno.removeSync(storeOf(impatient, "over/slow"));
});

http1Test("framing", "a chunked upload that breaks the grammar is 400 and leaves nothing", async () => {
  const start = head("PUT", "/files/bad", { "Transfer-Encoding": "chunked" });
  for (const body of ["5\r\nhelloX", "5\r\nhello\r\nZ\r\n", "5\r\nhello\r\n0\r\nbad trailer\r\n\r\n"]) {
    using client = await WireClient.connect(server.port);
    await client.send(start + body);
    assertEquals((await client.response())?.status, 400);
    await assertHolds(store, BEFORE);
  }
});

test("a hundred uploads that are broken off at once leave no file and no descriptor", async () => {
  const clients = await Promise.all(Array.from({ length: 100 }, () => WireClient.connect(server.port)));
  const data = head("PUT", "/files/many", { "Content-Length": "100000" }) + "x".repeat(5000);
  await Promise.all(clients.map((client) => client.send(data)));
  for (const client of clients) client[Symbol.dispose]();
  await assertHolds(store, BEFORE);
  assertEquals((await put(server, "/files/after", "x")).status, 201);
  Deno.removeSync(`${store}/after`);
  assertEquals(filesIn(store), BEFORE);
});
