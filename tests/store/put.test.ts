import { assert, assertEquals, assertInstanceOf, assertMatch, assertRejects } from "@std/assert";
import { StoreOrigin } from "../../lib/disk/store_origin.ts";
import { fileEntityTag } from "../../lib/http/etag.ts";
import { GoneError, HttpError } from "../../lib/http/errors.ts";
import { FileError } from "../../lib/ports.ts";
import { put } from "../../lib/store/put.ts";
import type { TreeTarget } from "../../lib/store/target.ts";
import { type FakeStore, fieldsOf, type Piece, requestOf, someStore, targetOf } from "./fakes.ts";

type FieldTable = Readonly<Record<string, string>>;

function putTo(
  store: FakeStore,
  path: string,
  fields: FieldTable = {},
  pieces: readonly Piece[] = ["new ", "content"],
  other: Partial<TreeTarget> = {},
) {
  const request = requestOf("PUT", fields, pieces);
  return { request, response: put(request, targetOf(store, path, other)) };
}

const tagOf = (store: FakeStore, path: string) => fileEntityTag(store.files.stat(path)!);

Deno.test("put() of a new name is 201 with Location and ETag, and stores the body", async () => {
  const store = someStore();
  const { response } = putTo(store, "/files/ä b?.txt");
  const answer = await response;
  assertEquals(answer.status, 201);
  assertEquals(fieldsOf(answer), {
    location: "/files/%C3%A4%20b%3F.txt",
    etag: tagOf(store, "/store/ä b?.txt"),
  });
  assertEquals(store.content("/store/ä b?.txt"), "new content");
  assertEquals([store.unfinished, store.open], [0, 0]);
});

Deno.test("put() of a name that exists is 204 with its new ETag and no Location", async () => {
  const store = someStore();
  const before = tagOf(store, "/store/old.txt");
  const response = await putTo(store, "/files/old.txt").response;
  assertEquals(response.status, 204);
  assertEquals(fieldsOf(response), { etag: tagOf(store, "/store/old.txt") });
  assert(fieldsOf(response).etag !== before);
  assertEquals(store.content("/store/old.txt"), "new content");
});

Deno.test("put() stores an empty body as an empty file", async () => {
  const store = someStore();
  assertEquals((await putTo(store, "/files/empty", {}, []).response).status, 201);
  assertEquals(store.content("/store/empty"), "");
});

Deno.test("put() into a subfolder that exists stores there", async () => {
  const store = someStore();
  assertEquals((await putTo(store, "/files/sub/x").response).status, 201);
  assertEquals(store.content("/store/sub/x"), "new content");
});

Deno.test("put() works where the store is the root of the file system", async () => {
  const store = someStore();
  const target = { store: new StoreOrigin(store.ports, "/"), place: "/x.txt" };
  store.files.nodes.set("/", store.files.nodes.get("/store")!);
  assertEquals((await putTo(store, "/files/x.txt", {}, ["x"], target).response).status, 201);
  assertEquals(store.content("/x.txt"), "x");
});

const REFUSALS: readonly (readonly [what: string, status: number, path: string, fields?: FieldTable])[] = [
  ["a Content-Range", 400, "/files/x", { "Content-Range": "bytes 0-1/2" }],
  ["a folder that is missing", 409, "/files/missing/x"],
  ["a file where a folder should be", 409, "/files/old.txt/x"],
  ["a folder's name", 409, "/files/sub"],
  ["a folder's name with its slash", 409, "/files/sub/"],
  ["a new name with a slash", 409, "/files/new/"],
  ["a file's name with a slash", 409, "/files/old.txt/"],
  ["the store itself", 409, "/files/"],
  ["the store itself without its slash", 409, "/files"],
  ["a name with a control character", 400, "/files/a\nb"],
  ["a name that is too long", 400, `/files/${"ü".repeat(128)}`],
  ["half a surrogate pair", 400, "/files/\ud800"],
  ["a link to a file outside", 404, "/files/out.txt"],
  ["a link to nothing", 404, "/files/dangling"],
  ["a link to a folder outside", 404, "/files/out"],
  ["a path through a link to a folder outside", 404, "/files/out/x"],
  ["what is neither file nor folder", 404, "/files/pipe"],
  ["If-Match with another tag", 412, "/files/old.txt", { "If-Match": '"other"' }],
  ["If-Match with a weak tag", 412, "/files/old.txt", { "If-Match": "W/WEAK" }],
  ["If-Match: * for a new name", 412, "/files/new.txt", { "If-Match": "*" }],
  ["If-Match that is malformed", 412, "/files/old.txt", { "If-Match": "old" }],
  ["If-None-Match: * for a name that exists", 412, "/files/old.txt", { "If-None-Match": "*" }],
  ["If-None-Match with the file's tag", 412, "/files/old.txt", { "If-None-Match": '"other", TAG' }],
  ["If-None-Match that is malformed", 412, "/files/new.txt", { "If-None-Match": "new" }],
  ["If-Unmodified-Since before the file's time", 412, "/files/old.txt", {
    "If-Unmodified-Since": "Wed, 31 Dec 1969 23:59:59 GMT",
  }],
];

