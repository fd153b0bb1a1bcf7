import {
  assert,
  assertEquals,
  assertGreater,
  assertLessOrEqual,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { FileCache } from "../../lib/disk/file_cache.ts";
import type { DiskFile } from "../../lib/disk/found.ts";
import { HeldFile } from "../../lib/disk/held_file.ts";
import { fileEntityTag } from "../../lib/http/etag.ts";
import type { Field } from "../../lib/http/fields.ts";
import { FileError } from "../../lib/ports.ts";
import { FakeClock, FakeFiles } from "./fake_files.ts";

/** Files were last changed this long before the clock's time, so that nothing is racy. */
const LONG_AGO = 0;

function make(): { files: FakeFiles; clock: FakeClock; cache: FileCache } {
  const files = new FakeFiles(), clock = new FakeClock();
  return { files, clock, cache: new FileCache(files, clock) };
}

/** What is found, which must be a file. */
function fileAt(cache: FileCache, path: string, root = "/root"): DiskFile {
  const found = cache.find(path, root);
  assert(found?.kind === "file");
  return found;
}

/** Opening it, or reading it, finds out that it is another one by now. */
function assertChanged(act: () => unknown): void {
  assertEquals(assertThrows(act, FileError).problem, "changed");
}

const text = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes);

Deno.test("a file is described once and looked at with one stat at each further request", () => {
  const { files, cache } = make();
  files.write("/root/a.html", "content", LONG_AGO);
  const first = fileAt(cache, "/root/a.html");
  const contentType = "text/html; charset=utf-8";
  assertEquals([first.kind, first.path, first.contentType], ["file", "/root/a.html", contentType]);
  assertEquals([first.size, first.modified, first.etag], [7, LONG_AGO, fileEntityTag(first.stat)]);
  const validators: Field[] = [
    ["Last-Modified", "Thu, 01 Jan 1970 00:00:00 GMT"],
    ["ETag", first.etag],
    ["Accept-Ranges", "bytes"],
    ["Cache-Control", "no-cache"],
  ];
  assertEquals([...first.validators], validators);
  assertEquals([...first.fields], [["Content-Type", contentType], ...validators]);
  const before = { ...files.counts };
  assertStrictEquals(cache.find("/root/a.html", "/root"), first);
  assertEquals(files.counts, { ...before, stat: before.stat + 1 });
});

Deno.test("what is not there, and what is neither file nor folder, is not found", () => {
  const { files, cache } = make();
  files.folder("/root");
  files.other("/root/pipe");
  assertEquals(cache.find("/root/missing", "/root"), undefined);
  assertEquals(cache.find("/root/pipe", "/root"), undefined);
  assertEquals(cache.find("/root", "/root")?.kind, "directory");
  files.failures.set("/root/locked", new FileError("denied", "/root/locked"));
  assertThrows(() => cache.find("/root/locked", "/root"), FileError);
});

Deno.test("a changed file is seen at the next look, whatever of it has changed", () => {
  const { files, cache } = make();
  files.write("/root/a", "one", LONG_AGO);
  cache.find("/root/a", "/root");
  const changes: (() => void)[] = [
    () => files.write("/root/a", "two!", LONG_AGO),
    () => files.write("/root/a", "two?", LONG_AGO + 1),
    () => files.replace("/root/a", "two?", LONG_AGO + 1),
    () => files.nodes.get("/root/a")!.stat = { ...files.nodes.get("/root/a")!.stat, changed: 5 },
    () => files.nodes.get("/root/a")!.stat = { ...files.nodes.get("/root/a")!.stat, executable: true },
  ];
  for (const [index, change] of changes.entries()) {
    change();
    const { realPath } = files.counts;
    const file = fileAt(cache, "/root/a");
    assertEquals(file.stat, files.nodes.get("/root/a")!.stat, `change ${index}`);
    assertGreater(files.counts.realPath, realPath, `containment after change ${index}`);
    assertEquals(text(file.content()), text(files.nodes.get("/root/a")!.content));
  }
  files.nodes.delete("/root/a");
  assertEquals(cache.find("/root/a", "/root"), undefined);
  files.write("/root/a", "new?", LONG_AGO + 1);
  assertEquals(text(fileAt(cache, "/root/a").content()), "new?");
});

