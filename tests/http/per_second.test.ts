import { assertEquals, assertThrows } from "@std/assert";
import { perSecond } from "../../lib/http/per_second.ts";

Deno.test("perSecond() makes it once for each second, from whole seconds", () => {
  const made: number[] = [];
  const text = perSecond((second) => `${made.push(second)}: ${second}`);
  const times = [0, 1, 999, 1000, 1999.9, 0, -1, -1000, 5e12 + 1];
  assertEquals(times.map(text), [
    "1: 0",
    "1: 0",
    "1: 0",
    "2: 1000",
    "2: 1000",
    "3: 0",
    "4: -1000",
    "4: -1000",
    "5: 5000000000000",
  ]);
  assertEquals(made.length, 5);
});

Deno.test("perSecond() keeps nothing of what could not be made", () => {
  let fails = true;
  const text = perSecond(() => {
    if (fails) throw new Error("not now");
    return "made";
  });
  assertThrows(() => text(0), Error, "not now");
  fails = false;
  assertEquals(text(0), "made");
});
