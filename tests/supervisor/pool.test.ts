import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ProcessError } from "../../lib/ports.ts";
import { type PoolSystem, SpawnedPool } from "../../lib/supervisor/pool.ts";
import { FakeRunner } from "../cgi/fakes.ts";
import { FakeClock, FakeLog, settle } from "../support/fakes.ts";

const SOCKET = "/run/pools/1/php.sock";

/** A pool whose program accepts connections when the test says so. */
function poolOf(command = ["php-cgi", "-n"], before = Promise.resolve()) {
  const runner = new FakeRunner(), clock = new FakeClock(), log = new FakeLog();
  const world = { listens: true, gone: 0, cleared: 0, installed: true };
  const system: PoolSystem = {
    runner,
    clock,
    errorLog: () => log,
    findProgram: (name) => world.installed ? `/usr/bin/${name}` : undefined,
    environment: () => ({ PATH: "/usr/bin", WEBSERV_SOFTWARE: "webserv/1" }),
    clear: () => void world.cleared++,
    listens: () => Promise.resolve(world.listens),
  };
  const pool = new SpawnedPool({ command, processes: 4 }, SOCKET, system, () => world.gone++, before);
  return { pool, runner, clock, log, world };
}

/** What comes of it, once nothing more happens by itself. */
async function outcome(promise: Promise<string>): Promise<string> {
  let text = "waits";
  promise.then((path) => text = path, (error: Error) => text = `${error.message}: ${causeOf(error)}`);
  await settle();
  return text;
}

const causeOf = ({ cause }: Error) => cause instanceof Error ? cause.message : "";

Deno.test("a pool is started when it is first wanted, once, and told its socket and its number", async () => {
  const { pool, runner, clock, world } = poolOf();
  await settle();
  assertEquals(runner.processes.length, 0);
  assertEquals(await Promise.all([pool.ready(), pool.ready()]), [SOCKET, SOCKET]);
  assertEquals(await pool.ready(), SOCKET);
  assertEquals(runner.processes.map(({ command }) => command), [{
    program: "/usr/bin/php-cgi",
    args: ["-n", "-b", SOCKET],
    folder: "/",
    environment: { PATH: "/usr/bin", WEBSERV_SOFTWARE: "webserv/1", PHP_FCGI_CHILDREN: "4" },
    hasInput: false,
  }]);
  await pool.end();
  assertEquals([runner.last.terminations, runner.last.kills, runner.last.restKills, runner.last.released], [
    1,
    0,
    1,
    1,
  ]);
  assertEquals([clock.running, world.gone, world.cleared], [0, 0, 2]);
});

Deno.test("whoever wants it waits until it accepts connections", async () => {
  const { pool, clock, world } = poolOf();
  world.listens = false;
  const wanted = pool.ready();
  for (let i = 0; i < 20; i++) {
    assertEquals(await outcome(wanted), "waits");
    await clock.advance(100);
  }
  world.listens = true;
  await clock.advance(100);
  assertEquals(await outcome(wanted), SOCKET);
  await pool.end();
});

Deno.test("one that never accepts connections is killed in time, and the reason is given", async () => {
  const { pool, runner, clock, world, log } = poolOf();
  world.listens = false;
  const wanted = outcome(pool.ready());
  await wanted;
  const late = outcome(pool.ready());
  await clock.advance(10_200);
  await late;
  assertEquals([runner.processes.length, runner.last.kills, clock.running], [1, 1, 0]);
  assertMatch(log.lines.join("\n"), /php-cgi: the pool was ended by SIGKILL; it had not listened/);
  const again = outcome(pool.ready());
  assertEquals(await again, "waits");
  await clock.advance(60);
  assertEquals(runner.processes.length, 2);
  await pool.end();
});

Deno.test("one that cannot be started says why: not there, not allowed, ends at once", async () => {
  const { pool, runner, clock, world, log } = poolOf();
  world.installed = false;
  assertEquals(await outcome(pool.ready()), "php-cgi cannot be started: not found: ");
  world.installed = true;
  runner.failure = new ProcessError("denied", "php-cgi");
  const denied = pool.ready();
  denied.catch(() => {});
  await clock.advance(50);
  assertEquals(await outcome(denied), "php-cgi cannot be started: denied: ");
  runner.failure = undefined;
  world.listens = false;
  const ended = pool.ready();
  ended.catch(() => {});
  await clock.advance(100);
  await runner.last.exit(255);
  assertEquals(await outcome(ended), "php-cgi cannot be started: failed: it ended as soon as it started");
  assertEquals(runner.processes.length, 1);
  assertMatch(log.lines.join("\n"), /ended with exit status 255; it had not listened .* in 200 ms/);
  // Nobody wants it: it is not tried again by itself.
  await clock.advance(60_000);
  assertEquals([runner.processes.length, clock.running, world.gone], [1, 0, 0]);
  await pool.end();
});