Deno.test("the content of a file that has rested is kept in memory", () => {
  const { files, clock, cache } = make();
  files.write("/root/a", "content", clock.time - 10_000);
  for (let i = 0; i < 2; i++) assertEquals(text(fileAt(cache, "/root/a").content()), "content");
  assertEquals(files.counts.open, 1);
  assertEquals(files.counts.closed, 1);
});

Deno.test("the content of a file that has just changed is read again each time", () => {
  const { files, clock, cache } = make();
  files.write("/root/a", "one", clock.time);
  assertEquals(text(fileAt(cache, "/root/a").content()), "one");
  // Changed again within the grain of the clock that stamps files: no stat can tell.
  files.write("/root/a", "two", clock.time);
  assertEquals(text(fileAt(cache, "/root/a").content()), "two");
  assertEquals([files.counts.open, files.counts.closed], [2, 2]);
  // A file whose time lies ahead is never sure.
  files.write("/root/b", "b", clock.time + 60_000);
  for (let i = 0; i < 2; i++) fileAt(cache, "/root/b").content();
  assertEquals(files.counts.open, 4);
  // Once it has rested it is.
  clock.time += 60_000;
  for (let i = 0; i < 3; i++) fileAt(cache, "/root/a").content();
  assertEquals(files.counts.open, 5);
});

Deno.test("the content of a large file is not kept, but has to be opened", () => {
  const { files, cache } = make();
  files.write("/root/large", new Uint8Array(128 * 1024 + 1), LONG_AGO);
  files.write("/root/small", new Uint8Array(128 * 1024), LONG_AGO);
  assertEquals(fileAt(cache, "/root/large").content(), undefined);
  assertEquals(files.counts.open, 0);
  assertEquals(fileAt(cache, "/root/small").content()?.length, 128 * 1024);
});

Deno.test("a link that leads out of the root is not found, one within is", () => {
  const { files, cache } = make();
  files.write("/root/sub/inside", "inside", LONG_AGO);
  files.write("/secret/key", "secret", LONG_AGO);
  files.write("/root-too/x", "beside", LONG_AGO);
  files.links.set("/root/link", "/root/sub/inside");
  files.links.set("/root/out", "/secret/key");
  files.links.set("/root/folder", "/secret");
  files.links.set("/root/beside", "/root-too");
  files.links.set("/root/up", "/");
  assertEquals(fileAt(cache, "/root/link").size, "inside".length);
  assertEquals(text(fileAt(cache, "/root/link").content()), "inside");
  for (const path of ["/root/out", "/root/folder", "/root/folder/key", "/root/beside/x", "/root/up"]) {
    assertEquals(cache.find(path, "/root"), undefined, path);
    // It is not remembered as harmless either.
    assertEquals(cache.find(path, "/root"), undefined, path);
  }
  assertEquals(files.counts.open, 1);
});

Deno.test("a root that is a link itself holds what is in its target", () => {
  const { files, cache } = make();
  files.write("/releases/7/a", "seven", LONG_AGO);
  files.write("/releases/8/a", "eight", LONG_AGO);
  files.links.set("/current", "/releases/7");
  assertEquals(text(fileAt(cache, "/current/a", "/current").content()), "seven");
  files.links.set("/current", "/releases/8");
  assertEquals(text(fileAt(cache, "/current/a", "/current").content()), "eight");
});

