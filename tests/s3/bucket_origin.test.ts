import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { HttpError } from "../../lib/http/errors.ts";
import { BucketObject } from "../../lib/s3/bucket_object.ts";
import { MemoryStorage } from "../support/memory_storage.ts";
import { makeView, readText } from "./view.ts";

const ALL = () => true;

async function rowsOf(storage: MemoryStorage, path: string, prefix?: string): Promise<string[]> {
  const rows = await makeView({ storage }).origin(prefix).list(path, (name) => !name.startsWith("."));
  return rows.map(({ name, kind }) => kind === "file" ? name : `${name}/`).sort();
}

const NAMES: readonly [path: string, key: string | undefined][] = [
  ["/a.mp4", "films/a.mp4"],
  ["/two words.mp4", "films/two words.mp4"],
  ["/Füße/日本 🎬.mp4", "films/Füße/日本 🎬.mp4"],
  ["/a+b.mp4", "films/a+b.mp4"],
  ["/100%25.txt", "films/100%25.txt"],
  ["/a?b#c&d=e.txt", "films/a?b#c&d=e.txt"],
  ["/line\nend.txt", "films/line\nend.txt"],
  ["/a.b..c", "films/a.b..c"],
  ["/.well-known/x", "films/.well-known/x"],
  [`/${"a".repeat(1018)}`, `films/${"a".repeat(1018)}`],
  [`/${"a".repeat(1019)}`, undefined],
  [`/${"ä".repeat(509)}`, `films/${"ä".repeat(509)}`],
  [`/${"ä".repeat(510)}`, undefined],
  ["/../secret", undefined],
  ["/./a.mp4", undefined],
  ["/x/../a.mp4", undefined],
  ["//a.mp4", undefined],
  ["/x//a.mp4", undefined],
  ["/x/", undefined],
  ["/x\\a.mp4", undefined],
  ["/x\0a.mp4", undefined],
  ["/\ud800.mp4", undefined],
  ["/.hidden", undefined],
  ["/x/.hidden/a.mp4", undefined],
  ["/x/.well-known/a.mp4", undefined],
];

for (const [path, key] of NAMES) {
  Deno.test(`find() of ${JSON.stringify(path).slice(0, 40)} asks ${key === undefined ? "nothing" : "for its key"}`, async () => {
    const { storage, origin } = makeView();
    if (key !== undefined) storage.store(key, "x");
    const found = await origin().find(path);
    assertEquals(found?.kind, key === undefined ? undefined : "file");
    assertEquals(
      storage.calls.filter((call) => call.startsWith("head")),
      key === undefined ? [] : [`head ${key}`],
    );
  });
}

Deno.test("find() tells objects, folders and nothing apart", async () => {
  const { storage, origin } = makeView();
  storage.store("films/a", "object");
  storage.store("films/a/b", "below it");
  storage.store("films/marked/", "");
  storage.store("films/old/1999/x.mp4", "x");
  storage.store("filmsother", "x");
  const cases: readonly [path: string, kind: string | undefined][] = [
    ["/a", "file"],
    ["/a/b", "file"],
    ["/marked", "directory"],
    ["/old", "directory"],
    ["/old/1999", "directory"],
    ["/old/199", undefined],
    ["/ol", undefined],
    ["", "directory"],
  ];
  for (const [path, kind] of cases) assertEquals((await origin().find(path))?.kind, kind, path);
});

Deno.test("a path with a slash behind it means the folder, where its name is that of an object too", async () => {
  const { storage, origin, view } = makeView(), place = origin();
  storage.store("films/both", "object");
  storage.store("films/both/x", "below it");
  storage.store("films/file", "object");
  assertEquals((await place.find("/both"))?.kind, "file");
  assertEquals((await place.find("/both", true))?.kind, "directory");
  assertEquals((await place.find("/file", true))?.kind, "file");
  assertEquals(await place.find("/missing", true), undefined);
  const calls = storage.calls.length;
  for (const path of ["/both", "/file"]) assert(!(place.find(path, true) instanceof Promise));
  assertEquals(storage.calls.length, calls);
  storage.store("films", "object");
  assertEquals([(await place.find(""))?.kind, (await place.find("", true))?.kind], ["file", "directory"]);
  storage.objects.delete("films/both/x");
  view.changed("films/both/x");
  assertEquals((await place.find("/both", true))?.kind, "file");
});

Deno.test("a place is a folder while nothing is in it, and may be one object", async () => {
  const { storage, origin } = makeView();
  assertEquals((await origin("inbox").find(""))?.kind, "directory");
  assertEquals(await origin("inbox").list("", ALL), []);
  storage.store("robots.txt", "x");
  const found = await origin("robots.txt").find("");
  assert(found instanceof BucketObject);
  assertEquals(found.path, "s3://media/robots.txt");
  assertEquals(origin("films/old").root, "s3://media/films/old");
  assertEquals(origin("").root, "s3://media");
  assertEquals((await origin("").find("/robots.txt"))?.kind, "file");
});

Deno.test("find() gives what is known at once, also that nothing is there", async () => {
  const { storage, origin } = makeView();
  storage.store("films/a", "x");
  storage.store("films/b/c", "x");
  for (const path of ["/a", "/b", "/missing"]) {
    const place = origin(), found = await place.find(path), calls = storage.calls.length;
    const again = place.find(path);
    assert(!(again instanceof Promise));
    assertStrictEquals(again, found);
    assertEquals(storage.calls.length, calls);
  }
});

