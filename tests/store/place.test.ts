import { assertEquals } from "@std/assert";
import { occupantOf, resolveFolder } from "../../lib/store/place.ts";
import { someStore } from "./fakes.ts";

Deno.test("resolveFolder() gives the folder with every link resolved", () => {
  const { files } = someStore();
  files.links.set("/store/in", "/store/sub");
  files.links.set("/entrance", "/store");
  assertEquals(resolveFolder(files, "/store", "/store"), "/store");
  assertEquals(resolveFolder(files, "/store/sub", "/store"), "/store/sub");
  assertEquals(resolveFolder(files, "/store/in", "/store"), "/store/sub");
  assertEquals(resolveFolder(files, "/entrance/in", "/entrance"), "/store/sub");
});

Deno.test("resolveFolder() tells what is missing from what is outside", () => {
  const { files } = someStore();
  files.links.set("/store/out", "/outside");
  files.write("/outside/deep/x", "");
  files.links.set("/store/sub/away", "/outside");
  files.links.set("/store/dangling", "/store/nothing");
  files.write("/store-next-door/x", "");
  files.links.set("/store/beside", "/store-next-door");
  assertEquals(resolveFolder(files, "/store/missing", "/store"), "missing");
  assertEquals(resolveFolder(files, "/store/old.txt", "/store"), "missing");
  assertEquals(resolveFolder(files, "/store/dangling", "/store"), "missing");
  assertEquals(resolveFolder(files, "/store/sub", "/gone"), "missing");
  assertEquals(resolveFolder(files, "/store/out", "/store"), "outside");
  assertEquals(resolveFolder(files, "/store/sub/away/deep", "/store"), "outside");
  assertEquals(resolveFolder(files, "/store/beside", "/store"), "outside");
});

Deno.test("occupantOf() tells file, folder, nothing, and what is unfit", () => {
  const store = someStore();
  const { files } = store;
  files.links.set("/store/in.txt", "/store/sub/deep.txt");
  files.links.set("/store/in", "/store/sub");
  files.links.set("/store/out.txt", "/outside/secret.txt");
  files.links.set("/store/out", "/outside");
  files.links.set("/store/dangling", "/store/nothing");
  files.links.set("/store/dangling-out", "/outside/nothing");
  files.other("/store/pipe");
  const kindOf = (name: string) => occupantOf(files, store, `/store/${name}`, "/store").kind;
  assertEquals(["old.txt", "in.txt"].map(kindOf), ["file", "file"]);
  assertEquals(["sub", "in"].map(kindOf), ["folder", "folder"]);
  assertEquals(kindOf("missing"), "nothing");
  for (const name of ["out.txt", "out", "dangling", "dangling-out", "pipe"]) {
    assertEquals(kindOf(name), "unfit", name);
  }
});
