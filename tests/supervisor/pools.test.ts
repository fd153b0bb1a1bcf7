import { assertEquals, assertRejects } from "@std/assert";
import { type Pool, ProcessError } from "../../lib/ports.ts";
import type { PoolAnswer } from "../../lib/supervisor/messages.ts";
import { isPoolName, poolName } from "../../lib/supervisor/pool_names.ts";
import { SpawnedPools } from "../../lib/supervisor/pools.ts";
import { WorkerPools } from "../../lib/supervisor/worker_pools.ts";
import { FakeRunner } from "../cgi/fakes.ts";
import { FakeClock, FakeLog, settle } from "../support/fakes.ts";

const PHP: Pool = { command: ["php-cgi"], processes: 4 };
const APP: Pool = { command: ["/opt/app", "--fast"], processes: 1 };

function poolsOf() {
  const runner = new FakeRunner(), clock = new FakeClock();
  const pools = new SpawnedPools({
    runner,
    clock,
    errorLog: () => new FakeLog(),
    findProgram: (name) => name === "missing" ? undefined : name,
    environment: () => ({}),
    clear: () => {},
    listens: () => Promise.resolve(true),
  }, { socket: (name) => `/run/${name}` });
  const running = () =>
    runner.processes.filter(({ released }) => released === 0).map(({ command }) => command.program);
  return { pools, runner, clock, running };
}

const addressOf = (pool: Pool) => ({ path: `/run/${poolName(pool)}` });

Deno.test("a pool's name tells its program, differs with whatever the pool is, and is the same at each start", () => {
  assertEquals(poolName(PHP), "php-cgi-65dbfb96ad7f01bf.sock");
  const pools: Pool[] = [
    PHP,
    { ...PHP, processes: 5 },
    { command: ["php-cgi", "-n"], processes: 4 },
    { command: ["php-cgi -n"], processes: 4 },
    { command: ["/usr/bin/php-cgi"], processes: 4 },
    { command: ["/srv/ein Programm mit sehr langem Namen.é"], processes: 4 },
    { command: ["/"], processes: 4 },
  ];
  const names = pools.map(poolName);
  assertEquals(new Set(names).size, pools.length);
  for (const name of names) assertEquals([name, isPoolName(name), name.length <= 38], [name, true, true]);
  for (
    const name of ["", "php-cgi", "../x-1a40bbf9ae2ef29e.sock", "x-1a40bbf9ae2ef29e.sock\n", "a".repeat(99)]
  ) {
    assertEquals(isPoolName(name), false, name);
  }
});

Deno.test("a pool lives as long as somebody's configuration names it, and no longer", async () => {
  const { pools, runner, running } = poolsOf();
  const first = pools.open([PHP, APP, PHP]), second = pools.open([PHP]);
  const answers: PoolAnswer[] = [];
  assertEquals(first.wanted(poolName(PHP), (answer) => answers.push(answer)), true);
  assertEquals(second.wanted(poolName(PHP), (answer) => answers.push(answer)), true);
  assertEquals(first.wanted(poolName(APP), (answer) => answers.push(answer)), true);
  await settle();
  assertEquals(answers, [addressOf(PHP), addressOf(PHP), addressOf(APP)]);
  assertEquals(running(), ["php-cgi", "/opt/app"]);
  first.close();
  await settle();
  assertEquals(running(), ["php-cgi"]);
  first.close();
  assertEquals(first.wanted(poolName(PHP), () => {}), false);
  second.close();
  await settle();
  assertEquals([running(), runner.processes.length], [[], 2]);
  await pools.stop();
});

Deno.test("SECURITY: nobody gets a pool that is not his, whoever else has it", async () => {
  const { pools, runner } = poolsOf();
  const first = pools.open([PHP]), second = pools.open([APP]);
  for (const name of [poolName(APP), "", "php-cgi", "__proto__"]) {
    assertEquals([first.wanted(name, () => {}), first.failed(name)], [false, false]);
  }
  await settle();
  assertEquals(runner.processes.length, 0);
  second.close();
  await pools.stop();
});

Deno.test("one that is named again while it ends starts only when the other is gone, since both have one socket", async () => {
  const { pools, runner, clock } = poolsOf();
  runner.prepare = (process) => process.isStubborn = true;
  const first = pools.open([PHP]);
  first.wanted(poolName(PHP), () => {});
  await settle();
  for (let round = 1; round <= 3; round++) {
    pools.open([PHP]).close();
    first.close();
  }
  const again = pools.open([PHP]), answers: PoolAnswer[] = [];
  again.wanted(poolName(PHP), (answer) => answers.push(answer));
  await clock.advance(900);
  assertEquals([runner.processes.length, answers], [1, []]);
  await clock.advance(200);
  assertEquals([runner.processes.length, runner.processes[0]!.released, answers], [2, 1, [addressOf(PHP)]]);
  const stopped = pools.stop();
  await clock.advance(1001);
  await stopped;
  assertEquals([runner.processes[1]!.released, clock.running], [1, 0]);
});

Deno.test("everybody who has it hears when a pool listens no more, and why one cannot be started", async () => {
  const { pools, runner, clock } = poolsOf();
  const heard: string[] = [], missing: Pool = { command: ["missing"], processes: 1 };
  const first = pools.open([PHP, missing], (name) => heard.push(`first ${name}`));
  pools.open([PHP], (name) => heard.push(`second ${name}`));
  pools.open([APP], (name) => heard.push(`third ${name}`));
  first.wanted(poolName(PHP), () => {});
  await settle();
  await runner.last.exit(1);
  assertEquals(heard, [`first ${poolName(PHP)}`, `second ${poolName(PHP)}`]);
  const answers: PoolAnswer[] = [];
  first.wanted(poolName(missing), (answer) => answers.push(answer));
  await settle();
  assertEquals(answers, [{ problem: "not found", program: "missing", why: "" }]);
  const stopped = pools.stop();
  await clock.advance(1000);
  await stopped;
  assertEquals(first.wanted(poolName(PHP), () => {}), false);
});

Deno.test("a worker asks once, remembers the answer until it hears otherwise, and asks again when somebody failed", async () => {
  const asked: string[] = [];
  const name = poolName(PHP), address = addressOf(PHP);
  const pools = new WorkerPools({
    wanted: (name) => asked.push(`wanted ${name}`),
    failed: (name) => asked.push(`failed ${name}`),
  });
  // Of two configurations, the same.
  const waiting = [pools.address(PHP), pools.address({ ...PHP }), pools.address(PHP)];
  pools.receive(name, address);
  assertEquals(await Promise.all([...waiting, pools.address(PHP)]), Array(4).fill(address));
  assertEquals(asked.splice(0), [`wanted ${name}`]);
  for (let i = 0; i < 100; i++) pools.failed(PHP);
  assertEquals(asked.splice(0), [`failed ${name}`]);
  const again = pools.address(PHP);
  pools.failed(PHP);
  assertEquals(asked.splice(0), [`wanted ${name}`]);
  pools.receive(name, { problem: "not found", program: "php-cgi", why: "" });
  await assertRejects(() => again, ProcessError, "php-cgi cannot be started: not found");
  const third = pools.address(PHP);
  pools.receive(name, address);
  assertEquals(await third, address);
  pools.receive(name, undefined);
  pools.failed(PHP);
  void pools.address(PHP);
  assertEquals(asked.splice(0), [`wanted ${name}`, `wanted ${name}`]);
  pools.receive(name, address);
  pools.close();
  await assertRejects(() => pools.address(PHP), ProcessError);
  pools.failed(PHP);
  assertEquals(asked, []);
});
