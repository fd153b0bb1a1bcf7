import { assertEquals, assertThrows } from "@std/assert";
import { Looks } from "../../lib/runtime/looks.ts";

/** Looks at things that change with every look. */
function start() {
  const looked: string[] = [];
  const look = (path: string) => {
    looked.push(path);
    return `${path} ${looked.length}`;
  };
  return { looks: new Looks<string | undefined>(), looked, look };
}

Deno.test("who comes together shares a look, each path for itself", () => {
  const { looks, looked, look } = start();
  assertEquals(["/a", "/b", "/a", "/b"].map((path) => looks.at(path, look)), [
    "/a 1",
    "/b 2",
    "/a 1",
    "/b 2",
  ]);
  assertEquals(looked, ["/a", "/b"]);
});

Deno.test("what came in one batch is handled before the look is forgotten", async () => {
  const { looks, looked, look } = start();
  const received = Promise.withResolvers<void>();
  const handled = Array.from({ length: 5 }, async () => {
    await received.promise;
    return looks.at("/a", look);
  });
  received.resolve();
  assertEquals(await Promise.all(handled), Array(5).fill("/a 1"));
  assertEquals(looked.length, 1);
});

Deno.test("whatever is received after a look is looked for anew", async () => {
  const { looks, look } = start();
  assertEquals(looks.at("/a", look), "/a 1");
  // The shortest way that anything received can take.
  await undefined;
  assertEquals(looks.at("/a", look), "/a 2");
  await undefined;
  assertEquals(looks.at("/a", look), "/a 3");
});

Deno.test("that nothing is there is shared as well", () => {
  const { looks, looked } = start();
  const look = (path: string) => void looked.push(path);
  looks.at("/a", look as () => undefined);
  looks.at("/a", look as () => undefined);
  assertEquals(looked, ["/a"]);
});

Deno.test("a look that fails is not shared", () => {
  const { looks, look } = start();
  assertThrows(() =>
    looks.at("/a", () => {
      throw new Error("denied");
    })
  );
  assertEquals(looks.at("/a", look), "/a 1");
});

Deno.test("what was changed by ourselves is looked for anew at once, and forgotten as ever", async () => {
  const { looks, look } = start();
  looks.at("/a", look);
  looks.forget();
  assertEquals(looks.at("/a", look), "/a 2");
  await undefined;
  assertEquals(looks.at("/a", look), "/a 3");
});
