import {
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { CgiRun } from "../../lib/cgi/run.ts";
import { GoneError, HttpError } from "../../lib/http/errors.ts";
import { ProcessError } from "../../lib/ports.ts";
import { toBytes, toText } from "../support/wire.ts";
import { settle } from "../support/fakes.ts";
import { fakeRequest, fakes } from "./fakes.ts";

const TIMEOUT = 10_000;
/** CgiRun's own. */
const GRACE = 1000;
const COMMAND = { program: "python3", args: ["/a.py"], folder: "/", environment: {}, hasInput: true };

const FILE = { name: "/a.py", file: "/a.py", client: fakeRequest().request };

/** A run of a fake program, with whatever it works with. */
function startRun() {
  const parts = fakes();
  const counts = { ended: 0, resolved: 0 };
  const run = new CgiRun(COMMAND, {
    ...parts,
    ...FILE,
    timeout: TIMEOUT,
    onEnd: () => counts.ended++,
  });
  void run.ended.then(() => counts.resolved++);
  return { run, counts, process: parts.runner.last, clock: parts.clock, errorLog: parts.errorLog };
}

/** Pieces for feed(), the last of them the end; a promise is waited for. */
function source(...pieces: readonly (string | Error | Promise<string>)[]): () => Promise<Uint8Array | null> {
  const left = [...pieces];
  return async () => {
    const piece = await left.shift();
    if (piece instanceof Error) throw piece;
    return piece === undefined ? null : toBytes(piece);
  };
}

async function outputOf(run: CgiRun): Promise<string> {
  let text = "";
  for (let piece = await run.read(); piece !== null; piece = await run.read()) text += toText(piece);
  return text;
}

/** Everything has been given back, once. */
async function assertOver({ run, counts, process, clock }: ReturnType<typeof startRun>): Promise<void> {
  await settle();
  assertEquals(counts, { ended: 1, resolved: 1 });
  await run.ended;
  assertEquals([process.restKills, process.released], [1, 1]);
  assertEquals(clock.running, 0, "a timer is left");
}

/** What a promise rejects with, looked after from the start. */
function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then((value) => ({ value }), (error: unknown) => error);
}

Deno.test("a run gives its output and ends with its program", async () => {
  const started = startRun();
  await started.process.say("A: b\n\nhel", "lo", null);
  await started.process.exit(0);
  const { block, rest } = await started.run.header();
  assertEquals(block.fields, [["A", "b"]]);
  assertEquals(toText(rest) + await outputOf(started.run), "hello");
  await assertOver(started);
});

Deno.test("a run kills what its program left behind", async () => {
  const started = startRun();
  await started.process.say("A: b\n\n", null);
  await outputOf(started.run);
  assertEquals(started.process.restKills, 0);
  await started.process.exit(0);
  assertEquals([started.process.kills, started.process.restKills], [0, 1]);
  await assertOver(started);
});

Deno.test("a run lets a program that has closed its output go on for a little while", async () => {
  const started = startRun();
  await started.process.say(null);
  assertEquals(await outputOf(started.run), "");
  await started.clock.advance(GRACE - 1);
  assertEquals([started.process.kills, started.errorLog.lines], [0, []]);
  await started.clock.advance(1);
  assertEquals(started.process.kills > 0, true);
  assertMatch(
    started.errorLog.lines.join(),
    /^warning: \/a\.py: it went on when its answer had ended, .* needs setsid$/,
  );
  await assertOver(started);
});

Deno.test("a program that goes on after its answer is killed when it is stopped, with a line in the log", async () => {
  const started = startRun();
  await started.process.say(null);
  await outputOf(started.run);
  started.run.stop(new GoneError());
  await assertOver(started);
  assertMatch(started.errorLog.lines.join(), /^warning: \/a\.py: it went on when its answer had ended/);
  // One that has ended was not killed.
  const ended = startRun();
  await ended.process.say(null);
  await outputOf(ended.run);
  await ended.process.exit(0);
  ended.run.stop(new GoneError());
  await assertOver(ended);
  assertEquals(ended.errorLog.lines, []);
});

Deno.test("only what a program left behind that was not stopped is worth a name", async () => {
  for (const isStopped of [false, true]) {
    const started = startRun();
    if (isStopped) started.run.stop(new GoneError());
    await started.process.say(null);
    await started.process.exit(0);
    await started.run.read().catch(() => {});
    await assertOver(started);
    assertEquals(started.process.restName, isStopped ? undefined : "/a.py");
  }
});

