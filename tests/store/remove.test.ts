import { assertEquals } from "@std/assert";
import { fileEntityTag } from "../../lib/http/etag.ts";
import { remove } from "../../lib/store/remove.ts";
import { type FakeStore, requestOf, someStore, targetOf } from "./fakes.ts";

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

const removeFrom = async (store: FakeStore, path: string, fields: Readonly<Record<string, string>> = {}) =>
  (await remove(requestOf("DELETE", fields), targetOf(store, path))).status;

Deno.test("remove() of a file is 204, and 404 the second time", async () => {
  const store = someStore();
  assertEquals(await removeFrom(store, "/files/sub/deep.txt"), 204);
  assertEquals(store.names, ["/outside/secret.txt", "/store/old.txt"]);
  assertEquals(await removeFrom(store, "/files/sub/deep.txt"), 404);
});

for (
  const [what, status, path] of [
    ["a name that is missing", 404, "/files/missing"],
    ["a name in a folder that is missing", 404, "/files/missing/x"],
    ["a name below a file", 404, "/files/old.txt/x"],
    ["a file's name with a slash", 404, "/files/old.txt/"],
    ["a name that is too long", 404, `/files/${"x".repeat(300)}`],
    ["a folder", 409, "/files/sub"],
    ["a folder with its slash", 409, "/files/sub/"],
    ["a link to a folder within the store", 409, "/files/in"],
    ["the store itself", 409, "/files/"],
    ["a link to a file outside", 404, "/files/out.txt"],
    ["a link to a folder outside", 404, "/files/out"],
    ["a file behind a link to outside", 404, "/files/out/secret.txt"],
    ["a link to nothing", 404, "/files/dangling"],
    ["what is neither file nor folder", 404, "/files/pipe"],
  ] as const
) {
  Deno.test(`remove() refuses ${what} with ${status} and removes nothing`, async () => {
    const store = storeWithLinks();
    const before = [store.names, [...store.files.links.keys()]];
    assertEquals(await removeFrom(store, path), status);
    assertEquals([store.names, [...store.files.links.keys()]], before);
  });
}

Deno.test("remove() of a link within the store removes the link and not what it leads to", async () => {
  const store = storeWithLinks();
  assertEquals(await removeFrom(store, "/files/in.txt"), 204);
  assertEquals([store.isLink("/store/in.txt"), store.content("/store/sub/deep.txt")], [false, "deep"]);
});

Deno.test("remove() through a link to a folder within the store removes the file there", async () => {
  const store = storeWithLinks();
  assertEquals(await removeFrom(store, "/files/in/deep.txt"), 204);
  assertEquals(store.content("/store/sub/deep.txt"), undefined);
});

Deno.test("remove() is 412 unless its conditions hold", async () => {
  const store = someStore();
  const tag = fileEntityTag(store.files.stat("/store/old.txt")!);
  for (
    const fields of [
      { "If-Match": '"other"' },
      { "If-Match": `W/${tag}` },
      { "If-None-Match": "*" },
      { "If-None-Match": tag },
      { "If-Unmodified-Since": "Wed, 31 Dec 1969 23:59:59 GMT" },
    ]
  ) {
    assertEquals(await removeFrom(store, "/files/old.txt", fields as Record<string, string>), 412);
  }
  assertEquals(await removeFrom(store, "/files/missing", { "If-Match": "*" }), 404);
  assertEquals(await removeFrom(store, "/files/old.txt", { "If-Match": tag }), 204);
});
