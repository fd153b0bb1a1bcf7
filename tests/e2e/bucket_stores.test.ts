/**
 * What is stored in a bucket: whole or not there, under the conditions of its request, by one object each; and of what is
 * broken off nothing is left in the storage.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { joined } from "../../lib/bytes/joined.ts";
import { ask } from "../support/ask.ts";
import { byProtocol, test } from "../support/protocols.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { needsStorage, type TestBucket, testBucket } from "../support/storage.ts";
import { waitUntil } from "../support/wait.ts";
import { exchange, toBytes, WireClient } from "../support/wire.ts";
import { FORM_TYPE, formOf, formPart, head } from "./store_support.ts";

const MIB = 1024 ** 2, PART = 8 * MIB;

async function start(bucket: TestBucket, keys = ""): Promise<TestServer> {
  return await startServer({
    config: `workers: 2
timeouts: { shutdown: 1s }
access_log: off
error_log: errors.log
buckets: { data: ${bucket.settings} }
servers:
  - listen: LISTEN
    locations:
      /in/: { bucket: data/in, upload_store: bucket, client_max_body_size: 100M, autoindex: on${keys} }
      /small/: { bucket: data/in, upload_store: bucket, client_max_body_size: 9M }
      /over/: { bucket: data/in, upload_store: bucket, overwrite: on }
`,
  });
}

/** Bytes of which no two pieces are the same. */
function content(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 4096) new DataView(bytes.buffer).setUint8(at, (at / 4096) % 251);
  return bytes;
}

const store = (server: TestServer, target: string, body: Uint8Array, fields: Record<string, string> = {}) =>
  exchange(
    server.port,
    concat(toBytes(head("PUT", target, { "Content-Length": String(body.length), ...fields })), body),
    "PUT",
  );

function chunked(body: Uint8Array): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < body.length; at += MIB) {
    const piece = body.subarray(at, at + MIB);
    pieces.push(toBytes(`${piece.length.toString(16)}\r\n`), piece, toBytes("\r\n"));
  }
  return concat(...pieces, toBytes("0\r\n\r\n"));
}

function concat(...pieces: readonly Uint8Array[]): Uint8Array {
  return joined(pieces, pieces.reduce((sum, { length }) => sum + length, 0));
}

const equal = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

const keys = async ({ client, name }: TestBucket) =>
  (await client.list(name)).map(({ key }) => key).toSorted();

test({
  ...needsStorage("content of every size is stored as it came, with a length and without one"),
  async fn(context) {
    const bucket = await testBucket();
    await using server = await start(bucket);
    for (const size of byProtocol([0, 1, PART, PART + 1, 17 * MIB + 7], [0, PART + 1])) {
      await context.step(`${size} bytes`, async () => {
        const body = content(size), target = `/in/folder/${size}.bin`;
        const first = await store(server, target, body);
        assertEquals([first?.status, first?.field("location")], [201, target]);
        const got = await ask(server.port, target);
        assertEquals(got.field("etag"), first?.field("etag"));
        assert(equal(got.body, body));
        assert(equal((await bucket.client.get(bucket.name, `in/folder/${size}.bin`))!, body));
        assertEquals((await store(server, target, body))?.status, 204);
      });
      await context.step(`${size} bytes of unknown length`, async () => {
        const body = content(size), target = `/in/chunked-${size}.bin`;
        const answer = await exchange(
          server.port,
          concat(toBytes(head("PUT", target, { "Transfer-Encoding": "chunked" })), chunked(body)),
          "PUT",
        );
        assertEquals(answer?.status, 201);
        assert(equal((await ask(server.port, target)).body, body));
      });
    }
    assertEquals(await bucket.client.uploads(bucket.name), []);
  },
});

test({
  ...needsStorage("what one worker stores all see at once"),
  async fn() {
    const bucket = await testBucket();
    await using server = await start(bucket);
    for (let round = 0; round < 20; round++) {
      const target = `/in/x${round % 3}.txt`, text = `round ${round}`;
      await store(server, target, new TextEncoder().encode(text));
      // Connections of their own: the system gives them to either worker.
      const seen = await Promise.all(Array.from({ length: 6 }, () => ask(server.port, target)));
      assertEquals(new Set(seen.map(({ text }) => text)), new Set([text]));
    }
    await ask(server.port, "/in/x0.txt", { method: "DELETE" });
    const gone = await Promise.all(Array.from({ length: 6 }, () => ask(server.port, "/in/x0.txt")));
    assertEquals(new Set(gone.map(({ status }) => status)), new Set([404]));
  },
});

test({
  ...needsStorage("conditions hold, and of two that must be new one is"),
  async fn() {
    const bucket = await testBucket();
    await using first = await start(bucket);
    await using second = await start(bucket);
    const put = (server: TestServer, name: string, size: number, fields: Record<string, string>) =>
      store(server, `/in/${name}`, content(size), fields);
    for (const size of [10, PART + 1]) {
      for (let round = 0; round < (size <= PART ? 3 : 1); round++) {
        const name = `race-${size}-${round}`, fields = { "If-None-Match": "*" };
        const answers = await Promise.all([first, second].map((server) => put(server, name, size, fields)));
        const statuses = answers.map((answer) => answer?.status).toSorted();
        // What a storage does not hold when parts are put together is looked at just before: of two that come at the very
        // same time both may win.
        if (size <= PART) assertEquals(statuses, [201, 412]);
        else assert(statuses[0] === 201 && (statuses[1] === 412 || statuses[1] === 201), String(statuses));
        assertEquals((await put(first, name, size, fields))?.status, 412);
      }
      const name = `match-${size}`, tag = (await put(first, name, size, {}))!.field("etag")!;
      assertEquals((await put(second, name, size, { "If-Match": '"other"' }))?.status, 412);
      assertEquals((await put(second, name, size, { "If-None-Match": tag }))?.status, 412);
      assertEquals((await put(second, name, size + 1, { "If-Match": tag }))?.status, 204);
      assertEquals((await put(first, name, size, { "If-Match": tag }))?.status, 412);
      assertEquals((await put(first, `none-${size}`, size, { "If-Match": "*" }))?.status, 412);
    }
    assertEquals(await bucket.client.uploads(bucket.name), []);
  },
});

