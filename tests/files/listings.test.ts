import { assertEquals, assertRejects, assertStrictEquals, assertStringIncludes } from "@std/assert";
import { type ListedFolder, Listings } from "../../lib/files/listings.ts";
import type { MadeListing } from "../../lib/files/make_listing.ts";
import { HttpError } from "../../lib/http/errors.ts";
import type { FolderEntry, Origin } from "../../lib/http/origin.ts";
import { Turns } from "../../lib/http/turns.ts";
import { DEFAULT_VIEW } from "../../lib/pages/listing/view.ts";
import { FileError } from "../../lib/ports.ts";
import { FakeClock, settle } from "../support/fakes.ts";

const text = ({ bytes }: MadeListing): string => new TextDecoder().decode(bytes);

/** Looks into it are begun when they are asked for, and end when the test says so. */
class HeldOrigin implements Origin {
  readonly root = "/held";
  readonly looks: PromiseWithResolvers<readonly FolderEntry[]>[] = [];
  find(): undefined {}
  list(): Promise<readonly FolderEntry[]> {
    const look = Promise.withResolvers<readonly FolderEntry[]>();
    this.looks.push(look);
    return look.promise;
  }
}

function entry(name: string, size = 1): FolderEntry {
  return { name, kind: "file", size, modified: 0 };
}

function start() {
  const clock = new FakeClock(), listings = new Listings(new Turns(clock)), origin = new HeldOrigin();
  const owner = {};
  let rendered = 0;
  const folder = (urlPath: string, whose: object = owner): ListedFolder => ({
    origin,
    path: urlPath.slice(0, -1),
    urlPath,
    owner: whose,
    view: DEFAULT_VIEW,
    variant: "",
    viewer: "",
    told: () => ({}),
    options: () => {
      rendered++;
      return {};
    },
  });
  const get = (urlPath: string, whose?: object) => listings.get(folder(urlPath, whose), "application/json");
  return { clock, listings, origin, folder, get, rendered: () => rendered };
}

Deno.test("who asks while one is made shares the next one, whose look begins after all of them have asked", async () => {
  const { origin, get, rendered, clock } = start();
  const first = get("/a/");
  const others = Array.from({ length: 149 }, () => get("/a/"));
  assertEquals(origin.looks.length, 1);
  origin.looks[0]!.resolve([entry("old")]);
  assertStringIncludes(text(await first), "old");
  await settle();
  assertEquals(origin.looks.length, 2);
  origin.looks[1]!.resolve([entry("new")]);
  const answers = new Set(await Promise.all(others));
  assertEquals([answers.size, origin.looks.length, rendered()], [1, 2, 2]);
  assertStringIncludes(text([...answers][0]!), "new");
  assertEquals(clock.running, 0);
});

Deno.test("one that would come out the same is looked at again, but not made again", async () => {
  const { origin, get, rendered } = start();
  const states: readonly (readonly FolderEntry[])[] = [
    [entry("a")],
    [entry("a")],
    [entry("a", 2)],
    [entry("a", 2)],
    [entry("b", 2)],
    [{ ...entry("b", 2), kind: "directory" }],
    [{ ...entry("b", 2), kind: "directory", modified: 1 }],
    [],
    [],
  ];
  const made: [string, number][] = [];
  for (const [index, state] of states.entries()) {
    const listing = get("/a/");
    origin.looks[index]!.resolve(state);
    const rows = JSON.parse(text(await listing)) as { name: string; type: string; size: number }[];
    assertEquals(
      rows.map(({ name, type, size }) => [name, type, size]),
      state.map((e) => [e.name, e.kind, e.size]),
    );
    made.push([rows.map(({ name }) => name).join(), rendered()]);
  }
  assertEquals(made.map(([, count]) => count), [1, 1, 2, 2, 3, 4, 5, 6, 6]);
});

Deno.test("forms, folders and owners are not mixed up", async () => {
  const { origin, listings, folder, get } = start();
  const asked = [
    get("/a/"),
    listings.get(folder("/a/"), "text/html"),
    get("/b/"),
    get("/a/", {}),
  ];
  assertEquals(origin.looks.length, 4);
  origin.looks.forEach(({ resolve }, index) => resolve([entry(`look${index}`)]));
  const answers = (await Promise.all(asked)).map(text);
  answers.forEach((answer, index) => assertStringIncludes(answer, `look${index}`));
});

Deno.test("four are made at a time; the others come in their order, or are 503 after ten seconds", async () => {
  const { origin, get, clock } = start();
  const paths = ["/1/", "/2/", "/3/", "/4/", "/5/", "/6/", "/7/"];
  const asked = paths.map((path) => get(path));
  assertEquals(origin.looks.length, 4);
  origin.looks[2]!.resolve([entry("third")]);
  assertStringIncludes(text(await asked[2]!), "third");
  await settle();
  assertEquals(origin.looks.length, 5);
  const late = Promise.all([5, 6].map((index) => assertRejects(() => asked[index]!, HttpError)));
  await clock.advance(10_000);
  assertEquals((await late).map(({ status, fields }) => [status, fields.get("retry-after")]), [[503, "1"], [
    503,
    "1",
  ]]);
  origin.looks.forEach(({ resolve }) => resolve([]));
  await Promise.all([0, 1, 3, 4].map((index) => asked[index]));
  assertEquals([origin.looks.length, clock.running], [5, 0]);
});

Deno.test("more than can wait are 503 at once", async () => {
  const { get, clock } = start();
  const asked = Array.from({ length: 4 + 256 }, (_, index) => get(`/${index}/`));
  asked.forEach((listing) => listing.catch(() => {}));
  const error = await assertRejects(() => get("/one-more/"), HttpError);
  assertEquals([error.status, error.log?.includes("256")], [503, true]);
  await clock.advance(10_000);
});

Deno.test("a folder that cannot be read fails for all who share the look, and the next one is tried", async () => {
  const { origin, get } = start();
  const first = assertRejects(() => get("/a/"), FileError);
  const others = [get("/a/"), get("/a/")].map((listing) => assertRejects(() => listing, FileError));
  origin.looks[0]!.reject(new FileError("denied", "/a"));
  await first;
  await settle();
  origin.looks[1]!.reject(new FileError("denied", "/a"));
  await Promise.all(others);
  const next = get("/a/");
  origin.looks[2]!.resolve([]);
  assertEquals(text(await next), "[]\n");
});

Deno.test("what is kept is bounded: the listing that was not asked for the longest goes first", async () => {
  const { origin, get, rendered } = start();
  const big = Array.from({ length: 10_000 }, (_, index) => entry(`${index}`.padStart(200, "x")));
  const ask = async (path: string) => {
    const listing = get(path);
    origin.looks.at(-1)!.resolve(big);
    return await listing;
  };
  const a = await ask("/a/");
  assertStrictEquals(await ask("/a/"), a);
  for (const path of ["/b/", "/a/", "/c/", "/a/"]) await ask(path);
  const before = rendered();
  await ask("/b/");
  assertEquals(rendered(), before + 1);
});
