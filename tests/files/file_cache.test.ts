import { assertEquals, assertGreater, assertLessOrEqual, assertThrows } from "@std/assert";
import { FileCache } from "../../lib/files/file_cache.ts";
import { FileError } from "../../lib/ports.ts";
import { FakeClock, FakeFiles } from "./fake_files.ts";

/** Files were last changed this long before the clock's time, so that nothing is racy. */
const LONG_AGO = 0;

function make(): { files: FakeFiles; clock: FakeClock; cache: FileCache } {
  const files = new FakeFiles(), clock = new FakeClock();
  return { files, clock, cache: new FileCache(files, clock) };
}

const text = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes);

Deno.test("a file is described once and looked at with one stat at each further request", () => {
  const { files, cache } = make();
  files.write("/root/a.html", "content", LONG_AGO);
  const first = cache.find("/root/a.html", "/root");
  assertEquals([first?.kind, first?.path, first?.contentType], [
    "file",
    "/root/a.html",
    "text/html; charset=utf-8",
  ]);
  const before = { ...files.counts };
  const second = cache.find("/root/a.html", "/root");
  assertEquals(second?.fields, first?.fields);
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
    assertEquals(cache.find("/root/a", "/root")?.stat, files.nodes.get("/root/a")!.stat, `change ${index}`);
    assertGreater(files.counts.realPath, realPath, `containment after change ${index}`);
    assertEquals(text(cache.content("/root/a")), text(files.nodes.get("/root/a")!.content));
  }
  files.nodes.delete("/root/a");
  assertEquals(cache.find("/root/a", "/root"), undefined);
  assertEquals(cache.content("/root/a"), undefined);
});

Deno.test("the content of a file that has rested is kept in memory", () => {
  const { files, clock, cache } = make();
  files.write("/root/a", "content", clock.time - 10_000);
  cache.find("/root/a", "/root");
  assertEquals(text(cache.content("/root/a")), "content");
  assertEquals(text(cache.content("/root/a")), "content");
  assertEquals(files.counts.open, 1);
  assertEquals(files.counts.closed, 1);
});

Deno.test("the content of a file that has just changed is read again each time", () => {
  const { files, clock, cache } = make();
  files.write("/root/a", "one", clock.time);
  cache.find("/root/a", "/root");
  assertEquals(text(cache.content("/root/a")), "one");
  // Changed again within the grain of the clock that stamps files: no stat can tell.
  files.write("/root/a", "two", clock.time);
  cache.find("/root/a", "/root");
  assertEquals(text(cache.content("/root/a")), "two");
  assertEquals([files.counts.open, files.counts.closed], [2, 2]);
  // A file whose time lies ahead is never sure.
  files.write("/root/b", "b", clock.time + 60_000);
  cache.find("/root/b", "/root");
  cache.content("/root/b");
  cache.content("/root/b");
  assertEquals(files.counts.open, 4);
  // Once it has rested it is.
  clock.time += 60_000;
  for (let i = 0; i < 3; i++) cache.content("/root/a");
  assertEquals(files.counts.open, 5);
});

Deno.test("large files are not kept, and folders have no content", () => {
  const { files, cache } = make();
  files.write("/root/large", new Uint8Array(128 * 1024 + 1), LONG_AGO);
  files.write("/root/small", new Uint8Array(128 * 1024), LONG_AGO);
  for (const path of ["/root/large", "/root/small", "/root"]) cache.find(path, "/root");
  assertEquals(cache.content("/root/large"), undefined);
  assertEquals(cache.content("/root"), undefined);
  assertEquals(cache.content("/root/small")?.length, 128 * 1024);
  assertEquals(cache.content("/root/never-looked-at"), undefined);
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
  assertEquals(cache.find("/root/link", "/root")?.stat.size, "inside".length);
  assertEquals(text(cache.content("/root/link")), "inside");
  for (const path of ["/root/out", "/root/folder", "/root/folder/key", "/root/beside/x", "/root/up"]) {
    assertEquals(cache.find(path, "/root"), undefined, path);
    // It is not remembered as harmless either.
    assertEquals(cache.find(path, "/root"), undefined, path);
    assertEquals(cache.content(path), undefined, path);
  }
});

Deno.test("a root that is a link itself holds what is in its target", () => {
  const { files, cache } = make();
  files.write("/releases/7/a", "seven", LONG_AGO);
  files.write("/releases/8/a", "eight", LONG_AGO);
  files.links.set("/current", "/releases/7");
  cache.find("/current/a", "/current");
  assertEquals(text(cache.content("/current/a")), "seven");
  files.links.set("/current", "/releases/8");
  cache.find("/current/a", "/current");
  assertEquals(text(cache.content("/current/a")), "eight");
});

Deno.test("a link that is turned to the outside after it was found harmless is not followed", () => {
  const { files, cache } = make();
  files.write("/root/inside", "same size", LONG_AGO);
  files.write("/secret/key", "same-size", LONG_AGO);
  files.links.set("/root/link", "/root/inside");
  assertEquals(cache.find("/root/link", "/root")?.kind, "file");
  assertEquals(text(cache.content("/root/link")), "same size");
  files.links.set("/root/link", "/secret/key");
  assertEquals(cache.find("/root/link", "/root"), undefined);
  assertEquals(cache.content("/root/link"), undefined);
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
  const known = cache.find("/root/a", "/root")!;
  files.beforeOpen = () => files.replace("/root/a", "secret", LONG_AGO);
  assertEquals(cache.open(known), undefined);
  assertEquals(cache.content("/root/a"), undefined);
  assertEquals(files.counts.closed, files.counts.open);
  files.beforeOpen = () => {};
  const again = cache.find("/root/a", "/root")!;
  cache.open(again)!.close();
});

Deno.test("a file that shrinks while it is read gives no content", () => {
  const { files, cache } = make();
  files.write("/root/a", "0123456789", LONG_AGO);
  cache.find("/root/a", "/root");
  const node = files.nodes.get("/root/a")!;
  node.content = node.content.subarray(0, 5);
  assertEquals(cache.content("/root/a"), undefined);
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
    cache.find(name, "/root");
    cache.content(name);
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