Deno.test("a run does not wait for ever for the standard error that somebody else holds open", async () => {
  const started = startRun();
  started.process.pipesOutliveIt = true;
  await started.process.say(null);
  await outputOf(started.run);
  await started.process.exit(0);
  assertEquals(started.counts.ended, 0);
  await started.clock.advance(GRACE);
  await assertOver(started);
});

Deno.test("a run hands its input over and closes it", async () => {
  const started = startRun();
  await started.run.feed(source("abc", "def"));
  assertEquals([started.process.input, started.process.inputClosed], ["abcdef", true]);
  started.run.stop(new GoneError());
  await assertOver(started);
});

Deno.test("a run drops input that its program does not take, and lets the program be", async () => {
  const started = startRun();
  started.process.takes = "nothing";
  let read = 0;
  await started.run.feed(() => Promise.resolve(read++ < 5 ? toBytes("x") : null));
  assertEquals([read, started.process.inputClosed, started.process.kills], [6, false, 0]);
  await started.process.say("fine", null);
  await started.process.exit();
  assertEquals(await outputOf(started.run), "fine");
  await assertOver(started);
});

Deno.test("a run is stopped by a body that breaks off or stalls, and says with what", async () => {
  for (const error of [new GoneError(), new HttpError(408, "stalled")]) {
    const started = startRun();
    const failure = failureOf(started.run.header());
    await started.run.feed(source("abc", error));
    assertEquals(await failure, error);
    assertEquals(started.process.inputClosed, false);
    await assertOver(started);
  }
});

Deno.test("a run is not stopped by what is wrong with a body that nobody wants", async () => {
  const started = startRun();
  started.process.takes = "nothing";
  await started.run.feed(source("abc", new HttpError(408, "stalled")));
  assertEquals(started.process.kills, 0);
  await started.run.feed(source("abc", new GoneError()));
  assertEquals(started.process.kills > 0, true);
  await assertOver(started);
});

Deno.test("a run whose program is silent for too long is stopped with 504", async () => {
  const started = startRun();
  const failure = failureOf(started.run.header());
  await started.clock.advance(TIMEOUT - 1);
  assertEquals(started.process.kills, 0);
  await started.clock.advance(1);
  assertInstanceOf(await failure, HttpError);
  const { status, message, log } = await failure as HttpError;
  assertEquals([status, log], [504, `/a.py: ${message}`]);
  await assertOver(started);
});

Deno.test("output puts the time-out off", async () => {
  const started = startRun();
  const failure = failureOf(outputOf(started.run));
  for (let i = 0; i < 5; i++) {
    await started.clock.advance(TIMEOUT - 1);
    await started.process.say("x");
  }
  await started.clock.advance(TIMEOUT - 1);
  assertEquals(started.process.kills, 0);
  await started.clock.advance(2);
  assertEquals((await failure as HttpError).status, 504);
  await assertOver(started);
});

Deno.test("input that the program takes puts the time-out off, and input that it does not take does not", async () => {
  const started = startRun();
  const failure = failureOf(started.run.header());
  started.process.takes = "later";
  const fed = started.run.feed(source("a", "b", "c"));
  for (let i = 0; i < 2; i++) {
    await started.clock.advance(TIMEOUT - 1);
    started.process.takeInput();
    await settle();
  }
  await started.clock.advance(TIMEOUT - 1);
  assertEquals([started.process.input, started.process.kills], ["ab", 0]);
  await started.clock.advance(1);
  assertEquals((await failure as HttpError).status, 504);
  await fed;
  await assertOver(started);
});

Deno.test("a client that is slow with its body does not count as a silent program", async () => {
  const started = startRun();
  const failure = failureOf(started.run.header());
  const { promise, resolve } = Promise.withResolvers<string>();
  const fed = started.run.feed(source(promise));
  await started.clock.advance(5 * TIMEOUT);
  assertEquals(started.process.kills, 0);
  resolve("late");
  await fed;
  await started.clock.advance(TIMEOUT - 1);
  assertEquals(started.process.kills, 0);
  await started.clock.advance(TIMEOUT);
  assertEquals((await failure as HttpError).status, 504);
  await assertOver(started);
});

Deno.test("a client that is slow to take the output does not count as a silent program", async () => {
  const started = startRun();
  await started.process.say("a", "b");
  assertEquals(toText((await started.run.read())!), "a");
  await started.clock.advance(5 * TIMEOUT);
  assertEquals(toText((await started.run.read())!), "b");
  const failure = failureOf(started.run.read());
  await started.clock.advance(TIMEOUT - 1);
  assertEquals(started.process.kills, 0);
  await started.clock.advance(TIMEOUT);
  assertEquals((await failure as HttpError).status, 504);
  await assertOver(started);
});

