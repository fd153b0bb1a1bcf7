/**
 * Links that lead out of a root into folders that they may lead to (allow_links_to), and nowhere else.
 *
 * @module
 */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { DiskOrigin } from "../../lib/disk/disk_origin.ts";
import { FileCache } from "../../lib/disk/file_cache.ts";
import { StoreOrigin } from "../../lib/disk/store_origin.ts";
import { FileError } from "../../lib/ports.ts";
import { FakeStore } from "../store/fakes.ts";
import { FakeClock, FakeFiles } from "./fake_files.ts";

const LINKS: Readonly<Record<string, string>> = {
  "/root/file": "/ok/a.txt",
  "/root/folder": "/ok",
  "/root/deep/er": "/ok/sub",
  "/root/second": "/other/b",
  "/root/out": "/secret",
  "/root/beside": "/ok-not",
  "/root/hidden-file": "/ok/.env",
  "/root/in-hidden": "/ok/.git/config",
  "/root/named-hidden": "/home/.app/x",
  "/root/dead": "/ok/none",
  "/root/pipe": "/ok/pipe",
  "/root/by-name": "/ok-link/a.txt",
  "/ok-link": "/ok",
  "/ok/back": "/root/own.txt",
  "/ok/on": "/other/b",
  "/ok/out": "/secret/key",
  "/ok/within": "/ok/sub/c",
};

function make(linksTo: readonly string[] = ["/ok", "/other", "/home/.app"], root = "/root") {
  const files = new FakeFiles(), clock = new FakeClock(), cache = new FileCache(files, clock);
  const all = [
    "/root/own.txt",
    "/root/deep/x",
    "/ok/a.txt",
    "/ok/sub/c",
    "/ok/.env",
    "/ok/.git/config",
    "/other/b",
  ];
  for (const path of [...all, "/home/.app/x", "/secret/key", "/ok-not/x"]) files.write(path, path);
  files.other("/ok/pipe");
  for (const [path, target] of Object.entries(LINKS)) files.links.set(path, target);
  return { files, cache, origin: new DiskOrigin(cache, root, linksTo) };
}

/** The content of what a path leads to; of a folder its kind. */
function textAt(origin: DiskOrigin, path: string, how: "find" | "hold" = "find"): string | undefined {
  const found = origin[how](path);
  if (found?.kind !== "file") return found?.kind;
  assertEquals(found.path, origin.root + path);
  return new TextDecoder().decode(found.content());
}

const FOUND: Readonly<Record<string, string>> = {
  "/own.txt": "/root/own.txt",
  "/file": "/ok/a.txt",
  "/folder": "directory",
  "/folder/a.txt": "/ok/a.txt",
  "/folder/sub/c": "/ok/sub/c",
  "/deep/er/c": "/ok/sub/c",
  "/second": "/other/b",
  "/by-name": "/ok/a.txt",
  // Hidden names count from the allowed folder on.
  "/named-hidden": "/home/.app/x",
  "/folder/back": "/root/own.txt",
  "/folder/on": "/other/b",
  "/folder/within": "/ok/sub/c",
};

const REFUSED = [
  ..."/out /out/key /beside /beside/x /dead /pipe /folder/out /folder/none".split(" "),
  ..."/hidden-file /in-hidden /folder/.env /folder/.git/config".split(" "),
];

for (const how of ["find", "hold"] as const) {
  Deno.test(`${how}() follows links into the folders that they may lead to, and into no other`, () => {
    const { origin } = make();
    for (const [path, expected] of Object.entries(FOUND)) {
      assertEquals(textAt(origin, path, how), expected, path);
    }
    for (const path of REFUSED) assertEquals(origin[how](path), undefined, path);
  });

  Deno.test(`${how}() lets no link out where none may lead anywhere`, () => {
    const { origin } = make([]);
    for (const path of Object.keys(FOUND)) {
      // A way out that leads back in is within.
      const expected = ["/own.txt", "/folder/back"].includes(path) ? "/root/own.txt" : undefined;
      assertEquals(textAt(origin, path, how), expected, path);
    }
  });
}

Deno.test("a folder that links may lead to may be a link itself, to its first place or another", () => {
  const { files, origin } = make(["/ok-link"]);
  assertEquals(textAt(origin, "/file"), "/ok/a.txt");
  assertEquals(textAt(origin, "/by-name"), "/ok/a.txt");
  files.links.set("/ok-link", "/other");
  files.write("/ok/a.txt", "changed", 5);
  assertEquals(textAt(origin, "/file"), undefined);
  files.links.set("/root/by-name", "/ok-link/b");
  assertEquals(textAt(origin, "/by-name"), "/other/b");
});

