import { assert, assertEquals, assertRejects } from "@std/assert";
import { Generations, GENERATIONS_BYTES } from "../../lib/s3/generations.ts";
import { Looks } from "../../lib/s3/looks.ts";
import { FakeClock } from "../support/fakes.ts";
import { MemoryStorage } from "../support/memory_storage.ts";
import { makeView } from "./view.ts";

function makeLooks(age = 1000, most = 10) {
  const clock = new FakeClock(), shared = new SharedArrayBuffer(GENERATIONS_BYTES);
  const generations = new Generations(shared, "pictures"), other = new Generations(shared, "pictures");
  return { clock, generations, other, looks: new Looks<string>({ clock, generations, age, most }) };
}

/** Counts how often it is looked. */
function counted() {
  const counter = { count: 0, look: () => Promise.resolve(`look ${++counter.count}`) };
  return counter;
}

Deno.test("a look is believed for its age, from when it began", async () => {
  const { clock, looks } = makeLooks(), { look } = counted();
  assertEquals(await looks.at("a", look), "look 1");
  await clock.advance(999);
  assertEquals(looks.at("a", look), "look 1");
  await clock.advance(1);
  assertEquals(await looks.at("a", look), "look 2");

  const { promise, resolve } = Promise.withResolvers<string>(), slow = looks.at("b", () => promise);
  await clock.advance(1000);
  resolve("slow");
  assertEquals(await slow, "slow");
  assert(looks.at("b", look) instanceof Promise);
});

Deno.test("who asks while it is looked waits for that look, if it is not too old", async () => {
  const { clock, looks } = makeLooks(), { promise, resolve } = Promise.withResolvers<string>();
  const first = looks.at("a", () => promise);
  await clock.advance(500);
  assertEquals(looks.at("a", () => Promise.resolve("another")), first);
  await clock.advance(500);
  assertEquals(await looks.at("a", () => Promise.resolve("later")), "later");
  resolve("first");
  assertEquals(await first, "first");
  assertEquals(looks.at("a", () => Promise.resolve("another")), "later");
});

Deno.test("with no age each who asks looks", async () => {
  const { looks } = makeLooks(0),
    { promise, resolve } = Promise.withResolvers<string>(),
    { look } = counted();
  const first = looks.at("a", () => promise);
  assertEquals(await looks.at("a", look), "look 1");
  assertEquals(await looks.at("a", look), "look 2");
  resolve("first");
  assertEquals(await first, "first");
});

Deno.test("what fails is told to those who wait, and not remembered", async () => {
  const { looks } = makeLooks(), { promise, reject } = Promise.withResolvers<string>();
  const both = [looks.at("a", () => promise), looks.at("a", () => promise)];
  reject(new Error("broken"));
  for (const one of both) await assertRejects(async () => await one, Error, "broken");
  assertEquals(await looks.at("a", () => Promise.resolve("well")), "well");
});

Deno.test("what another thread has changed is looked at anew, also where a look is under way", async () => {
  const { looks, other } = makeLooks(), { look } = counted();
  const changes: readonly [looked: string, changed: string, isSeen: boolean][] = [
    ["a/b/c", "a/b/c", true],
    ["a/b", "a/b/c", true],
    ["a", "a/b/c", true],
    ["", "a/b/c", true],
    ["a/b/c/d", "a/b/c", false],
    ["a/b/cc", "a/b/c", false],
    ["x", "a/b/c", false],
  ];
  for (const [looked, changed, isSeen] of changes) {
    await looks.at(looked, look);
    other.bump(changed);
    const again = looks.at(looked, look);
    assertEquals(again instanceof Promise, isSeen, `${looked} after ${changed}`);
    await again;
  }
  const { promise, resolve } = Promise.withResolvers<string>(), before = looks.at("y", () => promise);
  other.bump("y");
  const after = looks.at("y", () => Promise.resolve("new"));
  resolve("old");
  assertEquals([await before, await after], ["old", "new"]);
  assertEquals(looks.at("y", look), "new");
});

Deno.test("a look that began before a change is not believed after it", async () => {
  const { looks, other } = makeLooks(), { promise, resolve } = Promise.withResolvers<string>();
  const before = looks.at("y", () => promise);
  other.bump("y");
  resolve("old");
  assertEquals(await before, "old");
  assertEquals(await looks.at("y", () => Promise.resolve("new")), "new");
});

Deno.test("another bucket's keys have counters of their own", () => {
  const shared = new SharedArrayBuffer(GENERATIONS_BYTES);
  const one = new Generations(shared, "one"), two = new Generations(shared, "two");
  one.bump("a/b");
  assertEquals([one.of("a/b"), one.of("a"), one.of(""), two.of("a/b"), two.of("a"), two.of("")], [
    1,
    1,
    1,
    0,
    0,
    0,
  ]);
});

Deno.test("a bounded number of looks is remembered, those that are asked for longest", async () => {
  const { looks } = makeLooks(1000, 10), { look } = counted();
  await looks.at("kept", look);
  for (let i = 0; i < 100; i++) {
    await looks.at(`${i}`, look);
    assertEquals(looks.at("kept", look), "look 1");
  }
  const known = Array.from({ length: 100 }, (_, i) => looks.at(`${i}`, () => new Promise<string>(() => {})))
    .filter((seen) => !(seen instanceof Promise));
  assertEquals(known.length, 9);
});

Deno.test("what one worker has stored another sees at once, and what another server has stored after the age", async () => {
  const storage = new MemoryStorage(), one = makeView({ storage });
  const two = makeView({ storage, shared: one.shared, clock: one.clock });
  const [seen, seer] = [one.origin(), two.origin()];
  for (const origin of [seen, seer]) {
    assertEquals([await origin.find("/a/b.txt"), await origin.find("/a")], [undefined, undefined]);
  }
  storage.store("films/a/b.txt", "x");
  assertEquals(seer.find("/a/b.txt"), undefined);
  one.view.changed("films/a/b.txt");
  assertEquals((await seer.find("/a/b.txt"))?.kind, "file");
  assertEquals((await seer.find("/a"))?.kind, "directory");
  assertEquals((await seen.find("/a/b.txt"))?.kind, "file");
  storage.objects.delete("films/a/b.txt");
  assertEquals((await seer.find("/a/b.txt"))?.kind, "file");
  await one.clock.advance(1000);
  assertEquals(await seer.find("/a/b.txt"), undefined);
});
