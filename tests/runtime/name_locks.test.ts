import { assertEquals, assertLess, assertThrows } from "@std/assert";
import { FileError } from "../../lib/ports.ts";
import { freeNameLocks, nameLockMemory, NameLocks } from "../../lib/runtime/name_locks.ts";
import { inTime, waitUntil } from "../support/wait.ts";

/** A thread, and when it is through with its code. */
interface Thread {
  readonly worker: Worker;
  readonly done: Promise<unknown>;
}

/** Runs the code in a thread of its own, which has `locks` and two shared words. Resolves once it has begun. */
async function threadWith(
  memory: SharedArrayBuffer,
  owner: number,
  words: Int32Array,
  code: string,
): Promise<Thread> {
  const module = new URL("../../lib/runtime/name_locks.ts", import.meta.url);
  const source = `import { NameLocks } from ${JSON.stringify(module)};
    self.onmessage = ({ data: { memory, owner, words } }) => {
      const locks = new NameLocks(memory, owner);
      ${code}
      self.postMessage("done");
    };
    self.postMessage("ready");`;
  const worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })), {
    type: "module",
  });
  await new Promise((resolve) => worker.onmessage = resolve);
  // Listened for before it begins: it may be through while other threads are still being started.
  const done = new Promise((resolve) => worker.onmessage = resolve);
  worker.postMessage({ memory, owner, words });
  return { worker, done };
}

Deno.test("what several threads do under one key they do one after the other", async () => {
  const memory = nameLockMemory(), words = new Int32Array(new SharedArrayBuffer(8));
  const each = 20_000;
  // No atomic sum: whoever comes in between is lost.
  const workers = await Promise.all(
    [1, 2, 3, 4].map((owner) =>
      threadWith(
        memory,
        owner,
        words,
        `for (let i = 0; i < ${each}; i++) locks.run("name", () => words[0]++);`,
      )
    ),
  );
  await inTime(Promise.all(workers.map(({ done }) => done)), "all threads are through");
  workers.forEach(({ worker }) => worker.terminate());
  assertEquals(words[0], 4 * each);
});

Deno.test("a lock may be asked for again within, and is free after an error", () => {
  const locks = new NameLocks(), other = new NameLocks();
  assertEquals(locks.run("a", () => locks.run("a", () => 5)), 5);
  assertThrows(() => locks.run("a", () => locks.run("b", () => 5)), Error, "within the first");
  assertThrows(() =>
    locks.run("a", () => {
      throw new TypeError("a mistake");
    }), TypeError);
  assertEquals(locks.run("a", () => 6), 6);
  assertEquals(locks.run("a", () => other.run("a", () => 7)), 7);
});

Deno.test("nobody waits for ever for a lock, and one of a thread that is gone is freed", async () => {
  const memory = nameLockMemory(), words = new Int32Array(new SharedArrayBuffer(8));
  const holder = await threadWith(
    memory,
    7,
    words,
    `locks.run("name", () => { Atomics.store(words, 0, 1); Atomics.wait(words, 1, 0); });`,
  );
  await waitUntil(() => Atomics.load(words, 0) === 1, "the other thread has its lock");
  const locks = new NameLocks(memory, 8, 50), start = performance.now();
  assertEquals(assertThrows(() => locks.run("name", () => 1), FileError).problem, "busy");
  assertLess(performance.now() - start, 5000);
  assertEquals(locks.run("another name", () => 2), 2);
  freeNameLocks(memory, 6);
  assertThrows(() => locks.run("name", () => 1), FileError);
  freeNameLocks(memory, 7);
  assertEquals(locks.run("name", () => 3), 3);
  // It was not gone after all: what it gives back is not what others hold by now.
  locks.run("name", () => {
    Atomics.store(words, 1, 1);
    Atomics.notify(words, 1);
    const end = performance.now() + 20;
    while (performance.now() < end);
    assertThrows(() => new NameLocks(memory, 9, 0).run("name", () => 1), FileError);
  });
  await inTime(holder.done, "the other thread is through");
  holder.worker.terminate();
});