Deno.test("a run whose program dies before its header block ends is 502 and says how", async () => {
  for (
    const [status, words] of [[0, "with status 0"], [3, "with status 3"], ["SIGSEGV", "by SIGSEGV"]] as const
  ) {
    const started = startRun();
    await started.process.say("Content-Type: text/plain\n", null);
    await started.process.exit(status);
    const error = await assertRejects(() => started.run.header(), HttpError);
    assertEquals(error.status, 502);
    assertStringIncludes(error.message, `it ended ${words} before its header block did`);
    await assertOver(started);
  }
});

Deno.test("what its launcher could not start is not installed, and a client of this machine is told so", async () => {
  const remote = { hostname: "127.0.0.1", port: 1 };
  for (
    const [client, advice] of [
      [{ remote }, "python3 is not installed."],
      [{ remote: { hostname: "192.0.2.7", port: 1 } }, undefined],
      [{ remote, fields: [["X-Forwarded-For", "192.0.2.7"]] }, undefined],
    ] as const
  ) {
    const parts = fakes();
    const { request } = fakeRequest(client);
    const run = new CgiRun(COMMAND, {
      ...parts,
      ...FILE,
      client: request,
      timeout: TIMEOUT,
      onEnd: () => {},
    });
    const { last } = parts.runner;
    const answer = run.header();
    // Its standard error is read a little later than its end is known.
    last.pipesOutliveIt = true;
    await last.say(null);
    await last.exit(127);
    last.startProblem = "not found";
    last.errors.put(null);
    const error = await assertRejects(() => answer, HttpError);
    assertEquals([error.status, error.advice], [502, advice]);
    assertEquals(error.log, "/a.py: python3 is not installed, or not in a folder of PATH (none)");
    await run.ended;
  }
});

Deno.test("a header block that is none is 502", async () => {
  const started = startRun();
  await started.process.say("<html>\n\n");
  const error = await assertRejects(() => started.run.header(), HttpError);
  const why = '"<html>" is no field: header fields and an empty line are to come first';
  assertEquals([error.status, error.message], [502, why]);
  assertEquals(error.log, `/a.py: ${why}`);
  started.run.stop(error);
  await assertOver(started);
});

Deno.test("stop() can be called again and again, and the first reason counts", async () => {
  const started = startRun();
  const failure = failureOf(started.run.read());
  started.run.stop(new GoneError());
  started.run.stop(new HttpError(504, "late"));
  assertInstanceOf(await failure, GoneError);
  assertEquals(started.run.isEnding, true);
  await assertOver(started);
  started.run.stop(new GoneError());
  await assertOver(started);
});

Deno.test("abandon() reads on for a little while, so that the program may end well", async () => {
  const started = startRun();
  const abandoned = started.run.abandon();
  await started.process.say("a", "b", null);
  await started.process.exit();
  await abandoned;
  assertEquals(started.process.kills, 0);
  await assertOver(started);
});

Deno.test("abandon() kills a program that goes on for too long", async () => {
  const started = startRun();
  const abandoned = started.run.abandon();
  await started.process.say("a");
  await started.clock.advance(GRACE - 1);
  assertEquals(started.process.kills, 0);
  await started.clock.advance(1);
  await abandoned;
  await assertOver(started);
});

Deno.test("standard error goes to the log while the program runs", async () => {
  const started = startRun();
  started.process.errors.put("warning: a\nwarn");
  await settle();
  assertEquals(started.errorLog.lines, ["/a.py: warning: a"]);
  started.run.stop(new GoneError());
  await assertOver(started);
  assertEquals(started.errorLog.lines, ["/a.py: warning: a", "/a.py: warn"]);
});

Deno.test("a program that cannot be started is 502, one that may not be is 403", () => {
  for (const [problem, status] of [["not found", 502], ["failed", 502], ["denied", 403]] as const) {
    const { runner, ...parts } = fakes();
    runner.failure = new ProcessError(problem, "python3", { cause: new Error("the system's words") });
    const options = { ...parts, runner, ...FILE, timeout: TIMEOUT, onEnd: () => {} };
    let error: unknown;
    try {
      new CgiRun(COMMAND, options);
    } catch (thrown) {
      error = thrown;
    }
    assertInstanceOf(error, HttpError);
    assertEquals(error.status, status);
    const why = problem === "not found"
      ? "python3 is not installed, or not in a folder of PATH (none)"
      : `python3 cannot be started: ${problem}: the system's words`;
    assertEquals(error.message, why);
    assertEquals(error.advice, undefined);
    assertEquals(error.log, `/a.py: ${error.message}`);
    assertEquals(parts.clock.running, 0);
  }
});
