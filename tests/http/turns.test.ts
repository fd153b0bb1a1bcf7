import { assertEquals } from "@std/assert";
import { Turns } from "../../lib/http/turns.ts";
import { FakeClock, settle } from "../support/fakes.ts";

Deno.test("work is over its turn when its milliseconds are, however many its steps", async () => {
  const clock = new FakeClock(), turn = new Turns(clock).begin();
  for (let i = 0; i < 1000; i++) assertEquals(turn.isOver(), false);
  await clock.advance(5);
  const steps = Array.from({ length: 32 }, () => turn.isOver());
  assertEquals(steps.filter((over) => over).length, 2);
});

Deno.test("all that wait have one slice each in turn, one in each turn of the event loop", async () => {
  const clock = new FakeClock(), turns = new Turns(clock);
  const done: string[] = [];
  for (const name of ["a", "b", "c"]) {
    void (async () => {
      const turn = turns.begin();
      for (let i = 1; i <= 2; i++) {
        await turn.next();
        done.push(name + i);
      }
    })();
  }
  const seen: number[] = [];
  while (done.length < 6) {
    assertEquals(clock.running, 1, "one of the row waits for the event loop");
    const before = done.length;
    const [next] = [clock.advance(0)];
    await next;
    await settle();
    seen.push(done.length - before);
    if (seen.length > 10) break;
  }
  assertEquals(done, ["a1", "b1", "c1", "a2", "b2", "c2"]);
  assertEquals(clock.running, 0);
});
