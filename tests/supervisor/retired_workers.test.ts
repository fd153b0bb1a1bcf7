/** How long workers of earlier configurations live, and how many of them. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { RetiredWorkers, type Retiring } from "../../lib/supervisor/retired_workers.ts";
import { FakeLog, settle } from "../support/fakes.ts";
import { waitUntil } from "../support/wait.ts";

/** A worker that does nothing until it is told to. */
class FakeWorker implements Retiring {
  readonly calls: string[] = [];
  readonly #gone = Promise.withResolvers<void>();
  readonly gone = this.#gone.promise;

  constructor(readonly name: string) {}

  retire(): Promise<void> {
    this.calls.push("retire");
    return Promise.resolve();
  }

  windDown(): void {
    this.calls.push("wind down");
  }

  stop(timeout: number): Promise<void> {
    this.calls.push(`stop ${timeout}`);
    return this.gone;
  }

  terminate(): void {
    this.calls.push("terminate");
    this.end();
  }

  end(): void {
    this.#gone.resolve();
  }
}

const HOUR = 3_600_000;

function start({ reloads = 2, workers = 3, ending = 1, tunnels = HOUR } = {}) {
  const log = new FakeLog();
  const retired = new RetiredWorkers<FakeWorker>(
    () => ({ requests: 7, tunnels }),
    () => log,
    { reloads, workers, ending },
  );
  const generation = async (...names: string[]) => {
    const made = names.map((name) => new FakeWorker(name));
    await Promise.all(retired.add(made));
    await settle();
    return made;
  };
  const alive = () => retired.all.map(({ name }) => name).join("");
  return { log, retired, generation, alive, [Symbol.dispose]: () => retired.stop() };
}

Deno.test("workers of the last reloads are only retired; those before live for what is running alone", async () => {
  using test = start();
  const [a] = await test.generation("a"), [b] = await test.generation("b"), [c] = await test.generation("c");
  assertEquals([a, b, c].map((worker) => worker!.calls), [["retire", "wind down"], ["retire"], ["retire"]]);
  assertEquals([test.alive(), test.log.lines], ["bca", []]);
});

Deno.test("one that has tunnels outlives any number of reloads whose workers end by themselves", async () => {
  using test = start();
  const [tunnels] = await test.generation("t", "u");
  for (let reload = 0; reload < 60; reload++) {
    const others = await test.generation("x", "y");
    setTimeout(() => others.forEach((worker) => worker.end()), 0);
    await settle();
  }
  assertEquals([test.alive(), tunnels!.calls], ["tu", ["retire"]]);
  const [a] = await test.generation("a");
  await test.generation("b");
  assertEquals([tunnels!.calls, a!.calls, test.log.lines], [["retire", "wind down"], ["retire"], []]);
});

Deno.test("of too many the oldest are given timeouts.shutdown, and cut when more follow", async () => {
  using test = start();
  const all: FakeWorker[] = [];
  for (const name of "abcdefg") all.push(...await test.generation(name));
  assertEquals(all.map(({ calls }) => calls.slice(1).join()), [
    "wind down,stop 7,terminate",
    "wind down,stop 7",
    "wind down",
    "wind down",
    "wind down",
    "",
    "",
  ]);
  assertEquals([test.alive(), test.log.lines.length], ["fgcdeb", 3]);
  assertStringIncludes(test.log.lines[0]!, "many reloads ago still runs: it has 7 ms to end");
});

Deno.test("what runs for longer than timeouts.shutdown has for tunnels is given timeouts.shutdown", async () => {
  using test = start({ tunnels: 20 });
  const [a] = await test.generation("a"), [b] = await test.generation("b");
  b!.end();
  await waitUntil(() => a!.calls.length > 1, "it is told to stop");
  assertEquals([a!.calls, b!.calls], [["retire", "stop 7"], ["retire"]]);
  assertStringIncludes(test.log.lines.join(), "a reload 0.02 s ago still runs");
});

Deno.test("nothing is told to them any more once the server stops", async () => {
  const test = start({ tunnels: 5 });
  const a = new FakeWorker("a");
  test.retired.add([a]);
  test.retired.stop();
  for (const name of "bcdefgh") await test.generation(name);
  await new Promise((resolve) => setTimeout(resolve, 10));
  assertEquals([a.calls, test.log.lines], [["retire"], []]);
});
