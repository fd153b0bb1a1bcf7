import { assertEquals } from "@std/assert";
import type { LockAnswer, LockQuestion } from "../../lib/dav/lock_questions.ts";
import { LockKeeper } from "../../lib/supervisor/lock_keeper.ts";

function newKeeper() {
  const timers: (() => void)[] = [];
  const keeper = new LockKeeper({
    now: () => 0,
    after: (_, callback) => (timers.push(callback), () => {}),
    room: () => undefined,
  });
  const ask = async (question: LockQuestion, worker = 1): Promise<LockAnswer> =>
    JSON.parse((await keeper.answer(JSON.stringify(question), worker))!);
  return { keeper, timers, ask };
}

const LOCK: LockQuestion = {
  do: "lock",
  wanted: { path: "/s/a", url: "/a", scope: "exclusive", isDeep: false, owner: "", user: undefined },
  seconds: 60,
};

const WRITE: LockQuestion = {
  do: "write",
  writes: [{ path: "/s/a", kind: "content" }],
  tokens: [],
  user: undefined,
  begins: true,
};

Deno.test("Lock keeper: a lock waits for a write that has begun, and nobody begins another meanwhile", async () => {
  const { ask } = newKeeper(), begun = await ask(WRITE);
  let granted: LockAnswer | undefined;
  const locking = ask(LOCK).then((answer) => granted = answer);
  assertEquals("held" in await ask(WRITE), true);
  assertEquals(granted, undefined);
  await ask({ do: "end", lease: "lease" in begun ? begun.lease : 0, gone: [] });
  assertEquals("lock" in await locking, true);
});

Deno.test("Lock keeper: a lock that waits in vain is none, and one whose writer's worker is gone is granted", async () => {
  const { ask, timers, keeper } = newKeeper();
  await ask(WRITE);
  const late = ask(LOCK);
  await Promise.resolve();
  timers.forEach((callback) => callback());
  assertEquals(await late, { is: "busy" });
  const locking = ask(LOCK);
  keeper.gone(1);
  assertEquals("lock" in await locking, true);
});

Deno.test("Lock keeper: another worker ends nobody's write, and nonsense has no answer", async () => {
  const { ask, keeper } = newKeeper(), begun = await ask(WRITE);
  const end: LockQuestion = { do: "end", lease: "lease" in begun ? begun.lease : 0, gone: [] };
  assertEquals([await ask(end, 2), await ask(end)], [{ is: "none" }, { is: "done" }]);
  assertEquals(await keeper.answer("{}", 1), undefined);
});
