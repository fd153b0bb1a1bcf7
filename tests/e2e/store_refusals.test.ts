/**
 * What a store refuses, and that it only ever stores and delivers.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { ask } from "../support/ask.ts";
import { byProtocol, test } from "../support/protocols.ts";
import { startServer } from "../support/server.ts";
import { toBytes, WireClient } from "../support/wire.ts";
import {
  assertHolds,
  beginUpload,
  filesIn,
  FORM_TYPE,
  formOf,
  head,
  postForm,
  put,
  send,
  STORE_CONFIG,
  STORE_FILES,
  storeOf,
} from "./store_support.ts";
import { assertAnswers, assertRefused, sharedServer } from "./wire_support.ts";

const server = await sharedServer({
  config: STORE_CONFIG,
  files: { ...STORE_FILES, "store/there.txt": "there", "store/sub/deep.txt": "deep" },
});
const store = storeOf(server);
const BEFORE = ["sub/deep.txt", "there.txt"];

const STORE_ALLOW = "GET, HEAD, POST, PUT, DELETE, PATCH, MKCOL, COPY, MOVE, OPTIONS";
const tagOf = async (target: string) => (await ask(server.port, target)).field("etag")!;

for (
  const [what, status, method, target, fields, body] of [
    ["PUT with a Content-Range", 400, "PUT", "/files/a", { "Content-Range": "bytes 0-0/9" }, "x"],
    ["PUT to a folder that is missing", 409, "PUT", "/files/missing/a", {}, "x"],
    ["PUT below a file", 409, "PUT", "/files/there.txt/a", {}, "x"],
    ["PUT to a folder", 409, "PUT", "/files/sub/", {}, "x"],
    ["PUT to a folder without its slash", 409, "PUT", "/files/sub", {}, "x"],
    ["PUT to the store", 409, "PUT", "/files/", {}, "x"],
    ["PUT to a new name with a slash", 409, "PUT", "/files/new/", {}, "x"],
    ["PUT with If-Match of another tag", 412, "PUT", "/files/there.txt", { "If-Match": '"x"' }, "x"],
    ["PUT with If-Match to a missing name", 412, "PUT", "/files/a", { "If-Match": "*" }, "x"],
    ["PUT with If-None-Match to a name", 412, "PUT", "/files/there.txt", { "If-None-Match": "*" }, "x"],
    ["POST to a folder that is missing", 409, "POST", "/files/missing/", {}, "x"],
    ["POST to a file", 409, "POST", "/files/there.txt", {}, "x"],
    ["POST of a form without files", 400, "POST", "/files/", { "Content-Type": FORM_TYPE }, formOf({})],
    ["POST of a form that is none", 400, "POST", "/files/", { "Content-Type": FORM_TYPE }, "x"],
    [
      "POST of a name that exists",
      409,
      "POST",
      "/files/",
      { "Content-Type": FORM_TYPE },
      formOf({
        "new.txt": "x",
        "there.txt": "x",
      }),
    ],
    ["DELETE of what is missing", 404, "DELETE", "/files/missing", {}, undefined],
    ["DELETE below a file", 404, "DELETE", "/files/there.txt/a", {}, undefined],
    ["DELETE of a folder", 409, "DELETE", "/files/sub", {}, undefined],
    ["DELETE of a folder with its slash", 409, "DELETE", "/files/sub/", {}, undefined],
    ["DELETE of the store", 409, "DELETE", "/files/", {}, undefined],
    [
      "DELETE with If-Match of another tag",
      412,
      "DELETE",
      "/files/there.txt",
      { "If-Match": '"x"' },
      undefined,
    ],
    ["PATCH", 415, "PATCH", "/files/there.txt", {}, "x"],
    ["an unknown method", 501, "PURGE", "/files/there.txt", {}, undefined],
    ["MOVE without a Destination", 400, "MOVE", "/files/there.txt", {}, undefined],
    ["LOCK where nothing is locked", 405, "LOCK", "/files/there.txt", {}, undefined],
    ["PUT outside the stores", 405, "PUT", "/ok.txt", {}, "x"],
  ] as const
) {
  test(`${what} is ${status}, changes nothing and keeps the connection`, async () => {
    const length = body === undefined ? {} : { "Content-Length": String(body.length) };
    const request = head(method, target, { ...length, ...fields as Record<string, string> }) + (body ?? "");
    const allow = target === "/ok.txt" ? "GET, HEAD, OPTIONS" : STORE_ALLOW;
    const expected = { status, fate: "open" as const, ...status === 405 && { fields: { Allow: allow } } };
    await assertRefused(server, request, expected);
    assertEquals(filesIn(store), BEFORE);
    assertEquals(Deno.readTextFileSync(`${store}/there.txt`), "there");
  });
}

test("what is refused before its body is read gets no 100 Continue, and the connection is closed", async () => {
  for (
    const [target, fields, status] of [
      ["/files/large", { "Content-Length": "10485761" }, 413],
      ["/files/missing/x", { "Content-Length": "5" }, 409],
      ["/files/there.txt", { "Content-Length": "5", "If-None-Match": "*" }, 412],
      ["/files/there.txt", { "Transfer-Encoding": "chunked", "If-Match": '"x"' }, 412],
      ["/files/x", { "Content-Length": "5", "Content-Range": "bytes 0-4/9" }, 400],
      ["/files/out/", { "Content-Length": "5" }, 409],
    ] as const
  ) {
    const all = { ...fields as Record<string, string>, Expect: "100-continue" };
    await assertRefused(server, head("PUT", target, all), { status, fate: "closed" });
    assertEquals(filesIn(store), BEFORE);
  }
});

test("what is accepted gets 100 Continue, and then is stored", async () => {
  using client = await WireClient.connect(server.port);
  const name = byProtocol("expected", "expected-2");
  await client.send(head("PUT", `/over/${name}`, { "Content-Length": "5", Expect: "100-continue" }));
  assertEquals((await client.response())?.status, 100);
  await client.send("hello");
  assertEquals((await client.response())?.status, 201);
  assertEquals(Deno.readTextFileSync(`${storeOf(server, "over")}/${name}`), "hello");
});

test("a body over the limit is 413 at once where it is announced, and mid-stream where it is not", async () => {
  await assertRefused(server, head("PUT", "/files/large", { "Content-Length": "10485761" }), {
    status: 413,
    fate: "closed",
  });
  const type = { "Content-Type": FORM_TYPE };
  const formHead = formOf({ "f.bin": "" }).split("\r\n\r\n")[0] + "\r\n\r\n";
  for (
    const [method, target, fields, first] of [
      ["PUT", "/files/large", {}, "x"],
      ["POST", "/files/", {}, "x"],
      ["POST", "/files/", type, formHead],
    ] as const
  ) {
    const start =
      head(method, target, { "Transfer-Encoding": "chunked", ...fields as Record<string, string> }) +
      `${first.length.toString(16)}\r\n${first}\r\n`;
    using client = await beginUpload(server.port, store, start + "10000\r\n" + "x".repeat(65536) + "\r\n");
    const chunk = toBytes("100000\r\n" + "x".repeat(1024 * 1024) + "\r\n");
    const sending = (async () => {
      for (let i = 0; i < 11; i++) await client.send(chunk);
    })().catch(() => {});
    const response = await client.response();
    assertEquals([response?.status, response?.field("connection")], [413, byProtocol("close", undefined)]);
    await sending;
    await assertHolds(store, BEFORE);
  }
  await assertAnswers(server);
});

test("a body of just the limit is stored", async () => {
  const name = byProtocol("limit", "limit-2");
  assertEquals((await put(server, `/over/${name}`, new Uint8Array(10 * 1024 * 1024))).status, 201);
  assertEquals(Deno.statSync(`${storeOf(server, "over")}/${name}`).size, 10 * 1024 * 1024);
});

test("DELETE and PUT with the right tag do what they say", async () => {
  assertEquals((await put(server, "/over/tagged", "one")).status, 201);
  const first = await tagOf("/over/tagged");
  const replaced = await put(server, "/over/tagged", "two", { "If-Match": first });
  assertEquals(replaced.status, 204);
  const second = await tagOf("/over/tagged");
  assert(second !== first);
  assertEquals(replaced.field("etag"), second);
  assertEquals((await put(server, "/over/tagged", "x", { "If-Match": first })).status, 412);
  assertEquals((await send(server, "DELETE", "/over/tagged", undefined, { "If-Match": first })).status, 412);
  assertEquals((await ask(server.port, "/over/tagged")).text, "two");
  assertEquals((await send(server, "DELETE", "/over/tagged", undefined, { "If-Match": second })).status, 204);
  assertEquals((await send(server, "DELETE", "/over/tagged")).status, 404);
});

test("OPTIONS says what a store allows", async () => {
  assertEquals((await send(server, "OPTIONS", "/files/")).field("allow"), STORE_ALLOW);
});

test("an answer to a browser's form leads back to the folder, and the error page is a page", async () => {
  const browser = { Accept: "text/html,application/xhtml+xml,*/*;q=0.8" };
  const stored = await postForm(server, "/over/", formOf({ "b.txt": "x" }), browser);
  assertEquals([stored.status, stored.field("location")], [303, "/over/"]);
  const refused = await postForm(server, "/files/", formOf({ "there.txt": "x" }), browser);
  assertEquals([refused.status, refused.field("content-type")], [409, "text/html; charset=utf-8"]);
});