Deno.test("a link that is turned to the outside after it was found harmless is not followed", () => {
  const { files, cache } = make();
  files.write("/root/inside", "same size", LONG_AGO);
  files.write("/secret/key", "same-size", LONG_AGO);
  files.links.set("/root/link", "/root/inside");
  const file = fileAt(cache, "/root/link");
  assertEquals(text(file.content()), "same size");
  files.links.set("/root/link", "/secret/key");
  assertEquals(cache.find("/root/link", "/root"), undefined);
  // What was found is still what it was.
  files.replace("/root/inside", "same size", LONG_AGO);
  assertChanged(() => file.open([{ start: 0, end: file.size }]));
  assertEquals(files.counts.closed, files.counts.open);
});

Deno.test("what is known for one root is not known for another", () => {
  const { files, cache } = make();
  files.write("/root/a", "a", LONG_AGO);
  files.folder("/root/sub");
  files.links.set("/root/sub/up", "/root/a");
  assertEquals(cache.find("/root/sub/up", "/root")?.kind, "file");
  assertEquals(cache.find("/root/sub/up", "/root/sub"), undefined);
  assertEquals(cache.find("/root/sub/up", "/root")?.kind, "file");
});

Deno.test("a file that became another between the look and its opening is not given", () => {
  const { files, cache } = make();
  files.write("/root/a", "public", LONG_AGO);
  const file = fileAt(cache, "/root/a");
  files.beforeOpen = () => files.replace("/root/a", "secret", LONG_AGO);
  assertChanged(() => file.open([{ start: 0, end: 6 }]));
  assertChanged(() => file.content());
  assertEquals(files.counts.closed, files.counts.open);
  files.beforeOpen = () => {};
  fileAt(cache, "/root/a").open([{ start: 0, end: 6 }]).close();
  assertEquals(files.counts.closed, files.counts.open);
});

Deno.test("the content of a file that the cache has dropped since is not kept", () => {
  const { files, cache } = make();
  files.write("/root/sub/a", "content", LONG_AGO);
  const dropped = fileAt(cache, "/root/sub/a", "/root");
  fileAt(cache, "/root/sub/a", "/root/sub");
  for (let i = 1; i <= 2; i++) {
    assertEquals([text(dropped.content()), files.counts.open], ["content", i]);
  }
  assertEquals(dropped.kept, undefined);
});

Deno.test("a file that shrinks while it is read gives no content", () => {
  const { files, cache } = make();
  files.write("/root/a", "0123456789", LONG_AGO);
  const file = fileAt(cache, "/root/a");
  const node = files.nodes.get("/root/a")!;
  node.content = node.content.subarray(0, 5);
  assertEquals(file.content(), undefined);
  assertEquals(files.counts.closed, files.counts.open);
});

Deno.test("contents take no more than 16 MiB, and what is asked for again and again stays", () => {
  const { files, cache } = make();
  const size = 100 * 1024, count = 400;
  const path = (i: number) => `/root/${i}`;
  for (let i = 0; i < count; i++) files.write(path(i), new Uint8Array(size), LONG_AGO);
  files.write("/root/hot", "hot", LONG_AGO);
  const ask = (name: string) => {
    const opened = files.counts.open;
    fileAt(cache, name).content();
    return files.counts.open > opened;
  };
  ask("/root/hot");
  let hotReads = 0;
  for (let i = 0; i < count; i++) {
    ask(path(i));
    if (ask("/root/hot")) hotReads++;
  }
  assertEquals(hotReads, 0);
  // From the last one backwards, so that asking does not drop what is still to be counted.
  let kept = 0;
  for (let i = count - 1; i >= 0 && !ask(path(i)); i--) kept++;
  assertGreater(kept, 20);
  assertLessOrEqual(kept * size, 16 * 1024 * 1024);
});

