import { assert, assertEquals } from "@std/assert";
import { StoreOrigin } from "../../lib/disk/store_origin.ts";
import { fileEntityTag } from "../../lib/http/etag.ts";
import type { WritableFolder } from "../../lib/http/origin.ts";
import { FileError } from "../../lib/ports.ts";
import { toBytes } from "../support/wire.ts";
import { type FakeStore, someStore } from "../store/fakes.ts";

/** A folder of a store, which must be there. */
async function folderOf(store: FakeStore, path = "", root = "/store"): Promise<WritableFolder> {
  const folder = await new StoreOrigin(store.ports, root).folder(path);
  assert(typeof folder === "object");
  return folder;
}

/** Where on disk something lies that is put into a folder. */
async function whereIs(store: FakeStore, path: string, root = "/store"): Promise<string | undefined> {
  const folder = await folderOf(store, path, root);
  const content = await folder.create({ name: "new" });
  await content.commit("probe", false);
  const place = store.names.find((name) => name.endsWith("/probe"));
  await folder.remove("probe");
  return place;
}

Deno.test("folder() gives the folder with every link resolved", async () => {
  const store = someStore();
  store.files.links.set("/store/in", "/store/sub");
  store.files.links.set("/entrance", "/store");
  assertEquals(await whereIs(store, ""), "/store/probe");
  assertEquals(await whereIs(store, "/sub"), "/store/sub/probe");
  assertEquals(await whereIs(store, "/in"), "/store/sub/probe");
  assertEquals(await whereIs(store, "", "/entrance"), "/store/probe");
  assertEquals(await whereIs(store, "/in", "/entrance"), "/store/sub/probe");
});

Deno.test("a store may be the root of the file system", async () => {
  const store = someStore();
  store.files.nodes.set("/", store.files.nodes.get("/store")!);
  assertEquals(await whereIs(store, "", "/"), "/probe");
  assertEquals(await whereIs(store, "/store/sub", "/"), "/store/sub/probe");
});

Deno.test("folder() tells what is missing from what is outside", () => {
  const { files, ports } = someStore();
  files.links.set("/store/out", "/outside");
  files.write("/outside/deep/x", "");
  files.links.set("/store/sub/away", "/outside");
  files.links.set("/store/dangling", "/store/nothing");
  files.write("/store-next-door/x", "");
  files.links.set("/store/beside", "/store-next-door");
  const origin = new StoreOrigin(ports, "/store");
  assertEquals(origin.folder("/missing"), "missing");
  assertEquals(origin.folder("/old.txt"), "missing");
  assertEquals(origin.folder("/dangling"), "missing");
  assertEquals(new StoreOrigin(ports, "/gone").folder(""), "missing");
  assertEquals(origin.folder("/out"), "outside");
  assertEquals(origin.folder("/sub/away/deep"), "outside");
  assertEquals(origin.folder("/beside"), "outside");
});

Deno.test("folder() takes a folder of programs for outside, by whatever path it is asked for", () => {
  const { files, ports } = someStore();
  files.folder("/store/cgi-bin/lib");
  files.folder("/store/cgi-bin-too");
  files.links.set("/store/in", "/store/cgi-bin");
  files.links.set("/programs", "/store/cgi-bin");
  for (const folder of ["/store/cgi-bin", "/programs"]) {
    const origin = new StoreOrigin(ports, "/store", ["/gone", "/outside", folder]);
    for (const path of ["/cgi-bin", "/cgi-bin/lib", "/in", "/in/lib"]) {
      assertEquals(origin.folder(path), "outside", path);
    }
    for (const path of ["", "/sub", "/cgi-bin-too"]) {
      assertEquals(typeof origin.folder(path), "object", path);
    }
  }
  assertEquals(new StoreOrigin(ports, "/store", ["/store"]).folder("/sub"), "outside");
});

Deno.test("folder() gives folders of a store that lies within a folder of programs", () => {
  const { files, ports } = someStore();
  files.folder("/store/cgi-bin");
  assertEquals(typeof new StoreOrigin(ports, "/store/sub", ["/store"]).folder(""), "object");
});

Deno.test("occupant() tells file, folder, nothing, and what is unfit", async () => {
  const store = someStore();
  const { files } = store;
  files.links.set("/store/in.txt", "/store/sub/deep.txt");
  files.links.set("/store/in", "/store/sub");
  files.links.set("/store/out.txt", "/outside/secret.txt");
  files.links.set("/store/out", "/outside");
  files.links.set("/store/dangling", "/store/nothing");
  files.links.set("/store/dangling-out", "/outside/nothing");
  files.other("/store/pipe");
  const folder = await folderOf(store);
  const kindOf = async (name: string) => (await folder.occupant(name)).kind;
  for (const name of ["old.txt", "in.txt"]) assertEquals(await kindOf(name), "file", name);
  for (const name of ["sub", "in"]) assertEquals(await kindOf(name), "folder", name);
  assertEquals(await kindOf("missing"), "nothing");
  for (const name of ["out.txt", "out", "dangling", "dangling-out", "pipe"]) {
    assertEquals(await kindOf(name), "unfit", name);
  }
});

Deno.test("occupant() has the size and the validators of a file", async () => {
  const store = someStore();
  store.files.write("/store/a", "12345", 7000);
  const stat = store.files.stat("/store/a")!;
  assertEquals(await (await folderOf(store)).occupant("a"), {
    kind: "file",
    size: 5,
    validators: { etag: fileEntityTag(stat), modified: 7000 },
  });
});

Deno.test("new content has no name before commit(), and none after discard()", async () => {
  const store = someStore();
  const folder = await folderOf(store, "/sub");
  const before = store.names;
  const dropped = await folder.create({ name: "new" });
  await dropped.write(toBytes("x"));
  dropped.discard();
  const content = await folder.create({ name: "new" });
  await content.write(toBytes("ab"));
  await content.write(toBytes("cd"));
  assertEquals([store.names, store.open], [before, 1]);
  content.end();
  assertEquals([store.names, store.open, store.unfinished], [before, 0, 1]);
  await content.commit("new", false);
  content.discard();
  assertEquals([store.content("/store/sub/new"), store.unfinished], ["abcd", 0]);
});

Deno.test("commit() replaces a file only where it is told to", async () => {
  const store = someStore();
  const folder = await folderOf(store);
  for (const replace of [false, true]) {
    const content = await folder.create({ name: "new" });
    await content.write(toBytes("mine"));
    let problem: string | undefined;
    try {
      await content.commit("old.txt", replace);
    } catch (error) {
      assert(error instanceof FileError);
      problem = error.problem;
    }
    assertEquals(
      [problem, store.content("/store/old.txt"), store.unfinished],
      replace ? [undefined, "mine", 0] : ["exists", "old", 0],
    );
  }
});