test("a file that is being written is neither listed nor reachable", async () => {
  using client = await beginUpload(server.port, store);
  const hidden = filesIn(store).find((name) => name.startsWith("."))!;
  for (const accept of ["application/json", "text/html"]) {
    const listing = await ask(server.port, "/files/", { fields: { Accept: accept } });
    assertEquals([listing.status, listing.text.includes("webserv-upload")], [200, false]);
  }
  for (
    const [method, status] of [["GET", 404], ["HEAD", 404], ["PUT", 404], ["POST", 404], [
      "DELETE",
      404,
    ]] as const
  ) {
    assertEquals((await send(server, method, `/files/${hidden}`)).status, status, method);
    assertEquals((await send(server, method, `/files/%2E${hidden.slice(1)}`)).status, status, method);
  }
  assertEquals((await ask(server.port, "/files/half.bin")).status, 404);
  client[Symbol.dispose]();
  await assertHolds(store, BEFORE);
});

test("nothing that is stored is run or interpreted by the store", async () => {
  await using other = await startServer({
    config: `access_log: off
servers:
  - listen: LISTEN
    root: site
    cgi: { .sh: sh }
    try_files: [$uri, /index.html]
    locations:
      /files/: { upload_store: store, autoindex: on, index: [index.php, index.html] }
`,
    files: { "site/ok.txt": "fine", store: null },
  });
  const script = "#!/bin/sh\necho 'Content-Type: text/plain'; echo; echo it ran\n";
  for (const name of ["a.sh", "a.php", "a.py", "a.cgi", "a.pl", "index.php", ".sh.sh", "a.shtml"]) {
    if (name.startsWith(".")) continue;
    assertEquals((await put(other, `/files/${name}`, script)).status, 201);
    for (const target of [`/files/${name}`, `/files/${name}?x`]) {
      assertEquals((await ask(other.port, target)).text, script, name);
    }
    assertEquals((await ask(other.port, `/files/${name}/info`)).status, 404);
    // Neither is it an executable file.
    assertEquals((Deno.statSync(`${other.folder}/store/${name}`).mode ?? 0) & 0o111, 0);
    // POST is for the store and not for a program.
    assertEquals((await send(other, "POST", `/files/${name}`, "x")).status, 409);
  }
  assertEquals((await ask(other.port, "/files/")).text, script);
});
