import { assert, assertEquals, assertRejects } from "@std/assert";
// So that it is at hand when the first answer wants it.
import "../../lib/site/weathered_answers.ts";
import { BodyError, GoneError } from "../../lib/http/errors.ts";
import type { BodySource, Request, Response } from "../../lib/http/message.ts";
import { requestFor, site, type SiteRequest } from "../support/site.ts";
import { waitUntil } from "../support/wait.ts";
import { toText } from "../support/wire.ts";

const SITE = `
servers:
  - listen: 8080
    root: www
    index: [index.html]
    locations:
      /slow/: { delay: 300ms }
      /thin/: { limit_rate: 1000 }
      /fail/: { fail: { status: 503, rate: 10% }, cgi: { .sh: sh } }
      /store/: { fail: { status: 503, rate: 10% }, upload_store: store }
      /files/: { fail: { status: 500, rate: 10% } }
      /leads/: { fail: { status: 500 }, try_files: [$uri, /fine.txt] }
      /both/: { fail: { status: 503 }, cgi: { .sh: sh }, try_files: [$uri, /fine.txt] }
      /cut/: { fail: { cut: 5, rate: 10% }, cgi: { .sh: sh } }
      /nph/: { fail: { cut: 5 }, cgi: { .sh: sh } }
      /own/: { fail: { status: 503 }, error_page: { 503: /files/sorry.html } }
      /all/: { delay: 2s, limit_rate: 50k, fail: { cut: 2k } }
`;
const CONTENT = "0123456789";
const FILES = {
  "www/fine.txt": "fine",
  "www/files/sorry.html": "sorry",
  "www/files/index.html": CONTENT,
  "www/own/x": CONTENT,
  "www/slow/a.txt": CONTENT,
  "www/thin/a.txt": CONTENT.repeat(200),
  "www/fail/a.txt": CONTENT,
  "www/fail/a.sh": "",
  "www/both/a.sh": "",
  "www/files/a.txt": CONTENT,
  "www/cut/a.txt": CONTENT,
  "www/cut/short.txt": "01234",
  "www/cut/a.sh": "",
  "www/nph/nph-a.sh": "",
  "www/all/a.txt": CONTENT.repeat(1000),
  store: null,
};

/** All that a body gives, and what it ends with. */
async function drain(body: Response["body"]): Promise<{ text: string; error?: unknown }> {
  if (body === undefined || body instanceof Uint8Array) return { text: toText(body ?? new Uint8Array()) };
  const buffer = new Uint8Array(4096);
  let text = "";
  try {
    for (let count = await body.read(buffer); count !== null; count = await body.read(buffer)) {
      text += toText(buffer.subarray(0, count));
    }
    return { text };
  } catch (error) {
    return { text, error };
  } finally {
    body.close();
  }
}

Deno.test("delay keeps every answer back, errors too, and says so", async () => {
  const { handler, clock } = site(SITE, FILES);
  for (const [target, status] of [["/slow/a.txt", 200], ["/slow/none", 404], ["/slow/a.txt", 200]] as const) {
    const answer: { response?: Response } = {};
    void Promise.resolve(handler(requestFor(target, {}))).then((response) => answer.response = response);
    await waitUntil(() => clock.running > 0, "it is kept back");
    await clock.advance(299);
    assertEquals(answer.response, undefined);
    await clock.advance(1);
    assertEquals([answer.response?.status, answer.response?.weather], [status, "delay 300ms"]);
  }
});

Deno.test("a delay ends when the client leaves, and at the server's end", async () => {
  const { handler, clock, weather } = site(SITE, FILES);
  let leave = () => {};
  const request: Request = { ...requestFor("/slow/a.txt", {}), onGone: (gone) => (leave = gone, () => {}) };
  const left = assertRejects(async () => await handler(request), GoneError);
  await waitUntil(() => clock.running > 0, "it is kept back");
  leave();
  await left;
  assertEquals(clock.running, 0);
  const kept = handler(requestFor("/slow/a.txt", {}));
  await waitUntil(() => clock.running > 0, "it is kept back");
  weather.stop();
  assertEquals((await kept).status, 200);
  assertEquals(clock.running, 0);
});

Deno.test("limit_rate gives small pieces when they are due, and the last byte neither early nor late", async () => {
  const { handler, clock } = site(SITE, FILES);
  const { body, weather } = await handler(requestFor("/thin/a.txt", {}));
  assertEquals(weather, "limit_rate 1000");
  assertEquals((body as BodySource).length, 2000);
  const start = clock.monotonic(), drained = drain(body);
  let isOver = false;
  void drained.then(() => isOver = true);
  while (!isOver) await clock.advance(10);
  assertEquals((await drained).text, FILES["www/thin/a.txt"]);
  const took = clock.monotonic() - start;
  assert(took >= 1970 && took <= 2030, `2000 bytes took ${took} ms`);
});

