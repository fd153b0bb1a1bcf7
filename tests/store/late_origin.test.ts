/**
 * Stores that have nothing at hand, as those behind a network: every answer of theirs is a promise.
 *
 * @module
 */
import { assertEquals, assertRejects } from "@std/assert";
import type { NameInFolder, NewContent, TreeFolder, TreeOrigin } from "../../lib/http/origin.ts";
import { FileError } from "../../lib/ports.ts";
import { post } from "../../lib/store/post.ts";
import { put } from "../../lib/store/put.ts";
import { remove } from "../../lib/store/remove.ts";
import {
  answerOf,
  type FakeStore,
  fieldsOf,
  type Piece,
  requestOf,
  someStore,
  statusOf,
  targetOf,
} from "./fakes.ts";

type Fields = Readonly<Record<string, string>>;

/** Does it in another turn; what it throws is a rejection. */
async function later<T>(act: () => T | Promise<T>): Promise<T> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  return await act();
}

function lateContent(content: NewContent): NewContent {
  return {
    write: (bytes) => later(() => content.write(bytes)),
    end: () => content.end(),
    sync: () => later(() => content.sync()),
    setModified: (time) => content.setModified(time),
    commit: (name, replace, over) => later(() => content.commit(name, replace, over)),
    discard: () => content.discard(),
  };
}

function lateFolder(folder: TreeFolder): TreeFolder {
  const late: TreeFolder = {
    identity: folder.identity,
    isWithin: (other) => folder.isWithin(promptly(other)),
    makeFolder: (name) => later(() => folder.makeFolder(name)),
    removeEmpty: (name) => later(() => folder.removeEmpty(name)),
    take: (name) => later(() => folder.take(name)),
    move: (name, to, newName, replace) => later(() => folder.move(name, prompt.get(to)!, newName, replace)),
    entries: () => later(() => folder.entries()),
    others: () => later(() => folder.others()),
    folder: (name) => later(async () => lateOr(await folder.folder(name))),
    read: (name) => later(() => folder.read(name)),
    sync: () => later(() => folder.sync()),
    occupant: (name) => later(() => folder.occupant(name)),
    create: (of) => later(async () => lateContent(await folder.create(of))),
    remove: (name) => later(() => folder.remove(name)),
    exclusively: (name, act, other) => later(() => folder.exclusively(name, act, other && promptly(other))),
  };
  prompt.set(late, folder);
  return late;
}

/** The folders behind late ones. */
const prompt = new WeakMap<TreeFolder, TreeFolder>();

function promptly({ folder, name }: NameInFolder): NameInFolder<TreeFolder> {
  return { folder: prompt.get(folder as TreeFolder)!, name };
}

function lateOr<T>(folder: TreeFolder | T): TreeFolder | T {
  return typeof folder === "object" ? lateFolder(folder as TreeFolder) : folder;
}

function lateOrigin(origin: TreeOrigin): TreeOrigin {
  return {
    root: origin.root,
    folder: (path) =>
      later(async () => {
        const folder = await origin.folder(path);
        return typeof folder === "object" ? lateFolder(folder) : folder;
      }),
  };
}

function targetIn(store: FakeStore, path: string) {
  const target = targetOf(store, path);
  return { ...target, store: lateOrigin(target.store) };
}

const putTo = (store: FakeStore, path: string, fields: Fields = {}, pieces: readonly Piece[] = ["new"]) =>
  put(requestOf("PUT", fields, pieces), targetIn(store, path));

const removeFrom = (store: FakeStore, path: string, fields: Fields = {}) =>
  statusOf(remove(requestOf("DELETE", fields), targetIn(store, path)));

const FORM = { "Content-Type": "multipart/form-data; boundary=XX" };

function postForm(store: FakeStore, ...names: readonly string[]) {
  const parts = names.map((name) =>
    `--XX\r\nContent-Disposition: form-data; name="f"; filename="${name}"\r\n\r\nnew\r\n`
  );
  return post(requestOf("POST", FORM, [...parts, "--XX--\r\n"]), targetIn(store, "/files/"));
}

Deno.test("put() waits for a late store: 201 and 204, each with its ETag", async () => {
  const store = someStore();
  for (const [path, status] of [["/files/sub/new.txt", 201], ["/files/old.txt", 204]] as const) {
    const answer = await answerOf(putTo(store, path));
    assertEquals(answer.status, status);
    assertEquals("etag" in fieldsOf(answer), true);
    assertEquals(store.content(path.replace("/files", "/store")), "new");
  }
  assertEquals([store.unfinished, store.open], [0, 0]);
});

for (
  const [what, status, path, fields] of [
    ["a missing folder", 409, "/files/missing/x", {}],
    ["a folder's name", 409, "/files/sub", {}],
    ["a condition that does not hold", 412, "/files/old.txt", { "If-None-Match": "*" }],
  ] as const
) {
  Deno.test(`put() of ${what} is ${status} in a late store, too`, async () => {
    const store = someStore();
    const before = store.names;
    assertEquals(await statusOf(putTo(store, path, fields as Fields)), status);
    assertEquals([store.names, store.content("/store/old.txt"), store.unfinished], [before, "old", 0]);
  });
}

Deno.test("put() into a late store is 412 if the name that must be new is taken at the last moment", async () => {
  const store = someStore();
  store.beforeCommit = () => store.files.write("/store/new.txt", "theirs");
  assertEquals(await statusOf(putTo(store, "/files/new.txt", { "If-None-Match": "*" })), 412);
  assertEquals([store.content("/store/new.txt"), store.unfinished], ["theirs", 0]);
});

for (const at of ["create", "write", "commit"] as const) {
  Deno.test(`put() into a late store that is full at ${at} says so and leaves nothing`, async () => {
    const store = someStore();
    store.failure = { at, of: 1, problem: "full" };
    const error = await assertRejects(() => putTo(store, "/files/old.txt"), FileError);
    assertEquals([error.problem, store.content("/store/old.txt")], ["full", "old"]);
    assertEquals([store.unfinished, store.open], [0, 0]);
  });
}

Deno.test("remove() waits for a late store", async () => {
  const store = someStore();
  assertEquals(await removeFrom(store, "/files/sub"), 409);
  assertEquals(await removeFrom(store, "/files/old.txt", { "If-Match": '"other"' }), 412);
  assertEquals(await removeFrom(store, "/files/old.txt"), 204);
  assertEquals(store.content("/store/old.txt"), undefined);
  assertEquals(await removeFrom(store, "/files/old.txt"), 404);
});

Deno.test("post() waits for a late store, and lists what it holds", async () => {
  const store = someStore();
  const answer = await answerOf(postForm(store, "a", "b"));
  assertEquals([answer.status, fieldsOf(answer).location], [201, "/files/"]);
  const list = JSON.parse(new TextDecoder().decode(answer.body as Uint8Array)) as { size: number }[];
  assertEquals(list.map(({ size }) => size), [3, 3]);
  assertEquals([store.content("/store/a"), store.content("/store/b"), store.unfinished], ["new", "new", 0]);
});

Deno.test("post() takes back what a late store has named if a later name is taken at the last moment", async () => {
  const store = someStore();
  let commits = 0;
  store.beforeCommit = () => {
    if (++commits === 2) store.files.write("/store/b", "theirs");
  };
  assertEquals(await statusOf(postForm(store, "a", "b", "c")), 409);
  assertEquals([store.content("/store/a"), store.content("/store/b")], [undefined, "theirs"]);
  assertEquals([store.content("/store/c"), store.unfinished], [undefined, 0]);
});
