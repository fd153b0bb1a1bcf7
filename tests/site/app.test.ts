import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { GoneError, HttpError } from "../../lib/http/errors.ts";
import { FieldBlock } from "../../lib/http/fields.ts";
import type { Request, Response } from "../../lib/http/message.ts";
import { type AppState, DialError } from "../../lib/ports.ts";
import { whileAppIsAway } from "../../lib/site/app.ts";
import { FakeClock, FakeLog } from "../support/fakes.ts";

const HTML = "text/html,application/xhtml+xml,*/*;q=0.8";

interface Asked {
  readonly method?: string;
  readonly accept?: string;
  readonly via?: string;
}

/** An app as its requests find it. */
function app(state: AppState = { runs: true }) {
  const view = { state }, clock = new FakeClock(), log = new FakeLog();
  const away = whileAppIsAway(view, clock, log);
  const leaving: (() => void)[] = [];
  const request = ({ method = "GET", accept, via }: Asked = {}) =>
    ({
      method,
      fields: FieldBlock.of(
        ["Host", "a.localhost"],
        ...accept === undefined ? [] : [["Accept", accept] as const],
        ...via === undefined ? [] : [["X-Forwarded-For", via] as const],
      ),
      remote: { hostname: "127.0.0.1", port: 1 },
      onGone: (callback: () => void) => (leaving.push(callback), () => {}),
    }) as unknown as Request;
  return {
    view,
    clock,
    log,
    leave: () => leaving.forEach((callback) => callback()),
    request,
    ask: (request: Request, problem: DialError["problem"] = "refused") =>
      Promise.resolve(away(request, new DialError(problem, "x"))),
  };
}

const textOf = ({ body }: Response) => new TextDecoder().decode(body as Uint8Array);

Deno.test("browsers that open a page see one that waits; it is never kept", async () => {
  const { ask, request, log } = app();
  for (const method of ["GET", "HEAD"]) {
    const page = await ask(request({ method, accept: HTML })) as Response;
    assertEquals(page.status, 503);
    assertEquals(page.fields.get("retry-after"), "1");
    assertEquals(page.fields.get("cache-control"), "no-store");
    assertStringIncludes(textOf(page), "The app is starting");
  }
  // One a second would fill it.
  assertEquals(log.lines, []);
});

Deno.test("everybody else waits for ten seconds, and is told why it was in vain", async () => {
  for (const accept of ["*/*", "application/json", "image/avif,*/*"]) {
    const { ask, request, clock } = app();
    const answer = ask(request({ accept }));
    await clock.advance(100);
    assertEquals(await answer, "try again");
  }
  for (const method of ["POST", "QUERY"]) {
    const { ask, request, clock } = app();
    const answer = ask(request({ method, accept: HTML }));
    await clock.advance(100);
    assertEquals(await answer, "try again");
  }
  const { ask, request, clock } = app(), own = request(), begun = clock.monotonic();
  let outcome: unknown = "try again";
  while (outcome === "try again") {
    const answer = ask(own).catch((error: unknown) => error);
    if (clock.running > 0) await clock.advance(100);
    outcome = await answer;
  }
  assert(outcome instanceof HttpError);
  assertEquals([outcome.status, outcome.fields.get("retry-after")], [503, "1"]);
  assertStringIncludes(outcome.log!, "the app has not listened for 10 s");
  assertEquals(clock.monotonic() - begun, 10_000);
});

Deno.test("each request has its own time to wait", async () => {
  const { ask, request, clock } = app();
  const first = request(), second = request();
  const again = async (one: Request) => {
    const answer = ask(one);
    await clock.advance(100);
    return await answer;
  };
  assertEquals(await again(first), "try again");
  await clock.advance(9_899);
  assertEquals(await again(first), "try again");
  assertEquals(await again(second), "try again");
  await assertRejects(() => ask(first), HttpError);
  assertEquals(await again(second), "try again");
});

Deno.test("whoever leaves waits no longer", async () => {
  const { ask, request, clock, leave } = app();
  const answer = assertRejects(() => ask(request()), GoneError);
  leave();
  await clock.advance(100);
  await answer;
});

Deno.test("an app that has ended is nothing to wait for: everybody is told at once, those elsewhere not why", async () => {
  const { ask, request, view, log } = app();
  view.state = { runs: false, end: "ended with exit status 3", output: "boom", restarts: false };
  const local = await ask(request({ accept: HTML })) as Response;
  assertEquals([local.status, local.fields.get("retry-after")], [503, undefined]);
  assertEquals(local.fields.get("content-type"), "text/html; charset=utf-8");
  assertStringIncludes(textOf(local), "boom");
  const script = await ask(request({ method: "POST" })) as Response;
  assertEquals(script.fields.get("content-type"), "text/plain; charset=utf-8");
  assertStringIncludes(textOf(script), "ended with exit status 3.");
  const other = await ask(request({ accept: "application/json", via: "10.0.0.1" })) as Response;
  assertEquals(other.fields.get("content-type"), "application/json");
  assert(!textOf(other).includes("boom"));
  assertEquals(log.lines, Array(3).fill("error: the app is not running: it ended with exit status 3"));
  view.state = { ...view.state, restarts: true };
  const restarting = await ask(request({ accept: HTML })) as Response;
  assertEquals(restarting.fields.get("retry-after"), "1");
});

Deno.test("what will not be over in a moment is the proxy's to tell", async () => {
  for (const problem of ["unreachable", "late", "denied", "failed"] as const) {
    assertEquals(await app().ask(app().request(), problem), undefined);
  }
});