test({
  ...needsStorage("forms, DELETE, types, digests and names are as in a folder"),
  async fn() {
    const bucket = await testBucket();
    await using server = await start(bucket);
    const form = formOf({ "a.txt": "first", "b.txt": "second" });
    const post = (target: string) =>
      ask(server.port, target, { method: "POST", fields: { "Content-Type": FORM_TYPE }, body: form });
    assertEquals((await post("/in/form/")).status, 201);
    assertEquals(await keys(bucket), ["in/form/a.txt", "in/form/b.txt"]);
    assertEquals((await post("/in/form/")).status, 409);
    assertEquals((await post("/over/form/")).status, 201);
    assertEquals((await ask(server.port, "/in/form", { method: "DELETE" })).status, 409);
    assertEquals((await ask(server.port, "/in/none.txt", { method: "DELETE" })).status, 404);
    for (const name of ["a", "b"]) {
      assertEquals((await ask(server.port, `/in/form/${name}.txt`, { method: "DELETE" })).status, 204);
    }
    assertEquals(await keys(bucket), []);
    const put = (target: string, fields: Record<string, string>, body = "x") =>
      ask(server.port, target, { method: "PUT", fields, body });
    assertEquals((await put("/in/typed", { "Content-Type": "text/x-own" })).status, 201);
    assertEquals((await ask(server.port, "/in/typed")).field("content-type"), "text/x-own");
    const digest = "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:";
    assertEquals((await put("/in/digest", { "Content-Digest": digest })).status, 400);
    for (
      const target of ["/in/.hidden", "/in/a/.b/c", "/in/con", "/in/a%5Cb", "/in/folder/"]
    ) {
      const { status } = await put(target, {});
      assert([400, 404, 409].includes(status), `${target}: ${status}`);
    }
    const unasked = ["MKCOL", "COPY", "MOVE", "PATCH", "PROPFIND", "LOCK"];
    for (const method of unasked) {
      const answer = await ask(server.port, "/in/typed", { method, fields: { Destination: "/in/y" } });
      assertEquals([method, answer.status, answer.field("allow")], [
        method,
        405,
        "GET, HEAD, POST, PUT, DELETE, OPTIONS",
      ]);
    }
    // An upload that could be gone on with is an ordinary one here.
    const whole = await put("/in/whole", { "Upload-Complete": "?1" });
    assertEquals([whole.status, whole.field("upload-limit")], [201, undefined]);
    const large = content(10 * MIB);
    assertEquals((await store(server, "/small/large", large))?.status, 413);
    const answer = await exchange(
      server.port,
      concat(toBytes(head("PUT", "/small/large", { "Transfer-Encoding": "chunked" })), chunked(large)),
      "PUT",
    );
    assertEquals(answer?.status, 413);
    await waitUntil(async () => (await bucket.client.uploads(bucket.name)).length === 0, "no upload is left");
    assertEquals(await keys(bucket), ["in/typed", "in/whole"]);
  },
});

test({
  ...needsStorage("a client that leaves in the middle leaves nothing"),
  async fn(context) {
    const bucket = await testBucket();
    await using server = await start(bucket);
    const piece = content(MIB);
    const STARTS: Readonly<Record<string, string>> = {
      "with a length": head("PUT", "/in/left", { "Content-Length": String(40 * MIB) }),
      "within the first part": head("PUT", "/in/left", { "Content-Length": String(5 * MIB) }),
      "of a form": head("POST", "/in/", { "Content-Type": FORM_TYPE, "Content-Length": String(40 * MIB) }) +
        formPart('; name="f"; filename="left"', "").replace(/\r\n$/, ""),
    };
    for (const [what, begin] of Object.entries(STARTS)) {
      await context.step(what, async () => {
        using client = await WireClient.connect(server.port);
        await client.send(begin);
        const pieces = what === "within the first part" ? 3 : 20;
        for (let sent = 0; sent < pieces; sent++) await client.send(piece);
        if (pieces > 3) {
          await waitUntil(
            async () => (await bucket.client.uploads(bucket.name)).length === 1,
            "it has begun",
          );
        }
        client[Symbol.dispose]();
        await waitUntil(
          async () => (await bucket.client.uploads(bucket.name)).length === 0,
          "nothing is left",
        );
      });
    }
    assertEquals(await keys(bucket), []);
    // A client's leaving is no error of ours.
    assertEquals(await Deno.readTextFile(`${server.folder}/errors.log`).catch(() => ""), "");
  },
});

test({
  ...needsStorage("a server that is told to end leaves nothing of an upload"),
  async fn() {
    const bucket = await testBucket();
    await using server = await start(bucket);
    using client = await WireClient.connect(server.port);
    await client.send(head("PUT", "/in/left", { "Content-Length": String(40 * MIB) }));
    for (let sent = 0; sent < 20; sent++) await client.send(content(MIB));
    await waitUntil(async () => (await bucket.client.uploads(bucket.name)).length === 1, "it has begun");
    server.kill("SIGTERM");
    assertEquals(await server.status, 0);
    assertEquals(await bucket.client.uploads(bucket.name), []);
    assertEquals(await keys(bucket), []);
  },
});
