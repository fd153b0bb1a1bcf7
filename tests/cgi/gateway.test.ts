import { assert, assertEquals, assertRejects } from "@std/assert";
import { Gateway, type Program } from "../../lib/cgi/gateway.ts";
import { GoneError, HttpError, refusal } from "../../lib/http/errors.ts";
import { type BodySource, InternalRedirect, type Outcome, type Response } from "../../lib/http/message.ts";
import { ProcessError } from "../../lib/ports.ts";
import { toBytes, toText } from "../support/wire.ts";
import { settle } from "../support/fakes.ts";
import { fakeBody, type FakeProcess, fakeRequest, type FakeRequestOptions, fakes, PROGRAM } from "./fakes.ts";

/** A gateway, and what it works with. */
function startGateway() {
  const parts = fakes();
  const gateway = new Gateway(parts);
  /** Asks, and lets the program start. */
  const ask = async (request: FakeRequestOptions = {}, program: Partial<Program> = {}) => {
    const asked = fakeRequest(request);
    const response = gateway.answer(asked.request, { ...PROGRAM, ...program });
    response.catch(() => {});
    await settle();
    return { response, leave: asked.leave };
  };
  return { ...parts, gateway, ask };
}

/** The outcome of a program that has answered itself. */
function responseOf(outcome: Outcome): Response {
  assert(!(outcome instanceof HttpError) && !(outcome instanceof InternalRedirect));
  return outcome;
}

async function contentOf(outcome: Outcome): Promise<string> {
  const source = responseOf(outcome).body as BodySource;
  let text = "";
  const buffer = new Uint8Array(100);
  for (let count = await source.read(buffer); count !== null; count = await source.read(buffer)) {
    text += toText(buffer.subarray(0, count));
  }
  source.close();
  return text;
}

async function finish(process: FakeProcess, output: string): Promise<void> {
  await process.say(output, null);
  await process.exit();
}

/** Both places of the gateway are free, and not more than both. */
async function assertPlacesFree({ gateway, ask, runner, clock, spooler }: ReturnType<typeof startGateway>) {
  await settle();
  assertEquals([clock.running, spooler.open], [0, 0]);
  const before = runner.processes.length;
  for (let i = 0; i < 2; i++) await ask();
  assertEquals(runner.processes.length, before + 2, "a place was not given back");
  assertEquals((await assertRejects(async () => await (await ask()).response, HttpError)).status, 503);
  await gateway.stop();
}

Deno.test("a gateway starts the interpreter on the script, in the script's folder", async () => {
  const started = startGateway();
  await started.ask({ query: "a+b" }, { interpreter: ["python3", "-u"] });
  const { command } = started.runner.last;
  assertEquals([command.program, command.args], ["python3", ["-u", "/srv/cgi-bin/a.py"]]);
  assertEquals([command.folder, command.hasInput], ["/srv/cgi-bin", false]);
  assertEquals([command.environment.QUERY_STRING, command.environment.CONTENT_LENGTH], ["a+b", undefined]);
  await started.gateway.stop();
});

Deno.test("a gateway starts a script that needs no interpreter, even at the root of the disk", async () => {
  const started = startGateway();
  await started.ask({}, { interpreter: [], script: { file: "/a", name: "/a", pathInfo: "" } });
  const { command } = started.runner.last;
  assertEquals([command.program, command.args, command.folder], ["/a", [], "/"]);
  await started.gateway.stop();
});

Deno.test("a gateway answers with the program's document and gives its place back", async () => {
  const started = startGateway();
  const { response } = await started.ask();
  await finish(started.runner.last, "Status: 201 Made\nContent-Type: text/plain\nContent-Length: 2\n\nhi");
  const { status, reason, fields, body } = responseOf(await response);
  assertEquals([status, reason, [...fields]], [201, "Made", [["Content-Type", "text/plain"]]]);
  assertEquals((body as BodySource).length, 2);
  assertEquals(await contentOf(await response), "hi");
  await assertPlacesFree(started);
});

Deno.test("a gateway answers with a local redirect once the program has ended", async () => {
  const started = startGateway();
  const { response } = await started.ask();
  await finish(started.runner.last, "Location: /b?c\n\n");
  assertEquals(await response, new InternalRedirect("/b", "c", "GET"));
  assertEquals(started.runner.last.kills, 0);
  await assertPlacesFree(started);
});

