import { assertEquals } from "@std/assert";
import { NOWHERE } from "../../lib/http/roster.ts";
import { Deadlines, TICK, type Waiting } from "../../lib/server/deadlines.ts";
import { FakeClock } from "../support/fakes.ts";

class Waiter implements Waiting {
  place = NOWHERE;
  deadline: number;
  expired = 0;
  onExpire: () => void = () => {};

  constructor(deadline: number) {
    this.deadline = deadline;
  }

  expire(): void {
    this.expired++;
    this.deadline = Infinity;
    this.onExpire();
  }
}

function start(count: number, wait: number) {
  const clock = new FakeClock(), deadlines = new Deadlines(clock);
  const waiters = Array.from({ length: count }, () => new Waiter(clock.monotonic() + wait));
  for (const waiter of waiters) deadlines.add(waiter);
  return { clock, deadlines, waiters };
}

Deno.test("a deadline is noticed once, at most one tick late and never early", async () => {
  const { clock, waiters: [waiter] } = start(1, 250);
  await clock.advance(249);
  assertEquals(waiter?.expired, 0);
  await clock.advance(1 + TICK);
  assertEquals(waiter?.expired, 1);
  await clock.advance(1000);
  assertEquals(waiter?.expired, 1);
});

Deno.test("one tick serves all that wait", async () => {
  const { clock, waiters } = start(1000, 50);
  assertEquals(clock.running, 1);
  await clock.advance(TICK);
  assertEquals(waiters.every(({ expired }) => expired === 1), true);
});

Deno.test("what waits for nothing never expires", async () => {
  const { clock, waiters: [waiter] } = start(1, Infinity);
  await clock.advance(1_000_000);
  assertEquals(waiter?.expired, 0);
});

Deno.test("a deadline that is moved counts as it stands at the tick", async () => {
  const { clock, waiters: [waiter] } = start(1, 250);
  await clock.advance(200);
  waiter!.deadline = clock.monotonic() + 500;
  await clock.advance(450);
  assertEquals(waiter?.expired, 0);
  await clock.advance(200);
  assertEquals(waiter?.expired, 1);
});

Deno.test("the tick stops when nothing waits any more, and begins again", async () => {
  const { clock, deadlines, waiters } = start(2, 50);
  deadlines.delete(waiters[0]!);
  assertEquals(clock.running, 1);
  deadlines.delete(waiters[1]!);
  assertEquals(clock.running, 0);
  // Twice is allowed.
  deadlines.delete(waiters[1]!);
  const late = new Waiter(clock.monotonic() + 50);
  deadlines.add(late);
  assertEquals(clock.running, 1);
  await clock.advance(TICK);
  assertEquals([late.expired, waiters[1]?.expired], [1, 0]);
});

Deno.test("those that go away while a tick looks at them keep no other from expiring", async () => {
  const { clock, deadlines, waiters } = start(3, 50);
  for (const waiter of waiters) waiter.onExpire = () => deadlines.delete(waiter);
  await clock.advance(TICK);
  assertEquals(waiters.map(({ expired }) => expired), [1, 1, 1]);
  assertEquals(clock.running, 0);
});