Deno.test("one that dies is started again by itself, after a delay that grows up to 5 s and shrinks with a good life", async () => {
  const { pool, runner, clock, log, world } = poolOf();
  await pool.ready();
  const delays = [50, 100, 200, 400, 800, 1600, 3200, 5000, 5000];
  for (const [index, delay] of delays.entries()) {
    await runner.last.exit("SIGKILL");
    const wanted = pool.ready();
    await clock.advance(delay - 1);
    assertEquals([runner.processes.length, await outcome(wanted)], [index + 1, "waits"]);
    await clock.advance(2);
    assertEquals([runner.processes.length, await outcome(wanted)], [index + 2, SOCKET]);
  }
  assertEquals(world.gone, delays.length);
  await clock.advance(2001);
  await runner.last.exit(0);
  await clock.advance(51);
  assertEquals(runner.processes.length, delays.length + 2);
  assertMatch(log.lines[0]!, /php-cgi: the pool was ended by SIGKILL; another starts in 50 ms/);
  assertEquals(
    runner.processes.map(({ released }) => released),
    [...runner.processes.keys()].map((at) => at < delays.length + 1 ? 1 : 0),
  );
  await pool.end();
});

Deno.test("where somebody could not connect it is looked after, and started again only if nobody listens", async () => {
  const { pool, runner, clock, world, log } = poolOf();
  pool.failed();
  assertEquals(runner.processes.length, 0);
  await pool.ready();
  for (let i = 0; i < 100; i++) pool.failed();
  const doubted = pool.ready();
  assertEquals(await outcome(doubted), "waits");
  await clock.advance(51);
  assertEquals([await outcome(doubted), runner.processes.length, runner.last.terminations], [
    SOCKET,
    1,
    0,
  ]);
  world.listens = false;
  for (let i = 0; i < 100; i++) pool.failed();
  const wanted = pool.ready();
  await settle();
  assertEquals([runner.last.terminations, world.gone], [1, 1]);
  world.listens = true;
  await clock.advance(51);
  assertEquals([await outcome(wanted), runner.processes.length], [SOCKET, 2]);
  assertMatch(log.lines[0]!, /php-cgi: the pool runs but does not listen on its socket any more/);
  await pool.end();
});

Deno.test("what does not end when it is asked to is killed after a second", async () => {
  const { pool, runner, clock } = poolOf();
  runner.prepare = (process) => process.isStubborn = true;
  await pool.ready();
  const ended = pool.end();
  await clock.advance(999);
  assertEquals(runner.last.kills, 0);
  await clock.advance(2);
  await ended;
  assertEquals([runner.last.kills, runner.last.released, clock.running], [1, 1, 0]);
  await assertRejects(() => pool.ready(), ProcessError);
});

Deno.test("an end in the middle of anything leaves nothing, and nothing starts behind it", async () => {
  for (const moment of ["idle", "listening", "delay", "look", "before"] as const) {
    const before = Promise.withResolvers<void>();
    const { pool, runner, clock, world } = poolOf(
      ["php-cgi"],
      moment === "before" ? before.promise : undefined,
    );
    world.listens = moment === "look" || moment === "delay";
    const wanted = moment === "idle" ? undefined : pool.ready();
    wanted?.catch(() => {});
    await settle();
    if (moment === "delay") await runner.last.exit(1);
    if (moment === "look") {
      world.listens = false;
      pool.failed();
    }
    const ended = pool.end();
    await clock.advance(20);
    before.resolve();
    await ended;
    const started = runner.processes.length;
    await clock.advance(60_000);
    assertEquals([runner.processes.length, clock.running], [started, 0], moment);
    assert(runner.processes.every(({ released }) => released === 1), moment);
    await assertRejects(() => pool.ready(), ProcessError);
  }
});

Deno.test("what it says goes to the error log by line, without what a terminal would obey", async () => {
  const { pool, runner, log } = poolOf();
  await pool.ready();
  runner.last.errors.put("PHP Warning: \x1b[31mred\nnext ");
  await runner.last.say("out\n");
  runner.last.errors.put("line\n");
  await pool.end();
  const said = log.lines.join("\n");
  assertMatch(said, /php-cgi: PHP Warning: \\x1B\[31mred/);
  assertMatch(said, /php-cgi: out/);
  assertMatch(said, /php-cgi: next line/);
});