Deno.test("a gateway answers 404 to a local redirect that leads out of the root, and lets the program end", async () => {
  const started = startGateway();
  const { response } = await started.ask();
  await finish(started.runner.last, "Location: /../b\n\n");
  assertEquals(await response, refusal(404));
  assertEquals(started.runner.last.kills, 0);
  await assertPlacesFree(started);
});

Deno.test("a gateway hands on what an nph- script says, byte for byte", async () => {
  const started = startGateway();
  const script = { file: "/srv/nph-a", name: "/nph-a", pathInfo: "" };
  const { response } = await started.ask({}, { script });
  await finish(started.runner.last, "HTTP/1.1 418 Short\r\n\r\nteapot");
  const answer = responseOf(await response);
  assertEquals([answer.raw, answer.status, answer.fields.size], [true, 418, 0]);
  assertEquals(await contentOf(answer), "HTTP/1.1 418 Short\r\n\r\nteapot");
  await assertPlacesFree(started);
});

Deno.test("a gateway gives the body to the program, chunked or not, with its length", async () => {
  for (const length of [6, "chunked"] as const) {
    const started = startGateway();
    const name = length === 6 ? "Content-Length" : "Transfer-Encoding";
    await started.ask({
      method: "POST",
      body: fakeBody(["abc", "def"], length),
      fields: [[name, String(length)]],
    });
    const { command, input, inputClosed } = started.runner.last;
    assertEquals([command.hasInput, command.environment.CONTENT_LENGTH], [true, "6"]);
    assertEquals([input, inputClosed], ["abcdef", true]);
    await started.gateway.stop();
    await assertPlacesFree(started);
  }
});

Deno.test("a gateway closes the spool file however the program takes it", async () => {
  for (const takes of ["at once", "nothing", "later"] as const) {
    const started = startGateway();
    started.runner.prepare = (process) => process.takes = takes;
    const body = fakeBody(["x".repeat(300_000)], "chunked");
    const { response } = await started.ask({ body, fields: [["Transfer-Encoding", "chunked"]] });
    assertEquals(started.spooler.created, 1);
    await finish(started.runner.last, "A: b\n\n");
    started.runner.last.takeInput();
    await contentOf(await response);
    await settle();
    assertEquals(started.spooler.open, 0, takes);
    await started.gateway.stop();
  }
});

for (
  const [method, output] of [["HEAD", "A: b\n\nlong"], ["GET", "Status: 204\n\nlong"], [
    "GET",
    "Status: 304\n\nx",
  ]]
) {
  Deno.test(`a gateway lets a program end whose content nobody wants: ${method}, ${output!.slice(0, 11)}`, async () => {
    const started = startGateway();
    const { response } = await started.ask({ method: method! });
    await started.runner.last.say(output!);
    const { body } = responseOf(await response);
    assertEquals((body as BodySource).length, method === "HEAD" ? undefined : 0);
    (body as BodySource).close();
    await started.clock.advance(500);
    assertEquals(started.runner.last.kills, 0);
    await started.clock.advance(500);
    assert(started.runner.last.kills > 0);
    await assertPlacesFree(started);
  });
}

const FAILURES: readonly (readonly [
  title: string,
  status: number,
  fail: (started: ReturnType<typeof startGateway>) => Promise<void>,
])[] = [
  ["dies early", 502, ({ runner }) => runner.last.exit(1)],
  ["says nothing that is a header block", 502, ({ runner }) => runner.last.say("hello\n\n")],
  ["is silent for too long", 504, ({ clock }) => clock.advance(10_000)],
];

for (const [title, status, fail] of FAILURES) {
  Deno.test(`a gateway fails with ${status} where the program ${title}, and gives its place back`, async () => {
    const started = startGateway();
    const { response } = await started.ask();
    await fail(started);
    const error = await assertRejects(() => response, HttpError);
    assertEquals([error.status, error.log], [status, `/cgi-bin/a.py: ${error.message}`]);
    await assertPlacesFree(started);
  });
}

Deno.test("a gateway fails with 502 where an nph- script says nothing", async () => {
  const started = startGateway();
  const { response } = await started.ask({}, { script: { file: "/nph-a", name: "/nph-a", pathInfo: "" } });
  await started.runner.last.exit(0);
  assertEquals((await assertRejects(() => response, HttpError)).status, 502);
  await assertPlacesFree(started);
});

