import { assertEquals, assertRejects } from "@std/assert";
import { DiskOrigin } from "../../lib/disk/disk_origin.ts";
import { FileCache } from "../../lib/disk/file_cache.ts";
import { LONGEST_SEARCH, MOST_RESULTS, search, type SearchOrder } from "../../lib/files/search.ts";
import { SearchSource } from "../../lib/files/search_source.ts";
import type { FolderEntry, Origin } from "../../lib/http/origin.ts";
import { Turns } from "../../lib/http/turns.ts";
import { FileError } from "../../lib/ports.ts";
import { FakeClock, FakeFiles } from "../disk/fake_files.ts";

const ORDER: Omit<SearchOrder, "origin" | "text"> = {
  path: "",
  isRoot: true,
  shows: () => true,
  enters: () => true,
  told: () => ({}),
};

/** What is found, and why it has ended. */
async function found(
  origin: Origin,
  text: string,
  order: Partial<SearchOrder> = {},
  clock = new FakeClock(),
): Promise<{ paths: string[]; end: string }> {
  const results = search({ ...ORDER, origin, text, ...order }, new Turns(clock), () => false);
  const paths: string[] = [];
  while (true) {
    const { done, value } = await results.next();
    if (done) return { paths, end: value };
    paths.push(value.path + (value.kind === "directory" ? "/" : ""));
  }
}

function disk(...names: string[]): DiskOrigin {
  const files = new FakeFiles();
  for (const name of names) files.write(`/root/${name}`, "");
  return new DiskOrigin(new FileCache(files, new FakeClock()), "/root");
}

Deno.test("search() finds names in any case and however their letters are written, the nearest first", async () => {
  const origin = disk("b/deep/NOTES.txt", "a/notes.md", "Notes", "other", "notes.d/x", "a/Cafe\u0301.txt");
  assertEquals(await found(origin, "notes"), {
    paths: ["Notes", "notes.d/", "a/notes.md", "b/deep/NOTES.txt"],
    end: "through",
  });
  assertEquals((await found(origin, "CAFÉ")).paths, ["a/Cafe\u0301.txt"]);
  assertEquals((await found(origin, "absent")).paths, []);
});

Deno.test("search() passes by what is hidden, and what whoever asks could not fetch", async () => {
  const origin = disk(
    ".git/note",
    "a/.note",
    "a/note",
    "b/note",
    "c/note",
    ".well-known/note",
    "a/.well-known/note",
  );
  assertEquals((await found(origin, "note")).paths, [".well-known/note", "a/note", "b/note", "c/note"]);
  const rights = { shows: (path: string) => path !== "b/note", enters: (path: string) => path !== "c/" };
  assertEquals((await found(origin, "note", rights)).paths, [".well-known/note", "a/note"]);
});

Deno.test("search() follows no links to folders, but names them", async () => {
  const files = new FakeFiles();
  files.write("/root/a/note", "");
  files.links.set("/root/a/note-up", "/root");
  const origin = new DiskOrigin(new FileCache(files, new FakeClock()), "/root");
  assertEquals((await found(origin, "note")).paths, ["a/note", "a/note-up/"]);
});

/** What is to be done later is done at once, and each look takes a millisecond. */
class QuickClock extends FakeClock {
  ms = 0;

  override monotonic(): number {
    return this.ms;
  }

  override after(_: number, callback: () => void): () => void {
    queueMicrotask(callback);
    return () => {};
  }
}

/** Folders without end: each has the same. */
class EndlessOrigin implements Origin {
  readonly root = "/endless";
  looks = 0;
  constructor(readonly entries: readonly FolderEntry[], readonly clock = new QuickClock()) {}

  find(): undefined {}

  list(): Promise<readonly FolderEntry[]> {
    this.looks++;
    this.clock.ms++;
    return Promise.resolve(this.entries);
  }
}

const entry = (name: string, kind: FolderEntry["kind"]): FolderEntry => ({
  name,
  kind,
  size: 0,
  modified: 0,
});

Deno.test("search() ends: with the results, the time, the depth or the number of folders that there may be", async () => {
  const file = entry("x", "file"), folder = entry("d", "directory");
  const many = new EndlessOrigin([file, folder]);
  assertEquals((await found(many, "x")).end, "folders", "no deeper");
  assertEquals(many.looks < 100, true, `${many.looks}`);
  const wide = Array.from({ length: 10 }, (_, index) => entry(`d${index}`, "directory"));
  const results = await found(new EndlessOrigin([file, ...wide]), "x");
  assertEquals([results.paths.length, results.end], [MOST_RESULTS, "results"]);
  const slow = new EndlessOrigin(wide);
  assertEquals((await found(slow, "x", {}, slow.clock)).end, "time");
  assertEquals(slow.looks <= LONGEST_SEARCH + 2, true, `${slow.looks}`);
});

Deno.test("search() passes by folders that may not be read, but for the first", async () => {
  const origin: Origin = {
    root: "/none",
    find: () => undefined,
    list: (path) =>
      path.endsWith("/locked")
        ? Promise.reject(new FileError("denied", path))
        : Promise.resolve([entry("locked", "directory"), entry("x", "file")].slice(path === "" ? 0 : 1)),
  };
  assertEquals((await found(origin, "x")).paths, ["x"]);
  const locked: Origin = { ...origin, list: (path) => Promise.reject(new FileError("denied", path)) };
  await assertRejects(() => found(locked, "x"), FileError);
});

Deno.test("a search of which nobody waits for the results ends, and gives its place back once", async () => {
  const wide = Array.from({ length: 10 }, (_, index) => entry(`d${index}`, "directory"));
  const origin = new EndlessOrigin(wide);
  let over = 0;
  const source = new SearchSource(
    (isLeft) => search({ ...ORDER, origin, text: "nothing" }, new Turns(origin.clock), isLeft),
    { head: "head", row: () => "row", end: () => "end" },
    () => over++,
  );
  const buffer = new Uint8Array(3);
  assertEquals(await source.read(buffer), 3);
  assertEquals(await source.read(buffer), 1);
  const waiting = source.read(buffer);
  source.close();
  source.close();
  await waiting;
  const { looks } = origin;
  assertEquals([over, looks < 5], [1, true], `${looks}`);
  assertEquals(await source.read(buffer).then((count) => count === null || count <= 3), true);
  assertEquals(origin.looks, looks);
});
