import { assertEquals } from "@std/assert";
import { Bursts } from "../../lib/runtime/bursts.ts";
import { FakeClock } from "../support/fakes.ts";

/** When bursts end, for things that happen at these times. */
async function ends(times: readonly number[]): Promise<number[]> {
  const clock = new FakeClock(), told: number[] = [];
  const begun = clock.monotonic(), now = () => clock.monotonic() - begun;
  const bursts = new Bursts(clock, { quiet: 25, longest: 100 }, () => told.push(now()));
  for (const time of times) {
    await clock.advance(time - now());
    bursts.add();
  }
  await clock.advance(200);
  return told;
}

Deno.test("what happens shortly after each other is one burst, which ends in time", async () => {
  const rows: [times: number[], ends: number[]][] = [
    [[0], [25]],
    [[0, 10, 20], [45]],
    [[0, 24, 48], [73]],
    [[0, 40], [25, 65]],
    // Nobody waits for the end of what does not end.
    [Array.from({ length: 21 }, (_, index) => 10 * index), [100, 200, 225]],
    [[], []],
  ];
  for (const [times, expected] of rows) {
    const told = await ends(times);
    assertEquals(told, expected, `${times}`);
  }
});

Deno.test("a burst that is stopped ends nowhere, and the next one begins anew", async () => {
  const clock = new FakeClock();
  let told = 0;
  const bursts = new Bursts(clock, { quiet: 25, longest: 100 }, () => told++);
  bursts.add();
  bursts.stop();
  await clock.advance(200);
  assertEquals(told, 0);
  bursts.add();
  await clock.advance(200);
  assertEquals(told, 1);
});