Deno.test("a gateway gives the place back where a program cannot be started, and closes its body", async () => {
  for (const [problem, status] of [["not found", 502], ["denied", 403], ["failed", 502]] as const) {
    const started = startGateway();
    started.runner.failure = new ProcessError(problem, "python3");
    for (let i = 0; i < 3; i++) {
      const body = fakeBody(["x".repeat(300_000)], "chunked");
      const { response } = await started.ask({ body, fields: [["Transfer-Encoding", "chunked"]] });
      assertEquals((await assertRejects(() => response, HttpError)).status, status);
    }
    started.runner.failure = undefined;
    await assertPlacesFree(started);
  }
});

Deno.test("a gateway gives the place back where the body is refused before the program starts", async () => {
  const started = startGateway();
  for (const error of [new GoneError(), new HttpError(408, "stalled"), new HttpError(400, "bad chunk")]) {
    const { response } = await started.ask({ body: fakeBody(["a", error], "chunked") });
    assertEquals(await response.catch((thrown: unknown) => thrown), error);
  }
  const { response } = await started.ask({ body: fakeBody(["abc"], "chunked") }, { bodyLimit: 2 });
  assertEquals((await assertRejects(() => response, HttpError)).status, 413);
  assertEquals(started.runner.processes.length, 0);
  await assertPlacesFree(started);
});

Deno.test("a gateway kills the program when the client leaves, before its answer and during it", async () => {
  for (const output of [undefined, "A: b\n\nfirst"]) {
    const started = startGateway();
    const { response, leave } = await started.ask();
    if (output !== undefined) {
      await started.runner.last.say(output);
      await response;
    }
    leave();
    await settle();
    assert(started.runner.last.kills > 0);
    if (output === undefined) await assertRejects(() => response, GoneError);
    else await assertRejects(async () => await contentOf(await response), GoneError);
    await assertPlacesFree(started);
  }
});

Deno.test("a gateway does not kill anything for a client that leaves afterwards", async () => {
  const started = startGateway();
  const { response, leave } = await started.ask();
  await finish(started.runner.last, "A: b\n\n");
  await contentOf(await response);
  const { kills } = started.runner.last;
  leave();
  assertEquals(started.runner.last.kills, kills);
  await started.gateway.stop();
});

Deno.test("a gateway refuses with 503 what is over the limit, before it asks for a body", async () => {
  const started = startGateway();
  for (let i = 0; i < 2; i++) await started.ask();
  let asked = 0;
  const body = { length: 5, read: () => Promise.resolve(asked++ === 0 ? toBytes("hello") : null) };
  for (const request of [{}, { body }, { body: { ...body, length: undefined } }]) {
    const { response } = await started.ask(request);
    const refused = await assertRejects(() => response, HttpError);
    assertEquals([refused.status, refused.fields.get("retry-after")], [503, "1"]);
    assertEquals(refused.log, "/cgi-bin/a.py: 2 programs are running, which is limits.cgi_processes");
  }
  assertEquals(asked, 0);
  await started.gateway.stop();
  await assertPlacesFree(started);
});

/** What of a body comes before a program has a place: nothing more comes after it until the test is over. */
const DRIPPING: readonly (readonly [string, readonly string[], number | "chunked", number])[] = [
  ["nothing of a small one", [], 10, 2],
  ["all but a byte of a small one", ["x".repeat(60_000), "y"], 60_002, 2],
  ["all of a small one", ["x".repeat(60_000), "y"], 60_001, 4],
  ["less than 64 KiB of a large one", ["x".repeat(60_000)], 1_000_000, 2],
  ["64 KiB of a large one", ["x".repeat(60_000), "y".repeat(10_000)], 1_000_000, 4],
  ["a part of a chunked one", ["x".repeat(60_000)], "chunked", 0],
];

