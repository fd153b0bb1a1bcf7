import { assertEquals } from "@std/assert";
import { UploadTable } from "../../lib/supervisor/upload_table.ts";

/** A table with what it has said, and a way to let its patience end. */
function table() {
  const ended: [number, number][] = [], timers = new Set<() => void>();
  const uploads = new UploadTable({
    end: (worker, claim) => void ended.push([worker, claim]),
    after: (_, callback) => {
      timers.add(callback);
      return () => void timers.delete(callback);
    },
  });
  return { uploads, ended, timers, late: () => [...timers].forEach((callback) => callback()) };
}

Deno.test("one request has an upload; the next has it once that has let go", async () => {
  const { uploads, ended, timers } = table();
  assertEquals(await uploads.claim("a", 1), 1);
  assertEquals(await uploads.claim("b", 1), 2);
  const next = uploads.claim("a", 2);
  assertEquals(ended, [[1, 1]]);
  assertEquals([uploads.uploadOf(1, 1), uploads.uploadOf(1, 2), uploads.uploadOf(9, 1)], [
    "a",
    undefined,
    undefined,
  ]);
  uploads.release(1);
  assertEquals(await next, 3);
  assertEquals([uploads.uploadOf(3, 2), timers.size], ["a", 0]);
  uploads.release(3);
  assertEquals([uploads.isClaimed("a"), uploads.isClaimed("b")], [false, true]);
});

Deno.test("of those who wait the newest gets it", async () => {
  const { uploads, ended } = table();
  await uploads.claim("a", 1);
  const second = uploads.claim("a", 1), third = uploads.claim("a", 1);
  assertEquals(await second, "superseded");
  uploads.release(1);
  assertEquals(await third, 2);
  assertEquals(ended, [[1, 1], [1, 1]]);
});

Deno.test("who does not let go is waited for, but not for ever", async () => {
  const { uploads, late } = table();
  await uploads.claim("a", 1);
  const next = uploads.claim("a", 1);
  late();
  assertEquals(await next, "busy");
  uploads.release(1);
  assertEquals(await uploads.claim("a", 1), 2);
});

Deno.test("a thread that is gone has let go of everything", async () => {
  const { uploads } = table();
  await uploads.claim("a", 1);
  await uploads.claim("b", 1);
  const waits = uploads.claim("b", 1), next = uploads.claim("a", 2);
  uploads.gone(1);
  assertEquals([await waits, await next], ["busy", 3]);
  assertEquals([uploads.isClaimed("a"), uploads.isClaimed("b")], [true, false]);
});
