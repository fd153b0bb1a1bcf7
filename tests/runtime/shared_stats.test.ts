import { assertEquals, assertThrows } from "@std/assert";
import { SharedStats } from "../../lib/runtime/shared_stats.ts";

/** Looks at things that change with every look. */
function start() {
  const looked: string[] = [];
  const look = (path: string) => {
    looked.push(path);
    return `${path} ${looked.length}`;
  };
  return { stats: new SharedStats<string | undefined>(), looked, look };
}

Deno.test("who comes together shares a look, each path for itself", () => {
  const { stats, looked, look } = start();
  assertEquals(["/a", "/b", "/a", "/b"].map((path) => stats.at(path, look)), [
    "/a 1",
    "/b 2",
    "/a 1",
    "/b 2",
  ]);
  assertEquals(looked, ["/a", "/b"]);
});

Deno.test("what came in one batch is handled before the look is forgotten", async () => {
  const { stats, looked, look } = start();
  const received = Promise.withResolvers<void>();
  const handled = Array.from({ length: 5 }, async () => {
    await received.promise;
    return stats.at("/a", look);
  });
  received.resolve();
  assertEquals(await Promise.all(handled), Array(5).fill("/a 1"));
  assertEquals(looked.length, 1);
});

Deno.test("whatever is received after a look is looked for anew", async () => {
  const { stats, look } = start();
  assertEquals(stats.at("/a", look), "/a 1");
  // The shortest way that anything received can take.
  await undefined;
  assertEquals(stats.at("/a", look), "/a 2");
  await undefined;
  assertEquals(stats.at("/a", look), "/a 3");
});

Deno.test("that nothing is there is shared as well", () => {
  const { stats, looked } = start();
  const look = (path: string) => void looked.push(path);
  stats.at("/a", look as () => undefined);
  stats.at("/a", look as () => undefined);
  assertEquals(looked, ["/a"]);
});

Deno.test("a look that fails is not shared", () => {
  const { stats, look } = start();
  assertThrows(() =>
    stats.at("/a", () => {
      throw new Error("denied");
    })
  );
  assertEquals(stats.at("/a", look), "/a 1");
});

Deno.test("what was changed by ourselves is looked for anew at once, and forgotten as ever", async () => {
  const { stats, look } = start();
  stats.at("/a", look);
  stats.forget();
  assertEquals(stats.at("/a", look), "/a 2");
  await undefined;
  assertEquals(stats.at("/a", look), "/a 3");
});
