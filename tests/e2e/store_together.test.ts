/**
 * Many clients at once on the same name.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { keptServer } from "../support/kept_server.ts";
import { byProtocol, test } from "../support/protocols.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { WireClient, type WireResponse } from "../support/wire.ts";
import { assertHolds, head, put, STORE_CONFIG, STORE_FILES, storeOf } from "./store_support.ts";

const LENGTH = 100_000;

/** Sends all requests but for their last byte, and then all of these at once. */
async function race(
  server: TestServer,
  requests: readonly string[],
): Promise<(WireResponse | undefined)[]> {
  const clients = await Promise.all(requests.map(() => WireClient.connect(server.port)));
  try {
    await Promise.all(clients.map((client, i) => client.send(requests[i]!.slice(0, -1))));
    await Promise.all(clients.map((client, i) => client.send(requests[i]!.slice(-1))));
    return await Promise.all(clients.map((client) => client.response()));
  } finally {
    for (const client of clients) client[Symbol.dispose]();
  }
}

function count(responses: readonly (WireResponse | undefined)[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const response of responses) {
    const key = String(response?.status);
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

/** Each request's body is its own number. */
const putRequest = (target: string, i: number, fields: Record<string, string> = {}) => {
  const body = String(i).padStart(4, "0");
  return head("PUT", target, { "Content-Length": "4", ...fields }) + body;
};

for (const workers of [1, 2]) {
  test(`of 20 clients that all want to be first one is, with ${workers} worker(s)`, async () => {
    await using server = await startServer({
      config: `workers: ${workers}\n${STORE_CONFIG}`,
      files: STORE_FILES,
    });
    for (let round = 0; round < 5; round++) {
      const target = `/files/first-${round}`;
      const responses = await race(
        server,
        Array.from({ length: 20 }, (_, i) => putRequest(target, i, { "If-None-Match": "*" })),
      );
      assertEquals(count(responses), { 201: 1, 412: 19 });
      const winner = responses.findIndex((response) => response?.status === 201);
      assertEquals(
        Deno.readTextFileSync(storeOf(server, `store/first-${round}`)),
        String(winner).padStart(4, "0"),
      );
    }
    await assertHolds(storeOf(server), [0, 1, 2, 3, 4].map((round) => `first-${round}`));
  });
}

test("of 20 clients with the same tag one replaces the file, and one answer in all says that it is new", async () => {
  await using server = await startServer({ config: STORE_CONFIG, files: STORE_FILES });
  const made = await race(server, Array.from({ length: 20 }, (_, i) => putRequest("/files/x", i)));
  assertEquals(count(made), { 201: 1, 204: 19 });
  const { port } = server;
  const tag = (await put({ port }, "/files/x", "old")).field("etag")!;
  const replaced = await race(
    server,
    Array.from({ length: 20 }, (_, i) => putRequest("/files/x", i, { "If-Match": tag })),
  );
  assertEquals(count(replaced), { 204: 1, 412: 19 });
  const winner = replaced.findIndex((response) => response?.status === 204);
  assertEquals(Deno.readTextFileSync(storeOf(server, "store/x")), String(winner).padStart(4, "0"));
  await assertHolds(storeOf(server), ["x"]);
});

/** Rounds of six clients that all know the same tag; over HTTP/2 fewer, since it is the same lock. */
const ROUNDS = Number(Deno.env.get("STORE_ROUNDS") ?? 60);
const rounds = () => byProtocol(ROUNDS, ROUNDS / 4);

for (
  const [name, methods] of [
    ["writers", ["PUT", "PUT", "PUT", "PUT", "PUT", "PUT"]],
    ["clients that remove", ["DELETE", "DELETE", "DELETE", "DELETE", "DELETE", "DELETE"]],
    ["clients that write or remove", ["PUT", "DELETE", "PUT", "DELETE", "PUT", "DELETE"]],
  ] as const
) {
  test(`of six ${name} with one tag just one wins, whichever of 4 workers they meet`, async () => {
    const server = await keptServer({
      config: `workers: 4\n${STORE_CONFIG}`,
      files: STORE_FILES,
    });
    const { port } = server, bad: string[] = [];
    for (let round = 0; round < rounds(); round++) {
      const tag = { "If-Match": (await put({ port }, "/files/x", `old ${round}`)).field("etag")! };
      const responses = await race(
        server,
        methods.map((method, i) =>
          method === "PUT" ? putRequest("/files/x", i, tag) : head(method, "/files/x", tag)
        ),
      );
      const { 204: won = 0, 412: failed = 0, 404: missing = 0 } = count(responses);
      if (won !== 1 || won + failed + missing !== 6) {
        bad.push(`${round}: ${JSON.stringify(count(responses))}`);
      }
    }
    assertEquals(bad, []);
  });
}

test("of 20 forms with the same names one is stored, with all its files", async () => {
  await using server = await startServer({ config: `workers: 2\n${STORE_CONFIG}`, files: STORE_FILES });
  const names = ["a.txt", "b.txt", "c.txt"];
  const responses = await race(
    server,
    Array.from({ length: 20 }, (_, i) => {
      const body = names.map((name) =>
        `--B\r\nContent-Disposition: form-data; name="f"; filename="${name}"\r\n\r\n${i}\r\n`
      ).join("") + "--B--\r\n";
      const type = { "Content-Type": "multipart/form-data; boundary=B" };
      return head("POST", "/files/", { ...type, "Content-Length": String(body.length) }) + body;
    }),
  );
  assertEquals(count(responses), { 201: 1, 409: 19 });
  const winner = String(responses.findIndex((response) => response?.status === 201));
  await assertHolds(storeOf(server), names);
  for (const name of names) assertEquals(Deno.readTextFileSync(storeOf(server, `store/${name}`)), winner);
});

/** Reads the name again and again, also on kept connections; gives how often it met a file. */
async function readAll(server: TestServer, goesOn: () => boolean): Promise<number> {
  let met = 0;
  using client = await WireClient.connect(server.port);
  while (goesOn()) {
    await client.get("/files/same.bin");
    const response = await client.response();
    assert(response, "the server closed");
    if (response.status === 404) continue;
    assertEquals([response.status, response.field("content-length")], [200, String(LENGTH)]);
    const { body } = response;
    assert(body.every((byte) => byte === body[0]), "a file of two clients");
    met++;
  }
  return met;
}

for (const workers of [1, 2]) {
  test(`200 clients leave one of their bodies, and readers meet whole files only, with ${workers} worker(s)`, async () => {
    await using server = await startServer({
      config: `workers: ${workers}\n${STORE_CONFIG}`,
      files: STORE_FILES,
    });
    let writing = true;
    const readers = [1, 2].map(() => readAll(server, () => writing));
    const clients = await Promise.all(Array.from({ length: 200 }, () => WireClient.connect(server.port)));
    try {
      const responses = await Promise.all(clients.map(async (client, i) => {
        const body = new Uint8Array(LENGTH).fill(i + 1);
        const fields = { "Content-Length": String(LENGTH) };
        await client.send(head("PUT", "/files/same.bin", fields));
        await client.send(body.subarray(0, LENGTH / 2));
        await client.send(body.subarray(LENGTH / 2));
        return await client.response();
      }));
      const counts = count(responses);
      assertEquals((counts[201] ?? 0) + (counts[204] ?? 0), 200, JSON.stringify(counts));
      assert(counts[201]! >= 1 && counts[201]! <= workers, JSON.stringify(counts));
    } finally {
      writing = false;
      for (const client of clients) client[Symbol.dispose]();
    }
    const met = await Promise.all(readers);
    const left = Deno.readFileSync(storeOf(server, "store/same.bin"));
    assertEquals([left.length, left.every((byte) => byte === left[0])], [LENGTH, true]);
    await assertHolds(storeOf(server), ["same.bin"]);
    assert(met.every((times) => times > 0), "the readers met nothing");
  });
}