for (const [what, pieces, length, starts] of DRIPPING) {
  Deno.test(`bodies that do not come hold ${starts} of 4 places of programs: ${what}`, async () => {
    const started = startGateway(), program = { limits: { ...PROGRAM.limits, processes: 4 } };
    const rest = Promise.withResolvers<string>();
    const waiting = [];
    for (let i = 0; i < 10; i++) {
      waiting.push(await started.ask({ body: fakeBody([...pieces, rest.promise], length) }, program));
    }
    assertEquals(started.runner.processes.length, starts);
    for (const { input } of started.runner.processes) assertEquals(input, pieces.join(""));
    if (starts === 4) await started.gateway.stop();
    const honest = await started.ask({ body: fakeBody(["abc"], 3) }, program);
    assertEquals(started.runner.last.input, "abc");
    await finish(started.runner.last, "A: b\n\nhi");
    assertEquals(await contentOf(await honest.response), "hi");
    await settle();
    rest.reject(new HttpError(408, "too slow"));
    await Promise.all(waiting.map(({ response }) => assertRejects(() => response)));
    await assertPlacesFree(started);
  });
}

Deno.test("a large chunked body holds a place while it is spooled, once it flows", async () => {
  const started = startGateway();
  const rest = Promise.withResolvers<string>();
  for (let i = 0; i < 2; i++) {
    await started.ask({ body: fakeBody(["x".repeat(70_000), rest.promise], "chunked") });
  }
  assertEquals(started.runner.processes.length, 0);
  assertEquals(
    (await assertRejects(async () => await (await started.ask()).response, HttpError)).status,
    503,
  );
  rest.resolve("end");
  await settle();
  assertEquals(started.runner.processes.map(({ input }) => input.length), [70_003, 70_003]);
  await started.gateway.stop();
  await assertPlacesFree(started);
});

Deno.test("requests whose bodies are whole at the same time get no more places than there are", async () => {
  const started = startGateway();
  const piece = Promise.withResolvers<string>();
  const asked = [];
  for (let i = 0; i < 10; i++) asked.push(await started.ask({ body: fakeBody([piece.promise], 5) }));
  piece.resolve("hello");
  await settle();
  assertEquals(started.runner.processes.map(({ input }) => input), ["hello", "hello"]);
  const refused = await Promise.all(
    asked.slice(2).map(({ response }) => assertRejects(() => response, HttpError)),
  );
  assertEquals(refused.map(({ status }) => status), Array(8).fill(503));
  await started.gateway.stop();
  await assertPlacesFree(started);
});

Deno.test("a gateway does not refuse a client whose own last program is just ending", async () => {
  const started = startGateway();
  const program = { limits: { ...PROGRAM.limits, processes: 1 } };
  const first = await started.ask({}, program);
  await started.runner.last.say("A: b\n\n", null);
  await contentOf(await first.response);
  const second = await started.ask({}, program);
  assertEquals(started.runner.processes.length, 1, "the first one has not ended yet");
  await started.runner.processes[0]!.exit();
  assertEquals(started.runner.processes.length, 2);
  await finish(started.runner.last, "A: b\n\nsecond");
  assertEquals(await contentOf(await second.response), "second");
  await started.gateway.stop();
});

Deno.test("a gateway asks each program for its own limits", async () => {
  const started = startGateway();
  const few = { limits: { timeout: 1000, processes: 1 } }, many = { limits: { timeout: 5000, processes: 3 } };
  const patient = await started.ask({}, many);
  const refused = await started.ask({}, few);
  assertEquals((await assertRejects(() => refused.response, HttpError)).status, 503);
  const hasty = await started.ask({}, { limits: { ...few.limits, processes: 3 } });
  await started.clock.advance(1000);
  assertEquals((await assertRejects(() => hasty.response, HttpError)).status, 504);
  assertEquals(started.runner.processes[0]!.kills, 0);
  await started.clock.advance(4000);
  assertEquals((await assertRejects(() => patient.response, HttpError)).status, 504);
  await assertPlacesFree(started);
});

Deno.test("stop() kills every program and resolves when none is left", async () => {
  const started = startGateway();
  const asked = [await started.ask(), await started.ask()];
  const streaming = started.runner.processes[0]!;
  await streaming.say("A: b\n\n");
  await started.gateway.stop();
  for (const process of started.runner.processes) {
    assertEquals([process.kills > 0, process.released], [true, 1]);
  }
  await assertRejects(async () => await contentOf(await asked[0]!.response), GoneError);
  await assertRejects(() => asked[1]!.response, GoneError);
  assertEquals(started.clock.running, 0);
});