Deno.test("what one location may read by a link is not remembered for another that may not", () => {
  const { cache, origin } = make();
  const others = [[], ["/other"], ["/ok-not", "/other", "/home/.app"]].map((linksTo) =>
    new DiskOrigin(cache, "/root", linksTo)
  );
  for (let round = 0; round < 2; round++) {
    assertEquals(textAt(origin, "/file"), "/ok/a.txt");
    assertEquals(textAt(origin, "/folder"), "directory");
    for (const other of others) {
      for (const path of ["/file", "/folder"]) assertEquals(other.find(path), undefined);
    }
  }
});

Deno.test("what is remembered of a link costs one look, also where another location has the same list", () => {
  const { files, cache, origin } = make();
  const first = origin.find("/file"), before = { ...files.counts };
  assertStrictEquals(origin.find("/file"), first);
  assertStrictEquals(new DiskOrigin(cache, "/root", [...origin.linksTo]).find("/file"), first);
  assertEquals(files.counts, { ...before, stat: before.stat + 2 });
});

Deno.test("where no link leads out, folders that links may lead to are not looked at", () => {
  const counts = [[], ["/ok", "/other"]].map((linksTo) => {
    const { files, origin } = make(linksTo);
    for (const path of ["/own.txt", "/deep/x", "/none"]) origin.find(path);
    return files.counts;
  });
  assertEquals(counts[1], counts[0]);
});

Deno.test("a folder that may not be looked at, or is not there, is no way, and stands in no other's", () => {
  const { files, origin } = make(["/locked", "/none", "/ok"]);
  files.failures.set("/locked", new FileError("denied", "/locked"));
  assertEquals(textAt(origin, "/file"), "/ok/a.txt");
  assertEquals(origin.find("/out"), undefined);
});

Deno.test("what is withheld is withheld there, too", () => {
  const { cache, origin } = make();
  cache.withhold(["/ok/a.txt"]);
  for (const path of ["/file", "/folder/a.txt", "/by-name"]) assertEquals(origin.find(path), undefined, path);
});

Deno.test("list() shows links into the folders that they may lead to, and what lies there", async () => {
  const { origin } = make(["/ok"]);
  const listed = async (path: string) =>
    (await origin.list(path, () => true)).map(({ name, kind }) => `${name} ${kind}`);
  assertEquals((await listed("")).sort(), [
    "by-name file",
    "deep directory",
    "file file",
    "folder directory",
    "own.txt file",
  ]);
  const below = (await listed("/folder")).filter((entry) => !entry.startsWith("."));
  assertEquals(below.sort(), ["a.txt file", "back file", "sub directory", "within file"]);
});

Deno.test("an origin that is one file may be a link's folder's", () => {
  const { origin } = make(["/ok"], "/root/file");
  assertEquals(textAt(origin, ""), "/ok/a.txt");
});

Deno.test("why links lead to nothing that may be sent is known once, and of nothing else", () => {
  const { origin } = make();
  const why = (path: string) => {
    assertEquals(origin.find(path), undefined, path);
    const refusal = origin.whyRefused(path);
    assertEquals(origin.whyRefused(path), undefined);
    return refusal && `${refusal.path} ${refusal.why} ${refusal.realPath}`;
  };
  assertEquals(why("/out/key"), "/root/out/key outside /secret/key");
  assertEquals(why("/folder/out"), "/root/folder/out outside /secret/key");
  assertEquals(why("/hidden-file"), "/root/hidden-file hidden /ok/.env");
  for (const path of ["/none", "/folder/none", "/dead", "/pipe", "/folder/pipe"]) {
    assertEquals(why(path), undefined, path);
  }
  // Behind a program's name stands its PATH_INFO.
  assertEquals([origin.find("/out/key"), origin.find("/out/key/info")], [undefined, undefined]);
  assertEquals(origin.whyRefused("/out/key/info")?.path, "/root/out/key");
  assert(origin.find("/file"));
  assertEquals(origin.whyRefused("/file"), undefined);
});

Deno.test("a store is written to through no link that leads out, wherever it may lead for reading", () => {
  const store = new FakeStore(), { files } = store;
  files.write("/root/own.txt", "");
  files.write("/ok/a.txt", "");
  files.links.set("/root/file", "/ok/a.txt");
  files.links.set("/root/folder", "/ok");
  const origin = new StoreOrigin({ files, store, clock: new FakeClock() }, "/root");
  assertEquals(origin.folder("/folder"), "outside");
  const root = origin.folder("");
  assert(typeof root === "object");
  assertEquals(root.occupant("file"), { kind: "unfit" });
});
