import { assertEquals, assertRejects } from "@std/assert";
import { CgiRun } from "../../lib/cgi/run.ts";
import { ProgramSource } from "../../lib/cgi_protocol/source.ts";
import { BodyError, GoneError, HttpError } from "../../lib/http/errors.ts";
import { toBytes, toText } from "../support/wire.ts";
import { settle } from "../support/fakes.ts";
import { FakeProcess, fakeRequest, fakes } from "../cgi/fakes.ts";

const COMMAND = { program: "a", args: [], folder: "/", environment: {}, hasInput: false };

const FILE = { name: "/a.py", file: "/a.py", client: fakeRequest().request };

/** A source that has read `first` already. */
function startSource(first: string, length?: number) {
  const parts = fakes();
  const run = new CgiRun(COMMAND, { ...parts, ...FILE, timeout: 5000, onEnd: () => {} });
  return {
    source: new ProgramSource(run, toBytes(first), length),
    run,
    process: parts.runner.last,
    clock: parts.clock,
  };
}

async function readSome(source: ProgramSource, size: number): Promise<string | null> {
  const buffer = new Uint8Array(size);
  const count = await source.read(buffer);
  return count === null ? null : toText(buffer.subarray(0, count));
}

async function finish(process: FakeProcess, run: CgiRun): Promise<void> {
  await process.exit();
  await run.ended;
}

Deno.test("a source gives what was read already first, at once", async () => {
  const { source, process, run } = startSource("abcde", 9);
  assertEquals([source.prompt, source.length], [true, 9]);
  assertEquals(await readSome(source, 2), "ab");
  assertEquals(await readSome(source, 9), "cde");
  assertEquals(source.prompt, false);
  await process.say("fghi");
  assertEquals(await readSome(source, 3), "fgh");
  assertEquals(await readSome(source, 3), "i");
  await process.say(null);
  assertEquals(await readSome(source, 3), null);
  assertEquals(await readSome(source, 3), null);
  source.close();
  await finish(process, run);
});

Deno.test("a source without anything yet is not prompt", async () => {
  const { source, process, run } = startSource("");
  assertEquals([source.prompt, source.length], [false, undefined]);
  await process.say("a", null);
  assertEquals(await readSome(source, 3), "a");
  assertEquals(await readSome(source, 3), null);
  await finish(process, run);
});

Deno.test("isAtEnd() tells whether more came than was announced", async () => {
  const more = startSource("abc", 2);
  assertEquals(await readSome(more.source, 2), "ab");
  assertEquals(await more.source.isAtEnd(), false);

  const later = startSource("ab", 2);
  assertEquals(await readSome(later.source, 2), "ab");
  const atEnd = later.source.isAtEnd();
  await later.process.say("c");
  assertEquals(await atEnd, false);

  const exact = startSource("ab", 2);
  assertEquals(await readSome(exact.source, 2), "ab");
  await exact.process.say(null);
  assertEquals(await exact.source.isAtEnd(), true);

  for (const { process, run, source } of [more, later, exact]) {
    source.close();
    await finish(process, run);
  }
});

Deno.test("close() lets a program that is nearly done end, and kills one that is not", async () => {
  for (const goesOn of [true, false]) {
    const { source, process, run, clock } = startSource("");
    source.close();
    source.close();
    await process.say("more");
    if (goesOn) await clock.advance(1000);
    else {
      await process.say(null);
      await process.exit();
    }
    await run.ended;
    await settle();
    assertEquals(clock.running, 0);
  }
});

Deno.test("a program that falls silent breaks its body, with a message for the log", async () => {
  const { source, clock, run } = startSource("");
  const failure = assertRejects(() => readSome(source, 9), BodyError);
  await clock.advance(5000);
  assertEquals((await failure).message, "/a.py: it was silent for longer than timeouts.cgi");
  source.close();
  await run.ended;
});

Deno.test("a client that breaks its own request while it is answered counts as gone", async () => {
  for (const error of [new HttpError(408, "stalled"), new GoneError()]) {
    const { source, run } = startSource("");
    const failure = assertRejects(() => readSome(source, 9), GoneError);
    run.stop(error);
    await failure;
    source.close();
    await run.ended;
  }
});