Deno.test("no more than 4096 files are remembered", () => {
  const { files, cache } = make();
  const count = 6000;
  for (let i = 0; i < count; i++) files.write(`/root/${i}`, "", LONG_AGO);
  for (let i = 0; i < count; i++) cache.find(`/root/${i}`, "/root");
  // What is remembered is looked at with a stat, what is not with a probe.
  const { probe } = files.counts;
  let remembered = 0;
  for (let i = count - 1; i >= 0; i--) {
    cache.find(`/root/${i}`, "/root");
    if (files.counts.probe > probe) break;
    remembered++;
  }
  assertGreater(remembered, 1000);
  assertLessOrEqual(remembered, 4096);
});

Deno.test("a link to what is hidden below the root leads nowhere, and where the root itself lies does not count", () => {
  const { files, cache } = make();
  for (const path of ["/root/.git/config", "/root/sub/.env", "/root/.well-known/a", "/root/.well-known/.b"]) {
    files.write(path, "x", LONG_AGO);
  }
  files.write("/.hidden/www/a", "x", LONG_AGO);
  for (
    const [link, target, isFound] of [
      ["/root/config", "/root/.git/config", false],
      ["/root/git", "/root/.git", false],
      ["/root/env", "/root/sub/.env", false],
      ["/root/known", "/root/.well-known/a", true],
      ["/root/known-hidden", "/root/.well-known/.b", false],
      ["/root/known-folder", "/root/.well-known", true],
    ] as const
  ) {
    files.links.set(link, target);
    assertEquals(cache.find(link, "/root") !== undefined, isFound, link);
  }
  assertEquals(cache.find("/root/git/config", "/root"), undefined);
  assertEquals(cache.find("/.hidden/www/a", "/.hidden/www")?.kind, "file");
  files.links.set("/current", "/.hidden/www");
  assertEquals(cache.find("/current/a", "/current")?.kind, "file");
});

Deno.test("a file whose path leads to the same file elsewhere is found anew", () => {
  const { files, cache } = make();
  files.write("/root/one/a", "content", LONG_AGO);
  files.links.set("/root/link", "/root/one");
  assertEquals(text(fileAt(cache, "/root/link/a").content()), "content");
  files.folder("/root/two");
  files.nodes.set("/root/two/a", files.nodes.get("/root/one/a")!);
  files.nodes.delete("/root/one/a");
  files.links.set("/root/link", "/root/two");
  const moved = fileAt(cache, "/root/link/a");
  assertChanged(() => moved.open([{ start: 0, end: 1 }]));
  assertEquals(text(fileAt(cache, "/root/link/a").content()), "content");
  fileAt(cache, "/root/link/a").open([{ start: 0, end: 1 }]).close();
});

Deno.test("hold() gives what was opened: its length, its tag and its content, however it is changed meanwhile", () => {
  const changes: Readonly<Record<string, (files: FakeFiles) => void>> = {
    "nothing": () => {},
    "appended to": (files) => files.write("/root/a", "0123456789", 1),
    "cut": (files) => files.write("/root/a", "0", 1),
    "emptied": (files) => files.write("/root/a", "", 1),
    "written anew": (files) => files.write("/root/a", "abcde", 1),
    "replaced": (files) => files.replace("/root/a", "another", 1),
  };
  const range = [{ start: 0, end: 1 }];
  for (const [what, change] of Object.entries(changes)) {
    for (const size of [5, 200_000]) {
      const { files, cache } = make();
      files.write("/root/a", new Uint8Array(size), LONG_AGO);
      let done = false;
      files.beforeOpen = () => {
        if (!done) change(files);
        done = true;
      };
      const held = cache.hold("/root/a", "/root");
      assert(held instanceof HeldFile, what);
      const { stat, content } = files.nodes.get("/root/a")!;
      assertEquals([held.size, held.etag], [stat.size, fileEntityTag(stat)], what);
      if (stat.size <= 128 * 1024) assertEquals(held.content(), content, what);
      const source = held.open(range);
      // What comes now is not seen any more.
      files.replace("/root/a", "later", 2);
      held.close();
      assertEquals(source.length, 1);
      source.close();
      assertEquals(files.counts.closed, files.counts.open, what);
      assertEquals(text(fileAt(cache, "/root/a").content()), "later");
    }
  }
});

