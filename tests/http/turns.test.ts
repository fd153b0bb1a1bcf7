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

Deno.test("paced steps are done one at a time, and together have one slice of a turn of the event loop", async () => {
  const clock = new FakeClock(), turns = new Turns(clock);
  const done: number[] = [], ends = [0, 1, 2].map(() => Promise.withResolvers<void>());
  let within = 0;
  const work = ends.map(({ promise }, index) =>
    turns.step(async () => {
      assertEquals(++within, 1);
      await promise;
      within--;
      done.push(index);
    })
  );
  for (const { resolve } of ends.slice(1)) resolve();
  await settle();
  assertEquals(done, [], "the others wait for the first");
  await clock.advance(5);
  ends[0]!.resolve();
  await settle();
  assertEquals(done, [0]);
  assertEquals(turns.isTaken, true, "which has taken all of the slice");
  await clock.advance(0);
  await Promise.all(work);
  assertEquals(turns.isTaken, false);
  assertEquals(done, [0, 1, 2]);
  assertEquals(clock.running, 0);
});

Deno.test("a paced step that fails leaves the next its turn", async () => {
  const turns = new Turns(new FakeClock());
  assertEquals(await turns.step(() => Promise.reject(new Error("no"))).catch(({ message }) => message), "no");
  assertEquals(await turns.step(() => Promise.resolve("yes")), "yes");
});

Deno.test("a slice that was taken some time ago makes nobody wait", async () => {
  const clock = new FakeClock(), turns = new Turns(clock);
  const take = () => turns.step(() => clock.advance(5));
  await take();
  assertEquals(turns.isTaken, true);
  await clock.advance(4);
  await take();
  assertEquals(clock.running, 0);
});

Deno.test("a row of long work and paced steps have one turn each", async () => {
  const clock = new FakeClock(), turns = new Turns(clock), done: string[] = [];
  await turns.step(() => clock.advance(5));
  for (const name of ["a", "b"]) {
    void turns.wait().then(() => done.push(`row ${name}`));
    void turns.step(async () => {
      done.push(`step ${name}`);
      // It takes all of its turn.
      await clock.advance(5);
    });
  }
  while (done.length < 4) await clock.advance(0);
  assertEquals(done, ["row a", "step a", "row b", "step b"]);
});
