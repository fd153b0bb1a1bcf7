import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { BucketViews } from "../../lib/s3/bucket_views.ts";
import { GENERATIONS_BYTES } from "../../lib/s3/generations.ts";
import { FakeClock } from "../support/fakes.ts";
import { MemoryStorage } from "../support/memory_storage.ts";

Deno.test("locations that ask in the same way share what they know, and see at once what others of them have stored", async () => {
  const storage = new MemoryStorage(), asked: string[] = [];
  const views = new BucketViews({
    bucketOf: (name, { verify }) => {
      asked.push(`${name} ${verify}`);
      return { storage, settings: { name, bucket: "media" } };
    },
    generations: new ArrayBuffer(GENERATIONS_BYTES),
    clock: new FakeClock(),
    age: 1000,
    room: 1_000_000,
  });
  const access = { timeouts: { connect: 1, read: 2 }, verify: true };
  const view = views.viewOf("pictures", access);
  assertStrictEquals(views.viewOf("pictures", { timeouts: { connect: 1, read: 2 }, verify: true }), view);
  const others = [
    views.viewOf("pictures", { ...access, verify: false }),
    views.viewOf("pictures", { ...access, timeouts: { connect: 1, read: 3 } }),
    views.viewOf("films", access),
  ];
  for (const other of others) assert(other !== view);
  assertEquals(asked, ["pictures true", "pictures false", "pictures true", "films true"]);

  const origin = views.originOf({ name: "pictures", prefix: "a" }, { ...access, verify: false });
  assertEquals([origin.root, await origin.find("/b")], ["s3://media/a", undefined]);
  storage.store("a/b", "x");
  assertEquals(origin.find("/b"), undefined);
  view.changed("a/b");
  assertEquals((await origin.find("/b"))?.kind, "file");
});

Deno.test("a bucket that has two names is one bucket: what is stored by one of them is seen by the other", async () => {
  const storage = new MemoryStorage();
  const views = new BucketViews({
    bucketOf: (name) => ({ storage, settings: { name, bucket: "media" } }),
    generations: new ArrayBuffer(GENERATIONS_BYTES),
    clock: new FakeClock(),
    age: 1000,
    room: 1_000_000,
  });
  const access = { timeouts: { connect: 1, read: 2 }, verify: true };
  const reading = views.viewOf("for-reading", access), writing = views.viewOf("for-writing", access);
  assertEquals(await reading.find("a"), undefined);
  storage.store("a", "x");
  writing.changed("a");
  assertEquals((await reading.find("a"))?.kind, "file");
});

Deno.test("content that came over a connection which nobody has verified is not sent where it has to be", async () => {
  const storage = new MemoryStorage();
  storage.store("a.txt", "x");
  const views = new BucketViews({
    bucketOf: (name) => ({ storage, settings: { name, bucket: "media" } }),
    generations: new ArrayBuffer(GENERATIONS_BYTES),
    clock: new FakeClock(),
    age: 1000,
    room: 1_000_000,
  });
  const timeouts = { connect: 1, read: 2 };
  const load = async (verify: boolean) => {
    const found = await views.viewOf("pictures", { timeouts, verify }).find("a.txt");
    if (found?.kind !== "file") throw new Error("it is not there");
    const isKept = found.content() !== undefined;
    (await found.open([{ start: 0, end: 1 }])).close();
    return isKept;
  };
  assertEquals([await load(false), await load(false), await load(true), await load(true)], [
    false,
    true,
    false,
    true,
  ]);
});
