import { assertEquals } from "@std/assert";
import { Deadline, type Phase } from "../../lib/server/deadline.ts";
import { Deadlines, TICK } from "../../lib/server/deadlines.ts";
import { FakeClock } from "../support/fakes.ts";

function start() {
  const clock = new FakeClock(), late: Phase[] = [];
  const deadline = new Deadline(new Deadlines(clock), { late: (phase) => late.push(phase) });
  return { clock, deadline, late };
}

Deno.test("its owner is told once which phase took too long, and then nothing is waited for", async () => {
  const { clock, deadline, late } = start();
  deadline.arm("head", 250);
  await clock.advance(250);
  assertEquals(late, []);
  await clock.advance(2 * TICK);
  assertEquals([late, deadline.phase, deadline.deadline], [["head"], "nothing", Infinity]);
  await clock.advance(1000);
  assertEquals(late, ["head"]);
});

Deno.test("what is armed anew counts from then on, and what is disarmed not at all", async () => {
  const { clock, deadline, late } = start();
  deadline.arm("idle", 250);
  await clock.advance(200);
  deadline.arm("send", 500);
  await clock.advance(450);
  assertEquals(late, []);
  deadline.disarm();
  assertEquals(deadline.phase, "nothing");
  await clock.advance(1000);
  assertEquals(late, []);
});

Deno.test("rename() keeps the time", async () => {
  const { clock, deadline, late } = start();
  deadline.arm("idle", 250);
  await clock.advance(200);
  deadline.rename("head");
  await clock.advance(250);
  assertEquals(late, ["head"]);
});

Deno.test("its owner may arm it again when it is told", async () => {
  const clock = new FakeClock();
  let late = 0;
  const deadline: Deadline = new Deadline(new Deadlines(clock), {
    late: () => {
      if (++late < 3) deadline.arm("idle", 100);
    },
  });
  deadline.arm("idle", 100);
  await clock.advance(2000);
  assertEquals(late, 3);
});

Deno.test("after end() nobody is told anything, and no timer is left", async () => {
  const { clock, deadline, late } = start();
  deadline.arm("idle", 100);
  assertEquals(clock.running, 1);
  deadline.end();
  assertEquals(clock.running, 0);
  await clock.advance(1000);
  assertEquals(late, []);
});
