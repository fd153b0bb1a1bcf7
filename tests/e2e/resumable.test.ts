/**
 * Resumable uploads as draft-ietf-httpbis-resumable-upload-12 has them: each request with its answers, over one server.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { test } from "../support/protocols.ts";
import { startServer } from "../support/server.ts";
import { WireClient } from "../support/wire.ts";
import { waitUntil } from "../support/wait.ts";
import { answersOf, append, ask, type At, begin, stateOf, upload } from "./resumable_support.ts";
import {
  assertHolds,
  filesIn,
  FORM_TYPE,
  formOf,
  head,
  send,
  STORE_FILES,
  storeOf,
} from "./store_support.ts";

const CONFIG = `access_log: off
workers: 2
servers:
  - listen: LISTEN
    root: site
    locations:
      /files/: { upload_store: store, autoindex: on, client_max_body_size: 1000 }
      /over/: { upload_store: over, autoindex: on, overwrite: on }
      /only/: { upload_store: over, allowed_methods: [GET, PUT, POST] }
`;

const ID = /^\/files\/\S+\?upload=[0-9a-f]{32}$/;

type Server = At & { readonly folder: string };

/** What is read of a file, by a GET. */
const textOf = async (at: At, target: string) => (await send(at, "GET", target)).text;

/** No part of an upload is left. */
async function assertNoParts(server: Server): Promise<void> {
  const left = () =>
    [...filesIn(`${server.folder}/store`), ...filesIn(`${server.folder}/over`)]
      .filter((name) => name.includes(".webserv-"));
  await waitUntil(() => left().length === 0, () => `nothing is left; it is ${left()}`);
}

