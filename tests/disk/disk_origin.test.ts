import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { DiskOrigin } from "../../lib/disk/disk_origin.ts";
import { joinPath } from "../../lib/disk/place.ts";
import { FileCache } from "../../lib/disk/file_cache.ts";
import { type DirectoryEntry, FileError } from "../../lib/ports.ts";
import { contentOf } from "../support/sources.ts";
import { FakeClock, FakeFiles } from "./fake_files.ts";

function make(root = "/root"): { files: FakeFiles; clock: FakeClock; origin: DiskOrigin } {
  const files = new FakeFiles(), clock = new FakeClock();
  return { files, clock, origin: new DiskOrigin(new FileCache(files, clock), root) };
}

const everything = () => true;

/** What a folder has, an entry a line. */
async function listed(origin: DiskOrigin, path = ""): Promise<string[]> {
  const entries = await origin.list(path, everything);
  return entries.map(({ name, kind, size }) => `${name} ${kind} ${size}`).sort();
}

Deno.test("joinPath() puts no second slash behind the root of the file system", () => {
  assertEquals(joinPath("/a/b", "/c"), "/a/b/c");
  assertEquals(joinPath("/a/b", ""), "/a/b");
  assertEquals(joinPath("/", "/c"), "/c");
  assertEquals(joinPath("/", ""), "/");
});

Deno.test("find() gives files and folders below the root, and the root itself", async () => {
  const { files, origin } = make();
  files.write("/root/sub/a.txt", "content");
  const file = origin.find("/sub/a.txt");
  assert(file?.kind === "file");
  assertEquals([file.path, file.size, file.contentType], ["/root/sub/a.txt", 7, "text/plain; charset=utf-8"]);
  assertEquals(new TextDecoder().decode(file.content()), "content");
  const source = file.open([{ start: 0, end: 2 }, { start: 5, end: 7 }]);
  assertEquals(await contentOf(source, 100), "cont");
  source.close();
  for (const path of ["", "/sub"]) assertEquals(origin.find(path)?.kind, "directory");
  assertEquals(origin.find("/missing"), undefined);
  assertEquals(origin.find("/sub/a.txt/b"), undefined);
});

Deno.test("find() lets no link out of the root", () => {
  const { files, origin } = make();
  files.write("/root/a", "");
  files.write("/secret/key", "");
  files.links.set("/root/in", "/root/a");
  files.links.set("/root/out", "/secret");
  assertEquals(origin.find("/in")?.kind, "file");
  for (const path of ["/out", "/out/key"]) assertEquals(origin.find(path), undefined, path);
});

Deno.test("find() says where something may not be looked at", () => {
  const { files, origin } = make();
  files.folder("/root");
  files.failures.set("/root/locked", new FileError("denied", "/root/locked"));
  assertEquals(assertThrows(() => origin.find("/locked"), FileError).problem, "denied");
});

Deno.test("an origin may be one file", () => {
  const { files, origin } = make("/srv/a.txt");
  files.write("/srv/a.txt", "");
  files.write("/srv/b.txt", "");
  assertEquals(origin.find("")?.kind, "file");
  assertEquals(origin.find("/b.txt"), undefined);
});

Deno.test("an origin may be the root of the file system", async () => {
  const { files, origin } = make("/");
  files.write("/a.txt", "12");
  files.write("/sub/b.txt", "123");
  files.nodes.set("/", files.nodes.get("/sub")!);
  assertEquals(origin.find("")?.kind, "directory");
  assertEquals(origin.find("/sub/b.txt")?.kind, "file");
  assertEquals(await listed(origin), ["a.txt file 2", "sub directory 0"]);
  assertEquals(await listed(origin, "/sub"), ["b.txt file 3"]);
});

Deno.test("list() has name, kind, size and time of what a request would get", async () => {
  const { files, origin } = make();
  files.write("/root/sub/a.txt", "12345", 7000);
  files.folder("/root/sub/deeper");
  files.other("/root/sub/pipe");
  const found = (await origin.list("/sub", everything)).toSorted((a, b) => a.size - b.size);
  assertEquals(found.map(({ stat }) => stat.modified), [0, 7000]);
  assertEquals(found.map(({ stat: _, ...entry }) => entry), [
    { name: "deeper", kind: "directory", size: 0, modified: 0 },
    { name: "a.txt", kind: "file", size: 5, modified: 7000 },
  ]);
});

Deno.test("list() shows a link as what it leads to, and not at all where it leads out or to nothing", async () => {
  const { files, origin } = make();
  files.write("/root/target", "12345");
  files.write("/root/folder/x", "");
  files.write("/secret/key", "");
  files.links.set("/root/to-file", "/root/target");
  files.links.set("/root/to-folder", "/root/folder");
  files.links.set("/root/out", "/secret/key");
  files.links.set("/root/out-folder", "/secret");
  files.links.set("/root/dead", "/root/missing");
  assertEquals(await listed(origin), [
    "folder directory 0",
    "target file 5",
    "to-file file 5",
    "to-folder directory 0",
  ]);
});

Deno.test("list() leaves out what is not accepted, without looking at it", async () => {
  const { files, origin } = make();
  for (const name of ["a", ".b", "c"]) files.write(`/root/${name}`, "");
  files.failures.set("/root/.b", new Error("looked at") as FileError);
  const entries = await origin.list("", (name) => !name.startsWith("."));
  assertEquals(entries.map(({ name }) => name).sort(), ["a", "c"]);
});

Deno.test("list() leaves out what may not be looked at, and hands on any other error", async () => {
  const { files, origin } = make();
  for (const name of ["a", "b"]) files.write(`/root/${name}`, "");
  files.failures.set("/root/a", new FileError("denied", "/root/a"));
  assertEquals(await listed(origin), ["b file 0"]);
  files.failures.set("/root/a", new TypeError("a mistake of ours") as unknown as FileError);
  await assertRejects(() => listed(origin), TypeError, "a mistake of ours");
});

Deno.test("list() of a folder that cannot be read fails", async () => {
  class Locked extends FakeFiles {
    override list(path: string): Promise<DirectoryEntry[]> {
      return Promise.reject(new FileError("denied", path));
    }
  }
  const files = new Locked();
  files.folder("/root");
  const origin = new DiskOrigin(new FileCache(files, new FakeClock()), "/root");
  assertEquals((await assertRejects(() => listed(origin), FileError)).problem, "denied");
});

Deno.test("list() is empty where the root is gone", async () => {
  assertEquals(await listed(make().origin), []);
});

Deno.test("list() lets others have their turn after some milliseconds, however few the entries", async () => {
  for (
    const [perLook, count, waits] of [[0, 5000, 0], [0.02, 100, 0], [0.02, 1500, 7], [2, 64, 4]] as const
  ) {
    const { files, clock, origin } = make();
    for (let i = 0; i < count; i++) files.write(`/root/${i}`, "");
    const lstat = files.lstat.bind(files);
    files.lstat = (path) => {
      clock.time += perLook;
      return lstat(path);
    };
    const entries = await origin.list("", everything);
    assertEquals([entries.length, clock.waits], [count, waits], `${count} of ${perLook} ms`);
  }
});

Deno.test("a link that was set to another place is seen at the next listing", async () => {
  const { files, origin } = make();
  files.write("/root/a", "12");
  files.write("/secret/key", "123");
  files.links.set("/root/link", "/root/a");
  assertEquals(await listed(origin), ["a file 2", "link file 2"]);
  files.links.set("/root/link", "/secret/key");
  assertEquals(await listed(origin), ["a file 2"]);
});