Deno.test("hold() gives up what is another file each time, and finds folders and nothing as find() does", () => {
  const { files, cache } = make();
  files.write("/root/sub/a", "0", LONG_AGO);
  files.write("/secret", "s", LONG_AGO);
  files.beforeStep = (step) => {
    if (step === "lstat") files.replace("/root/sub/a", "0", 1);
  };
  assertChanged(() => cache.hold("/root/sub/a", "/root"));
  files.beforeStep = () => {};
  // A link in its place when it is opened.
  files.beforeOpen = () => files.links.set("/root/sub/a", "/secret");
  assertEquals(cache.hold("/root/sub/a", "/root"), undefined);
  assertEquals(files.counts.closed, files.counts.open);
  assertEquals(cache.hold("/root/missing", "/root"), undefined);
  assertEquals(cache.hold("/root/sub", "/root")?.kind, "directory");
});

Deno.test("hold() reads a small file again that changes while it is read, and gives what it read in the end", () => {
  const { files, cache } = make();
  files.write("/root/a", "0123456789", LONG_AGO);
  let changes = 0;
  const { openSync } = files;
  files.openSync = (path) => {
    const opened = openSync.call(files, path);
    return {
      ...opened,
      stat: () => files.nodes.get("/root/a")!.stat,
      readAtSync: (buffer, offset) => {
        if (changes-- > 0) files.write("/root/a", "x".repeat(changes % 2 === 0 ? 3 : 12), changes);
        const piece = files.nodes.get("/root/a")!.content.subarray(offset, offset + buffer.length);
        buffer.set(piece);
        return piece.length;
      },
    };
  };
  for (const count of [0, 1, 2, 1000]) {
    changes = count;
    const held = cache.hold("/root/a", "/root") as HeldFile;
    assertEquals(held.content()!.length, held.size, `${count} changes`);
    if (count < 3) {
      assertEquals(held.etag, fileEntityTag(files.nodes.get("/root/a")!.stat), `${count} changes`);
    }
    held.close();
  }
});

Deno.test("open() gives all of a small file in one state, which is not read from the disk any more", async () => {
  const { files, cache } = make();
  files.write("/root/a", "0123456789", LONG_AGO);
  const source = fileAt(cache, "/root/a").open([{ start: 2, end: 5 }]);
  assertEquals(files.counts.closed, files.counts.open);
  files.write("/root/a", "", 1);
  const buffer = new Uint8Array(10);
  assertEquals(await source.read(buffer), 3);
  assertEquals(text(buffer.subarray(0, 3)), "234");
  source.close();
});

Deno.test("a type that only the content tells is looked up once, and anew while the file may change unseen", () => {
  const { files, cache } = make();
  files.write("/root/notes", "text", LONG_AGO);
  const file = fileAt(cache, "/root/notes");
  assertEquals(files.counts.open, 0);
  assertEquals(file.contentType, "text/plain; charset=utf-8");
  const { fields } = file;
  assertStrictEquals(file.fields, fields);
  assertEquals([fields.get("content-type"), files.counts.open], ["text/plain; charset=utf-8", 1]);

  const now = new FakeClock().now();
  files.write("/root/fresh", "text", now);
  const fresh = fileAt(cache, "/root/fresh");
  const first = fresh.fields;
  assertStrictEquals(fresh.fields, first);
  files.write("/root/fresh", "te\0t", now);
  assertStrictEquals(fileAt(cache, "/root/fresh"), fresh);
  assertEquals(fresh.fields.get("content-type"), "application/octet-stream");

  files.write("/root/large", "a".repeat(200_000), LONG_AGO);
  assertEquals(fileAt(cache, "/root/large").contentType, "text/plain; charset=utf-8");
  assertEquals(files.counts.open, files.counts.closed);
});