const CASES: readonly [name: string, run: (server: Server) => Promise<void>][] = [
  [
    "an upload in one request is told where it could be gone on with, and then what it has become",
    async (server) => {
      const { interim, last } = await upload(
        server,
        "PUT",
        "/files/one",
        { "Upload-Complete": "?1" },
        "hello",
      );
      assertEquals(interim.map(({ status }) => status), [104]);
      assertMatch(interim[0]!.field("location")!, ID);
      assertEquals(interim[0]!.field("upload-limit"), "max-size=1000, max-age=86400");
      assertEquals([last.status, last.field("location"), last.field("upload-complete")], [
        201,
        "/files/one",
        "?1",
      ]);
      assert(last.field("etag"));
      assertEquals(await textOf(server, "/files/one"), "hello");
      // Who has missed that answer learns of it.
      const later = await ask(server, interim[0]!.field("location")!);
      assertEquals(stateOf(later), [204, "?1", "5"]);
      assertEquals(later.last.field("upload-length"), "5");
    },
  ],
  ["parts follow one another", async (server) => {
    const at = await begin(server, "/files/parts", "one,", { "Upload-Length": "12" });
    assertMatch(at, ID);
    assertEquals((await send(server, "GET", "/files/parts")).status, 404);
    const state = await ask(server, at);
    assertEquals(stateOf(state), [204, "?0", "4"]);
    assertEquals(["upload-length", "cache-control"].map((name) => state.last.field(name)), [
      "12",
      "no-store",
    ]);
    assertMatch(
      state.last.field("upload-limit")!,
      /^max-size=1000, max-age=8639\d$|^max-size=1000, max-age=86400$/,
    );
    assertEquals(stateOf(await append(server, at, 4, false, "two,")), [204, "?0", "8"]);
    const whole = await append(server, at, 8, true, "last");
    assertEquals(stateOf(whole), [201, "?1", "12"]);
    assertEquals(whole.last.field("location"), "/files/parts");
    assertEquals(await textOf(server, "/files/parts"), "one,two,last");
    assertEquals(stateOf(await ask(server, at)), [204, "?1", "12"]);
  }],
  ["the last part may be empty", async (server) => {
    const at = await begin(server, "/files/empty-end", "all");
    assertEquals(stateOf(await append(server, at, 3, true)), [201, "?1", "3"]);
    const none = await upload(server, "PUT", "/files/nothing", { "Upload-Complete": "?1" });
    assertEquals(stateOf(none), [201, "?1", "0"]);
    assertEquals(await textOf(server, "/files/nothing"), "");
  }],
  ["another offset is 409 with the right one", async (server) => {
    const at = await begin(server, "/files/offset", "12345");
    const answer = await append(server, at, 4, true, "x");
    assertEquals(stateOf(answer), [409, "?0", "5"]);
    assertEquals(answer.last.field("content-type"), "application/problem+json");
    const { type, "expected-offset": expected, "provided-offset": provided } = JSON.parse(answer.last.text);
    assertEquals([type, expected, provided], [
      "https://iana.org/assignments/http-problem-types#mismatching-upload-offset",
      5,
      4,
    ]);
    assertEquals(stateOf(await append(server, at, 5, true, "6")), [201, "?1", "6"]);
  }],
  ["nothing is appended to what is whole", async (server) => {
    const at = await begin(server, "/files/whole", "1");
    await append(server, at, 1, true, "2");
    const again = await append(server, at, 2, true);
    assertEquals([again.last.status, JSON.parse(again.last.text).type], [
      400,
      "https://iana.org/assignments/http-problem-types#completed-upload",
    ]);
    assertEquals((await append(server, at, 2, true, "3")).last.status, 400);
    // Who has missed the answer, and sends once more, is told that all of it has come.
    assertEquals(stateOf(await append(server, at, 1, true, "2")), [409, "?0", "2"]);
    assertEquals(await textOf(server, "/files/whole"), "12");
  }],
  ["lengths that do not agree are 400", async (server) => {
    const type = "https://iana.org/assignments/http-problem-types#inconsistent-upload-length";
    const first = await upload(
      server,
      "PUT",
      "/files/len",
      { "Upload-Complete": "?1", "Upload-Length": "9" },
      "1234",
    );
    assertEquals([first.last.status, JSON.parse(first.last.text).type, first.interim.length], [400, type, 0]);
    const at = await begin(server, "/files/len", "1234", { "Upload-Length": "6" });
    for (
      const [isLast, body, fields] of [[true, "5", {}], [false, "5", { "Upload-Length": "7" }], [
        true,
        "",
        {},
      ]] as const
    ) {
      const answer = await append(server, at, 4, isLast, body, fields);
      assertEquals([answer.last.status, JSON.parse(answer.last.text).type], [400, type]);
    }
    assertEquals(stateOf(await ask(server, at)), [204, "?0", "4"]);
    // More than there is to be: nobody knows any more what is right.
    assertEquals((await append(server, at, 4, false, "567")).last.status, 400);
    assertEquals((await ask(server, at)).last.status, 404);
  }],
  ["an upload that is cancelled is gone", async (server) => {
    const at = await begin(server, "/files/cancelled", "1234");
    assertEquals((await upload(server, "DELETE", at, {})).last.status, 204);
    assertEquals((await ask(server, at)).last.status, 404);
    assertEquals((await append(server, at, 4, true, "5")).last.status, 404);
    assertEquals((await upload(server, "DELETE", at, {})).last.status, 404);
  }],
  ["a file beside an upload is another thing", async (server) => {
    assertEquals((await send(server, "PUT", "/files/beside", "old")).status, 201);
    const at = await begin(server, "/files/beside", "new");
    assertEquals((await upload(server, "DELETE", at, {})).last.status, 204);
    assertEquals(await textOf(server, "/files/beside"), "old");
    for (const other of ["?upload=0", `?upload=${"0".repeat(32)}`, `?upload=${"g".repeat(32)}`]) {
      const { last } = await append(server, `/files/beside${other}`, 0, true, "x");
      assertEquals(last.status, other === "?upload=" + "0".repeat(32) ? 404 : 409);
    }
    assertEquals((await upload(server, "HEAD", "/files/beside?upload=0", {})).last.status, 200);
  }],
  ["an upload is found at its own path alone", async (server) => {
    const at = await begin(server, "/files/here", "x");
    const other = at.replace("/here", "/there");
    assertEquals((await ask(server, other)).last.status, 404);
    assertEquals((await upload(server, "DELETE", other, {})).last.status, 404);
    assertEquals(stateOf(await ask(server, at)), [204, "?0", "1"]);
  }],
  ["conditions are those of the first request, and hold at the end", async (server) => {
    const at = await begin(server, "/files/cond", "mine", { "If-None-Match": "*" });
    assertEquals((await send(server, "PUT", "/files/cond", "theirs")).status, 201);
    assertEquals(stateOf(await append(server, at, 4, true)), [412, "?1", "4"]);
    assertEquals(await textOf(server, "/files/cond"), "theirs");
    assertEquals((await ask(server, at)).last.status, 204);
    const refused = await upload(server, "PUT", "/files/cond", {
      "Upload-Complete": "?1",
      "If-None-Match": "*",
    }, "x");
    assertEquals([refused.interim.length, refused.last.status], [0, 412]);
    const tag = (await send(server, "HEAD", "/files/cond")).field("etag")!;
    const next = await begin(server, "/files/cond", "ours", { "If-Match": tag });
    assertEquals(stateOf(await append(server, next, 4, true)), [204, "?1", "4"]);
    assertEquals(await textOf(server, "/files/cond"), "ours");
  }],
  ["what is too large is 413 with the limit", async (server) => {
    for (const fields of [{ "Upload-Length": "1001" }, { "Upload-Length": "2000" }]) {
      const { last } = await upload(
        server,
        "PUT",
        "/files/large",
        { "Upload-Complete": "?0", ...fields },
        "x",
      );
      assertEquals([last.status, last.field("upload-limit")], [413, "max-size=1000, max-age=86400"]);
    }
    const announced = await upload(
      server,
      "PUT",
      "/files/large",
      { "Upload-Complete": "?1" },
      "x".repeat(1001),
    );
    assertEquals([announced.last.status, announced.last.field("upload-limit")], [
      413,
      "max-size=1000, max-age=86400",
    ]);
    const at = await begin(server, "/files/large", "x".repeat(600));
    const more = await append(server, at, 600, false, "x".repeat(401));
    assertEquals([more.last.status, more.last.field("upload-limit")], [413, "max-size=1000, max-age=86400"]);
    assertEquals(stateOf(await append(server, at, 600, true, "x".repeat(400))), [201, "?1", "1000"]);
  }],
  ["PATCH takes parts of uploads and nothing else", async (server) => {
    const at = await begin(server, "/files/patch", "x");
    const other = await append(server, at, 1, true, "y", { "Content-Type": "text/plain" });
    assertEquals([other.last.status, other.last.field("accept-patch")], [415, "application/partial-upload"]);
    for (const field of ["Upload-Offset", "Upload-Complete"]) {
      assertEquals((await append(server, at, 1, true, "y", { [field]: "nonsense" })).last.status, 400);
    }
    const plain = await upload(server, "PATCH", "/files/patch", { "Content-Type": "text/plain" }, "y");
    assertEquals([plain.last.status, plain.last.field("accept-patch")], [415, "application/partial-upload"]);
    assertEquals(stateOf(await ask(server, at)), [204, "?0", "1"]);
  }],
  ["what is too large and comes in chunks is 413 with the limit, too", async (server) => {
    const fields = { "Upload-Complete": "?1" }, chunk = `258\r\n${"x".repeat(600)}\r\n`;
    using client = await WireClient.connect(server.port);
    await client.send(head("PUT", "/files/chunks", { ...fields, "Transfer-Encoding": "chunked" }));
    await client.send(`${chunk}${chunk}0\r\n\r\n`);
    const { last } = (await answersOf(client, "PUT"))!;
    assertEquals([last.status, last.field("upload-limit")], [413, "max-size=1000, max-age=86400"]);
  }],
  [
    "OPTIONS says what is possible",
    async (server) => {
      const { last } = await upload(server, "OPTIONS", "/files/", {});
      assertEquals(["accept-patch", "upload-limit"].map((name) => last.field(name)), [
        "application/partial-upload",
        "max-size=1000, max-age=86400",
      ]);
      assertEquals((await upload(server, "OPTIONS", "/only/", {})).last.field("accept-patch"), undefined);
    },
  ],
  ["POST gives the name that it was told, or one of its own", async (server) => {
    const named = await upload(server, "POST", "/files/", {
      "Upload-Complete": "?0",
      "Content-Disposition": `inline; filename="x"; filename*=UTF-8''na%C3%AFve.txt`,
    }, "he");
    const whole = await append(server, named.last.field("location")!, 2, true, "llo");
    assertEquals([...stateOf(whole), whole.last.field("location")], [
      201,
      "?1",
      "5",
      "/files/na%C3%AFve.txt",
    ]);
    assertEquals(await textOf(server, "/files/na%C3%AFve.txt"), "hello");
    const taken = await upload(server, "POST", "/files/", {
      "Upload-Complete": "?1",
      "Content-Disposition": `inline; filename*=UTF-8''na%C3%AFve.txt`,
    }, "other");
    assertEquals(stateOf(taken), [409, "?1", "5"]);
    const ours = await upload(server, "POST", "/files/", {
      "Upload-Complete": "?1",
      "Content-Type": "image/png",
    }, "x");
    assertMatch(ours.last.field("location")!, /^\/files\/upload-[0-9a-f]{8}\.png$/);
  }],
  ["a form may be resumed, too", async (server) => {
    const form = formOf({ "a.txt": "first", "b.txt": "second" }), half = form.length >> 1;
    const first = await upload(server, "POST", "/over/", {
      "Upload-Complete": "?0",
      "Content-Type": FORM_TYPE,
    }, form.slice(0, half));
    const whole = await append(server, first.last.field("location")!, half, true, form.slice(half));
    assertEquals(stateOf(whole), [201, "?1", String(form.length)]);
    assertEquals([await textOf(server, "/over/a.txt"), await textOf(server, "/over/b.txt")], [
      "first",
      "second",
    ]);
  }],
  ["a newer request ends the older one, in whatever thread", async (server) => {
    const content = new Uint8Array(200_000).map((_, i) => i % 251), sent = 100_000;
    for (const method of ["HEAD", "PATCH", "DELETE"]) {
      const at = await begin(server, "/over/two", content.subarray(0, 2));
      const part = `${server.folder}/over/.webserv-partial-${at.split("=")[1]}`;
      using older = await WireClient.connect(server.port);
      await older.send(head("PATCH", at, {
        "Content-Type": "application/partial-upload",
        "Upload-Offset": "2",
        "Upload-Complete": "?1",
        "Content-Length": String(content.length - 2),
      }));
      await older.send(content.subarray(2, sent));
      await waitUntil(() => Deno.statSync(part).size > 2, "some of it has come");
      if (method === "DELETE") assertEquals((await upload(server, "DELETE", at, {})).last.status, 204);
      else if (method === "PATCH") assertEquals((await append(server, at, 1, false)).last.status, 409);
      const state = await ask(server, at);
      assertEquals(await answersOf(older, "PATCH").catch(() => undefined), undefined);
      if (method === "DELETE") assertEquals(state.last.status, 404);
      else {
        const offset = Number(state.last.field("upload-offset"));
        assert(offset > 2 && offset <= sent);
        const whole = await append(server, at, offset, true, content.subarray(offset));
        assertEquals(stateOf(whole), [method === "HEAD" ? 201 : 204, "?1", String(content.length)]);
        assertEquals((await send(server, "GET", "/over/two")).body, content);
      }
    }
  }],
  ["what was cut is gone on with", async (server) => {
    const client = await WireClient.connect(server.port);
    await client.send(head("PUT", "/files/cut", { "Upload-Complete": "?1", "Content-Length": "10" }));
    const at = (await client.response("PUT"))!.field("location")!;
    await client.send("12345");
    await waitUntil(
      () => filesIn(`${server.folder}/store`).some((name) => name.includes("partial")),
      "it has begun",
    );
    client[Symbol.dispose]();
    const offset = Number((await ask(server, at)).last.field("upload-offset"));
    assert(offset <= 5);
    const whole = await append(server, at, offset, true, "1234567890".slice(offset));
    assertEquals(stateOf(whole), [201, "?1", "10"]);
    assertEquals(await textOf(server, "/files/cut"), "1234567890");
  }],
  [
    "where nothing can be resumed, an upload in one request is a plain one, and a part is refused",
    async (server) => {
      const { interim, last } = await upload(server, "PUT", "/only/plain", { "Upload-Complete": "?1" }, "x");
      assertEquals([interim.length, last.status, last.field("upload-complete")], [0, 201, undefined]);
      assertEquals(
        (await upload(server, "PUT", "/only/part", { "Upload-Complete": "?0" }, "x")).last.status,
        405,
      );
      assertEquals((await send(server, "GET", "/only/part")).status, 404);
    },
  ],
  ["a value that is none counts as no field", async (server) => {
    const { interim, last } = await upload(
      server,
      "PUT",
      "/files/no-field",
      { "Upload-Complete": "yes" },
      "x",
    );
    assertEquals([interim.length, last.status, last.field("upload-complete")], [0, 201, undefined]);
  }],
  ["where nothing may be stored, no upload begins", async (server) => {
    for (
      const [target, status] of [["/files/no/such/folder", 409], ["/files/", 409], ["/ok.txt", 405], [
        "/files/CON",
        400,
      ]] as const
    ) {
      const { interim, last } = await upload(server, "PUT", target, { "Upload-Complete": "?0" }, "x");
      assertEquals([target, interim.length, last.status], [target, 0, status]);
    }
  }],
];