function storeWithLinks(): FakeStore {
  const store = someStore();
  store.files.links.set("/store/out.txt", "/outside/secret.txt");
  store.files.links.set("/store/dangling", "/store/nothing");
  store.files.links.set("/store/out", "/outside");
  store.files.links.set("/store/in.txt", "/store/sub/deep.txt");
  store.files.links.set("/store/in", "/store/sub");
  store.files.other("/store/pipe");
  return store;
}

for (
  const [path, fields, advice] of [
    ["/files/webserv.yaml", {}, /under this name/],
    ["/files/con", {}, /under this name/],
    ["/files/x", { "Content-Range": "bytes 0-1/2" }, /send the whole file/],
  ] as const
) {
  Deno.test(`put() says why it does not store ${path} with ${JSON.stringify(fields)}`, async () => {
    const error = await putTo(someStore(), path, fields, ["x"]).response;
    assertInstanceOf(error, HttpError);
    assertMatch(error.advice ?? "", advice);
  });
}

for (const [what, status, path, fields = {}] of REFUSALS) {
  Deno.test(`put() refuses ${what} with ${status}, reads nothing and changes nothing`, async () => {
    const store = storeWithLinks();
    const tag = tagOf(store, "/store/old.txt");
    const before = store.names;
    const given = Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name, value.replace("WEAK", tag).replace("TAG", tag)]),
    );
    const { request, response } = putTo(store, path, given);
    const refused = await response;
    assertInstanceOf(refused, HttpError);
    assertEquals([refused.status, refused.log, refused.fields.size], [status, undefined, 0]);
    assertEquals([request.reads, store.unfinished], [0, 0]);
    assertEquals([store.names, store.content("/store/old.txt")], [before, "old"]);
    assertEquals(store.content("/outside/secret.txt"), "secret");
  });
}

for (
  const [what, path, status, condition] of [
    ["If-Match with the file's tag", "/files/old.txt", 204, (tag: string) => ({ "If-Match": `"x", ${tag}` })],
    ["If-Match: * for a name that exists", "/files/old.txt", 204, () => ({ "If-Match": "*" })],
    ["If-None-Match: * for a new name", "/files/new.txt", 201, () => ({ "If-None-Match": "*" })],
    ["If-None-Match with another tag", "/files/old.txt", 204, () => ({ "If-None-Match": '"x"' })],
    ["If-Unmodified-Since at the file's time", "/files/old.txt", 204, () => ({
      "If-Unmodified-Since": "Thu, 01 Jan 1970 00:00:00 GMT",
    })],
  ] as const
) {
  Deno.test(`put() accepts ${what} with ${status}`, async () => {
    const store = someStore();
    const response = await putTo(store, path, condition(tagOf(store, "/store/old.txt"))).response;
    assertEquals(response.status, status);
  });
}

Deno.test("put() to a link within the store replaces the link and leaves what it led to", async () => {
  const store = storeWithLinks();
  assertEquals((await putTo(store, "/files/in.txt").response).status, 204);
  assertEquals(store.content("/store/in.txt"), "new content");
  assertEquals(store.content("/store/sub/deep.txt"), "deep");
});

Deno.test("put() through a link to a folder within the store stores where it leads", async () => {
  const store = storeWithLinks();
  assertEquals((await putTo(store, "/files/in/x").response).status, 201);
  assertEquals(store.content("/store/sub/x"), "new content");
});

Deno.test("put() that is announced as new is 412 if another thread was faster by a moment", async () => {
  const store = someStore();
  store.beforeCommit = () => store.files.write("/store/new.txt", "theirs");
  const { response } = putTo(store, "/files/new.txt", { "If-None-Match": "*" });
  assertEquals((await response).status, 412);
  assertEquals([store.content("/store/new.txt"), store.unfinished], ["theirs", 0]);
});