Deno.test("list() gives objects and common prefixes, and nothing that cannot be reached", async () => {
  const storage = new MemoryStorage();
  const keys = [
    "films/",
    "films/a.mp4",
    "films/both",
    "films/both/x",
    "films/old/1.mp4",
    "films/old/2.mp4",
    "films//empty",
    "films/./dot",
    "films/../up",
    "films/.",
    "films/..",
    "films/.hidden",
    "films/.git/x",
    "films/.well-known/x",
    "films/back\\slash",
    "films/back\\folder/x",
    "films/nul\0",
    "films/two words",
    "films/日本/x",
    "films/%2e%2e",
    `films/${"a".repeat(1100)}`,
    "filmstrip",
    "other/x",
  ];
  for (const key of keys) storage.store(key, "x");
  assertEquals(
    await rowsOf(storage, ""),
    ["%2e%2e", "a.mp4", "both", "both/", "old/", "two words", "日本/"].sort(),
  );
  assertEquals(await rowsOf(storage, "/old"), ["1.mp4", "2.mp4"]);
  assertEquals(await rowsOf(storage, "/missing"), []);
  assertEquals(await rowsOf(storage, "/../other"), []);
  assertEquals(await rowsOf(storage, "", ""), ["films/", "filmstrip", "other/"]);
  const shown = await makeView({ storage }).origin().list("", ALL);
  assertEquals(shown.filter(({ name }) => name.startsWith(".")).map(({ name }) => name), [".well-known"]);
});

Deno.test("list() asks accepts() with what is known, and rows tell size and time", async () => {
  const { storage, origin } = makeView();
  const { modified } = storage.store("films/a.mp4", "12345");
  storage.store("films/old/x", "x");
  const asked: [string, boolean][] = [];
  const rows = await origin().list("", (name, isFile) => asked.push([name, isFile]) > 0);
  assertEquals(asked, [["a.mp4", true], ["old", false]]);
  assertEquals(rows, [
    { name: "a.mp4", kind: "file", size: 5, modified },
    { name: "old", kind: "directory", size: 0, modified: undefined },
  ]);
  assertEquals(await origin().list("", () => false), []);
});

Deno.test("list() gives all of thousands of keys, by pages", async () => {
  const { storage, origin } = makeView();
  for (let i = 0; i < 2500; i++) storage.store(`films/${i % 2 === 0 ? `${i}.mp4` : `${i}/x`}`, "");
  const rows = await origin().list("", ALL);
  assertEquals(new Set(rows.map(({ name }) => name)).size, 2500);
  assertEquals(rows.length, 2500);
  assertEquals(storage.count("list"), 3);
});

Deno.test("list() believes no storage that sends what was not asked for, or the same again and again", async () => {
  const { storage, origin } = makeView();
  const object = (key: string) => ({ key, size: 1, modified: 0 });
  const pages = [
    {
      objects: [
        object("films/a"),
        object("secret"),
        object("other/z"),
        object("films/x/y"),
        object("films/a"),
      ],
      prefixes: [],
      next: "1",
    },
    {
      objects: [object("films/a")],
      prefixes: ["other/", "films/b/", "films/c", "films/d/e/", "films/b/"],
      next: undefined,
    },
  ];
  storage.list = () => Promise.resolve(pages.shift()!);
  assertEquals((await origin().list("", ALL)).map(({ name }) => name), ["a", "b"]);

  storage.list = () => Promise.resolve({ objects: [], prefixes: [], next: "1" });
  await assertRejects(() => origin().list("", ALL), HttpError, "goes on and on");
  let token = 0;
  storage.list = () => Promise.resolve({ objects: [object("films/a")], prefixes: [], next: `${token++}` });
  await assertRejects(() => origin().list("", ALL), HttpError, "goes on and on");
});

Deno.test("what the storage refuses is told by find() and list(), and not remembered", async () => {
  const { storage, origin } = makeView();
  storage.store("films/a", "x");
  const refused = new HttpError(502, "refused");
  storage.before = () => {
    throw refused;
  };
  const place = origin();
  assertStrictEquals(await assertRejects(async () => await place.find("/a")), refused);
  assertStrictEquals(await assertRejects(() => place.list("", ALL)), refused);
  storage.before = () => {};
  assertEquals((await place.find("/a"))?.kind, "file");
});

Deno.test("a missing object's folder tells why the storage refuses us", async () => {
  const { storage, origin } = makeView();
  storage.before = (call) => {
    if (call === "list") throw new HttpError(502, "NoSuchBucket");
  };
  await assertRejects(async () => await origin().find("/a"), HttpError, "NoSuchBucket");
});

Deno.test("a key that the storage is slow with holds up no other", async () => {
  const { storage, origin } = makeView();
  storage.store("films/slow", "x");
  storage.store("films/quick", "quick");
  const { promise, resolve } = Promise.withResolvers<void>();
  storage.before = (_, key) => key === "films/slow" ? promise : undefined;
  const slow = origin().find("/slow"), quick = await origin().find("/quick");
  assert(quick instanceof BucketObject);
  assertEquals(await readText(await quick.open([{ start: 0, end: 5 }])), "quick");
  resolve();
  assertEquals((await slow)?.kind, "file");
});