test("resumable uploads: every request has its answer", async (context) => {
  await using server = await startServer({ config: CONFIG, files: STORE_FILES });
  for (const [name, fn] of CASES) {
    await context.step(name, () => fn(server));
  }
  for (const name of filesIn(storeOf(server)).filter((name) => name.startsWith(".webserv-"))) {
    Deno.removeSync(storeOf(server, `store/${name}`));
  }
  await assertNoParts(server);
});

test("an upload that nobody goes on with is removed, one that somebody does is kept", async () => {
  await using server = await startServer({
    config: CONFIG.replace("client_max_body_size: 1000", "upload_expires: 700ms"),
    files: STORE_FILES,
  });
  await begin(server, "/files/left", "x");
  await assertHolds(storeOf(server), []);
  await server.waitFor(/removed an upload that nobody has gone on with/);
});

test("an upload goes on through a reload, and in workers that have come with it", async () => {
  await using server = await startServer({ config: CONFIG, files: STORE_FILES });
  const content = "x".repeat(200_000);
  const at = await begin(server, "/over/reloaded", "x");
  const part = storeOf(server, `over/.webserv-partial-${at.split("=")[1]}`);
  using older = await WireClient.connect(server.port);
  const fields = { "Content-Type": "application/partial-upload", "Upload-Complete": "?1" };
  await older.send(head("PATCH", at, { ...fields, "Upload-Offset": "1", "Content-Length": "199999" }));
  await older.send(content.slice(0, 100_000));
  await waitUntil(() => Deno.statSync(part).size > 1, "some of it has come");
  Deno.writeTextFileSync(
    `${server.folder}/webserv.yaml`,
    CONFIG.replace("LISTEN", `"127.0.0.1:${server.port}"`).replace("workers: 2", "workers: 3"),
  );
  server.kill("SIGHUP");
  await server.waitFor(/is loaded again/);
  const offset = Number((await ask(server, at)).last.field("upload-offset"));
  assert(offset > 1 && offset <= 100_001);
  assertEquals(await answersOf(older, "PATCH").catch(() => undefined), undefined);
  assertEquals(stateOf(await append(server, at, offset, true, content.slice(offset))), [201, "?1", "200000"]);
  assertEquals(await textOf(server, "/over/reloaded"), content);
});
