import { assertEquals } from "@std/assert";
import { GroupTable } from "../../lib/runtime/group_table.ts";

/** Both sides of one memory. */
function bothSides() {
  const main = new GroupTable();
  return { main, worker: new GroupTable(main.memory) };
}

Deno.test("a group runs until its program has ended, and is then given once", () => {
  const { main, worker } = bothSides();
  worker.started(11);
  worker.started(12);
  assertEquals([main.running(), main.takeEnded()], [[11, 12], []]);
  worker.ended(11);
  assertEquals([main.runs(11), main.runs(12), main.running()], [false, true, [12]]);
  assertEquals(main.noted(), [11, 12]);
  assertEquals(main.takeEnded(), [11]);
  assertEquals([main.takeEnded(), main.running()], [[], [12]]);
});

Deno.test("the main thread is asked once between two looks", () => {
  const { main, worker } = bothSides();
  for (const pid of [11, 12, 13]) worker.started(pid);
  assertEquals([worker.ended(11), worker.ended(12)], [true, false]);
  assertEquals(main.takeEnded(), [11, 12]);
  assertEquals(worker.ended(13), true);
});

Deno.test("what is not there does not end, and nothing ends twice", () => {
  const { main, worker } = bothSides();
  worker.started(11);
  assertEquals([worker.ended(12), worker.ended(11), worker.ended(11)], [false, true, false]);
  assertEquals(main.takeEnded(), [11]);
});

Deno.test("our own group and everything are no groups", () => {
  const { main, worker } = bothSides();
  for (const pid of [0, 1, -1, -12]) {
    worker.started(pid);
    assertEquals([worker.ended(pid), worker.runs(pid), main.running(), main.takeEnded()], [
      false,
      false,
      [],
      [],
    ]);
  }
  // Not even where a worker goes past its own side.
  new Int32Array(main.memory).set([0, 1, -1]);
  assertEquals([main.runs(0), main.runs(1), main.runs(-1)], [false, false, false]);
  assertEquals([main.running(), main.takeEnded()], [[], []]);
});

Deno.test("a place is used again once the main thread has taken what was in it", () => {
  const { main, worker } = bothSides();
  const { byteLength } = main.memory;
  for (let pid = 2; pid < 10_000; pid++) {
    worker.started(pid);
    worker.ended(pid);
    if (pid % 100 === 0) main.takeEnded();
  }
  assertEquals(main.memory.byteLength, byteLength);
});

Deno.test("there is room for as many as are started, and both sides see it", () => {
  const { main, worker } = bothSides();
  const pids = Array.from({ length: 3000 }, (_, index) => index + 2);
  pids.forEach((pid) => worker.started(pid));
  assertEquals(main.running(), pids);
  pids.forEach((pid) => worker.ended(pid));
  assertEquals(main.takeEnded(), pids);
});