Deno.test("fail answers its share, and whether it does is asked once for a request", async () => {
  const { ask, weather } = site(SITE, FILES);
  const cases: [chance: number, target: string, answer: string][] = [
    [0.0999, "/files/a.txt", "500"],
    [0.1, "/files/a.txt", "200 0123456789"],
    [0.0999, "/files/", "500"],
    [0.1, "/files/", "200 0123456789"],
    [0.0999, "/fail/a.txt", "503"],
    // Another location answers, in which nothing goes wrong.
    [0, "/leads/x", "200 fine"],
    [0, "/both/x", "200 fine"],
    [0, "/both/a.sh", "503"],
    [0.99, "/own/x", "503 sorry"],
  ];
  for (const [chance, target, expected] of cases) {
    let asked = 0;
    weather.chance = () => (asked++, chance);
    const { status, text } = await ask(target);
    assertEquals(
      status >= 500 && text !== "sorry" ? String(status) : `${status} ${text}`,
      expected,
      `${chance} ${target}`,
    );
    assertEquals(asked, 1, target);
  }
});

Deno.test("nothing is run or stored for an answer that is to fail", async () => {
  const { ask, ran, weather, store, handler } = site(SITE, FILES);
  const put: SiteRequest = { method: "PUT", body: "new" };
  weather.chance = () => 0;
  assertEquals((await ask("/fail/a.sh")).status, 503);
  assertEquals((await ask("/store/new.txt", put)).status, 503);
  assertEquals(ran.length, 0);
  assertEquals(store.files.nodes.has("/site/store/new.txt"), false);
  assertEquals((await ask("/both/a.sh")).status, 503);
  assertEquals(ran.length, 0);
  const { weather: mark } = await handler(requestFor("/fail/a.sh", {}));
  assertEquals(mark, "fail 503");
  weather.chance = () => 0.5;
  assertEquals((await ask("/fail/a.sh")).text, "ran /fail/a.sh");
});

Deno.test("cut ends the content behind so many bytes of what was announced, and leaves shorter content whole", async () => {
  const { handler, weather, clock } = site(SITE, FILES, ({ environment: { SCRIPT_NAME } }) => {
    return SCRIPT_NAME!.includes("nph")
      ? `HTTP/1.1 200 OK\r\nX: y\r\n\r\n${CONTENT}`
      : `Content-Type: text/plain\n\n${CONTENT}`;
  });
  weather.chance = () => 0.05;
  // The last byte has left before the end comes.
  const cut = async (body: Response["body"]) => {
    const drained = drain(body), start = clock.monotonic();
    let isOver = false;
    void drained.then(() => isOver = true);
    while (!isOver) await clock.advance(10);
    assert(clock.monotonic() - start >= 20);
    return await drained;
  };
  for (
    const [target, sent, length] of [["/cut/a.txt", "01234", 10], ["/cut/a.sh", "01234", undefined]] as const
  ) {
    const response = await handler(requestFor(target, {}));
    assertEquals([response.weather, response.body?.length], ["cut 5", length]);
    const { text, error } = await cut(response.body);
    assertEquals(text, sent);
    assert(error instanceof BodyError);
  }
  const raw = await cut((await handler(requestFor("/nph/nph-a.sh", {}))).body);
  assertEquals(raw.text, "HTTP/1.1 200 OK\r\nX: y\r\n\r\n01234");
  assert(raw.error instanceof BodyError);
  const short = await handler(requestFor("/cut/short.txt", {}));
  assertEquals([short.weather, await drain(short.body)], [undefined, { text: "01234" }]);
  const head = await handler(requestFor("/cut/a.txt", { method: "HEAD" }));
  assertEquals([head.weather, head.body?.length], [undefined, 10]);
  weather.chance = () => 0.1;
  assertEquals(await drain((await handler(requestFor("/cut/a.txt", {}))).body), { text: CONTENT });
});

Deno.test("all that was done to an answer is said in the configuration's words", async () => {
  const { handler, clock } = site(SITE, FILES);
  const answer = handler(requestFor("/all/a.txt", {}));
  await waitUntil(() => clock.running > 0, "it is kept back");
  await clock.advance(2000);
  const { weather } = await answer;
  assertEquals(weather, "delay 2s, limit_rate 50k, cut 2k");
});
