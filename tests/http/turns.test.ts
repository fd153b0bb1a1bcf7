import { assertEquals, assertLess } from "@std/assert";
import { Turns } from "../../lib/http/turns.ts";
import { clock as systemClock } from "../../lib/runtime/clock.ts";
import { FakeClock, settle } from "../support/fakes.ts";

Deno.test("work is over its turn when its milliseconds are, however many its steps", async () => {
  const clock = new FakeClock(), turn = new Turns(clock).begin();
  for (let i = 0; i < 1000; i++) assertEquals(turn.isOver(), false);
  await clock.advance(5);
  const steps = Array.from({ length: 32 }, () => turn.isOver());
  assertEquals(steps.filter((over) => over).length, 2);
});

Deno.test("all that wait have one slice each in turn, with a rest before each", async () => {
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
    assertEquals(clock.running, 1, "one of the row waits for the rest");
    const before = done.length;
    await clock.advance(1);
    await settle();
    seen.push(done.length - before);
    if (seen.length > 10) break;
  }
  assertEquals(done, ["a1", "b1", "c1", "a2", "b2", "c2"]);
  assertEquals(clock.running, 0);
});

Deno.test("paced steps are done one at a time, and have one slice together before a rest", async () => {
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
  for (let rest = 1; rest <= 2; rest++) {
    await clock.advance(1);
    await settle();
  }
  await Promise.all(work);
  assertEquals(turns.isTaken, false);
  assertEquals(done, [0, 1, 2]);
});

Deno.test("a paced step that fails leaves the next its turn", async () => {
  const turns = new Turns(new FakeClock());
  assertEquals(await turns.step(() => Promise.reject(new Error("no"))).catch(({ message }) => message), "no");
  assertEquals(await turns.step(() => Promise.resolve("yes")), "yes");
});

Deno.test("what comes from a socket is seen beside paced work within a few slices", async () => {
  const turns = new Turns(systemClock);
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using client = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  using server = await listener.accept();
  let slices = 0, isSeen = false;
  const working = (async () => {
    while (!isSeen && slices < 200) {
      await turns.step(() => {
        const end = performance.now() + 5;
        while (performance.now() < end);
        return Promise.resolve();
      });
      slices++;
    }
  })();
  const byte = new Uint8Array(1);
  for (let i = 0; i < 5; i++) {
    await client.write(byte);
    await server.read(byte);
  }
  isSeen = true;
  await working;
  // The runtime would look at its sockets only once in 61 turns by itself, which is long work's to know.
  assertLess(slices, 30);
});
