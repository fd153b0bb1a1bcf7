import { assertEquals, assertRejects } from "@std/assert";
import { ContentCache } from "../../lib/s3/content_cache.ts";

const content = (length: number) => Promise.resolve(new Uint8Array(length));

Deno.test("no more is loaded at one time than there is room for, and then there is room again", async () => {
  const cache = new ContentCache(80_000), ends: PromiseWithResolvers<Uint8Array>[] = [];
  const load = (name: string) =>
    cache.load(name, 10_000, () => {
      const end = Promise.withResolvers<Uint8Array>();
      ends.push(end);
      return end.promise;
    });
  const loading = Array.from({ length: 8 }, (_, i) => load(`${i}`));
  assertEquals(load("one too many"), undefined);
  assertEquals(load("3"), loading[3]);
  ends[0]!.resolve(new Uint8Array(10_000));
  ends[1]!.reject(new Error("broken"));
  await loading[0];
  await assertRejects(() => loading[1]!, Error, "broken");
  assertEquals([load("next") instanceof Promise, load("last") instanceof Promise, load("more")], [
    true,
    true,
    undefined,
  ]);
  for (const end of ends) end.resolve(new Uint8Array(10_000));
  await Promise.all([load("2"), load("next"), load("last")]);
});

Deno.test("what is larger than its part of the room is made, and not kept", async () => {
  const cache = new ContentCache(80_000);
  assertEquals(cache.largest, 10_000);
  assertEquals(cache.load("a", 10_001, () => content(10_001)), undefined);
  assertEquals((await cache.once("b", () => content(10_001))).length, 10_001);
  assertEquals(cache.get("b"), undefined);
  await cache.once("c", () => content(10_000));
  assertEquals(cache.get("c")?.length, 10_000);
  assertEquals(new ContentCache(2 ** 40).largest, 512 * 1024);
});

Deno.test("what is made anew under a name takes the place of the other", async () => {
  const cache = new ContentCache(80_000);
  for (let i = 0; i < 100; i++) await cache.once("a", () => content(10_000));
  await cache.once("b", () => content(10_000));
  assertEquals([cache.get("a")?.length, cache.get("b")?.length], [10_000, 10_000]);
});