for (
  const [what, fields, meanwhile, status, content] of [
    ["is 204 if the name came to be", {}, (store) => store.files.write("/store/n", "theirs"), 204, "mine"],
    [
      "is 412 if the name came to be that had to be new",
      { "If-None-Match": "*" },
      (store) => store.files.write("/store/n", "theirs"),
      412,
      "theirs",
    ],
    ["is 409 if a folder took the name", {}, (store) => store.files.folder("/store/n"), 409, undefined],
    [
      "is 404 if a link to outside took the name",
      {},
      (store) => store.files.links.set("/store/n", "/outside/secret.txt"),
      404,
      undefined,
    ],
    ["is 409 if the folder went away", {}, (store) => store.files.nodes.delete("/store"), 409, undefined],
  ] as readonly [string, FieldTable, (store: FakeStore) => void, number, string | undefined][]
) {
  Deno.test(`put() ${what} while the body came`, async () => {
    const store = someStore();
    const { response } = putTo(store, "/files/n", fields, ["mi", () => meanwhile(store), "ne"]);
    assertEquals((await response).status, status);
    assertEquals([store.content("/store/n"), store.unfinished], [content, 0]);
    assertEquals(store.content("/outside/secret.txt"), "secret");
  });
}

Deno.test("put() whose If-Match held is 412 if the file was changed or removed while the body came", async () => {
  for (const change of [(store: FakeStore) => store.files.replace("/store/old.txt", "theirs", 5), null]) {
    const store = someStore();
    const meanwhile = () => change ? change(store) : store.remove("/store/old.txt");
    const fields = { "If-Match": tagOf(store, "/store/old.txt") };
    const { response } = putTo(store, "/files/old.txt", fields, ["x", meanwhile, "y"]);
    assertEquals((await response).status, 412);
    assertEquals(store.content("/store/old.txt"), change ? "theirs" : undefined);
    assertEquals(store.unfinished, 0);
  }
});

for (
  const [what, error] of [
    ["the client leaves", new GoneError()],
    ["the body stalls", new HttpError(408, "late")],
    ["the body breaks its framing", new HttpError(400, "bad chunk")],
  ] as const
) {
  Deno.test(`put() leaves nothing if ${what}`, async () => {
    const store = someStore();
    const { response } = putTo(store, "/files/old.txt", {}, ["half", error]);
    const thrown = await assertRejects(() => response);
    assertEquals(thrown, error);
    assertEquals([store.content("/store/old.txt"), store.unfinished, store.open], ["old", 0, 0]);
  });
}

Deno.test("put() over the limit is a 413 and leaves nothing", async () => {
  const store = someStore();
  const { request, response } = putTo(store, "/files/x", {}, ["12345", "6", "7"], { limit: 5 });
  const error = await assertRejects(() => response, HttpError);
  assertEquals([error.status, request.reads, store.unfinished], [413, 2, 0]);
  assertEquals((await putTo(store, "/files/x", {}, ["123", "45"], { limit: 5 }).response).status, 201);
});

for (const at of ["create", "write", "commit"] as const) {
  Deno.test(`put() on a disk that is full at ${at} says so and leaves nothing`, async () => {
    const store = someStore();
    store.failure = { at, of: 1, problem: "full" };
    const error = await assertRejects(() => putTo(store, "/files/old.txt").response, FileError);
    assertEquals(error.problem, "full");
    assertEquals([store.content("/store/old.txt"), store.unfinished, store.open], ["old", 0, 0]);
    assertEquals((await putTo(store, "/files/old.txt").response).status, 204);
  });
}

Deno.test("put() leaves nothing if the place cannot be looked at after the body came", async () => {
  const store = someStore();
  const lock = () => void store.files.failures.set("/store/x", new FileError("denied", "/store/x"));
  await assertRejects(() => putTo(store, "/files/x", {}, ["x", lock]).response, FileError);
  assertEquals(store.unfinished, 0);
});

Deno.test("put() into a folder whose link is set to another one meanwhile stores nothing", async () => {
  const store = someStore();
  store.files.folder("/store/first");
  store.files.write("/store/second/x", "kept");
  store.files.links.set("/store/now", "/store/first");
  const turn = () => void store.files.links.set("/store/now", "/store/second");
  const { response } = putTo(store, "/files/now/x", {}, ["new", turn]);
  assertEquals((await response).status, 503);
  assertEquals([store.content("/store/first/x"), store.content("/store/second/x")], [undefined, "kept"]);
  assertEquals(store.unfinished, 0);
});
