/**
 * What the inspector has of requests to the whole program, and what it sends again.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import validate from "npm:har-validator@5.1.5";
import { ask } from "../support/ask.ts";
import { byProtocol, test } from "../support/protocols.ts";
import { waitUntil } from "../support/wait.ts";
import { type Detail, type InspectedServer, startInspected, type Summary } from "./inspector_support.ts";

const shared = new AsyncDisposableStack();
Deno.test.afterAll(async () => await shared.disposeAsync());
let started: Promise<InspectedServer> | undefined;

const CONFIG = `admin: 127.0.0.1:0
workers: 2
servers:
  - listen: LISTEN
    root: .
    locations:
      /cgi/:
        alias: cgi
        cgi: { .sh: sh }
      /old: { return: 301 /a.txt }
`;

/** Says what it was sent, byte for byte. */
const ECHO =
  `printf 'Content-Type: application/octet-stream\\r\\nX-Method: %s\\r\\nX-Query: %s\\r\\n\\r\\n' "$REQUEST_METHOD" "$QUERY_STRING"
cat
`;

const server = () =>
  started ??= startInspected({
    config: CONFIG,
    args: ["--allow-host", "shop.test"],
    files: { "a.txt": "hello", "cgi/echo.sh": ECHO },
  }).then((running) => shared.use(running));

/** Asks, and gives what the inspector has of it. */
async function taken(running: InspectedServer, target: string, options: Parameters<typeof ask>[2] = {}) {
  const last = (await running.json("/requests")).at(-1)?.id ?? 0;
  const answer = await ask(running.port, target, options);
  let found: Summary[] = [];
  await waitUntil(async () => {
    found = await running.json(`/requests?since=${last}`);
    return found.length > 0;
  }, `${target} is taken down`);
  return { answer, id: found[0]!.id, summary: found[0]! };
}

test("a request is in the list with the line of the configuration, and has all of both messages", async () => {
  const running = await server();
  const { id, summary, answer } = await taken(running, "/old?x=1", {
    fields: { "X-Mine": "1", Cookie: "sid=S3CRET" },
  });
  assertEquals(
    [answer.status, summary.status, summary.method, summary.location, summary.line],
    [301, 301, "GET", "/old", 10],
  );
  assertEquals(summary.url, "http://localhost/old?x=1");
  const detail = await running.json<Detail>(`/requests/${id}`);
  assertEquals(detail.protocol, byProtocol("HTTP/1.1", "HTTP/2.0"));
  const value = (name: string, { headers }: Detail["request"]) =>
    headers.find((field) => field.name.toLowerCase() === name)?.value;
  assertEquals([value("x-mine", detail.request), value("cookie", detail.request)], ["1", "sid=***"]);
  assertEquals(value("location", detail.response), "/a.txt");
  assertStringIncludes(JSON.stringify(await running.json(`/requests/${id}?secrets=1`)), "sid=S3CRET");
});

test("a POST is sent again with the same bytes, and may be changed; a browser's other bodies too", async () => {
  const running = await server();
  const all = Array.from({ length: 256 }, (_, index) => String.fromCharCode(index)).join("");
  for (const body of ["user=ann&password=S3CRET", all, ""]) {
    const { answer, id } = await taken(running, "/cgi/echo.sh?a=%20b", {
      method: "POST",
      body,
      fields: { Authorization: "Basic S3CRET", "Content-Type": "application/x-www-form-urlencoded" },
    });
    assertEquals([answer.status, answer.text.length], [200, body.length]);
    const replayed = await running.json<{ id: number; status: number }>(`/requests/${id}/replay`, {
      method: "POST",
    });
    assertEquals(replayed.status, 200);
    assert(replayed.id > id);
    const before = await running.json<Detail>(`/requests/${id}?secrets=1`);
    const after = await running.json<Detail>(`/requests/${replayed.id}?secrets=1`);
    assertEquals(
      [after.method, after.url, after.request.body, after.request.encoding, after.response.body],
      [before.method, before.url, before.request.body, before.request.encoding, before.response.body],
    );
    assertEquals(
      after.request.headers.find(({ name }) => name.toLowerCase() === "authorization")?.value,
      "Basic S3CRET",
    );
  }
  const { id } = await taken(running, "/cgi/echo.sh", { method: "POST", body: "x" });
  const changes = { method: "PUT", url: "/a.txt?y=2", headers: { "X-New": "1" }, body: "" };
  const replayed = await running.json<{ id: number; status: number }>(`/requests/${id}/replay`, {
    method: "POST",
    body: JSON.stringify(changes),
  });
  const detail = await running.json<Detail>(`/requests/${replayed.id}`);
  assertEquals([detail.method, detail.status, new URL(detail.url).search], ["PUT", 405, "?y=2"]);
});

test("a body that was sent with a content coding is shown without it, and sent again with it", async () => {
  const running = await server();
  const gzip = new Response("plain text").body!.pipeThrough(new CompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(gzip).arrayBuffer());
  const body = String.fromCharCode(...bytes);
  const { id } = await taken(running, "/cgi/echo.sh", {
    method: "POST",
    body,
    fields: { "Content-Encoding": "gzip" },
  });
  assertEquals((await running.json<Detail>(`/requests/${id}`)).request.body, "plain text");
  const replayed = await running.json<{ id: number }>(`/requests/${id}/replay`, { method: "POST" });
  const { response } = await running.json<Detail>(`/requests/${replayed.id}`);
  assertEquals([response.encoding, atob(response.body)], ["base64", body]);
});

test("a body that was longer than what is kept is not sent again, and why is said", async () => {
  const running = await server();
  const { id } = await taken(running, "/cgi/echo.sh", { method: "POST", body: "x".repeat(100_000) });
  assertEquals((await running.json<Detail>(`/requests/${id}`)).request.truncated, true);
  const answer = await running.inspect(`/requests/${id}/replay`, { method: "POST" });
  assertEquals(answer.status, 409);
  assertStringIncludes(await answer.text(), "64 KiB");
});

test("lists can be narrowed, events tell what comes, the archive is one", async () => {
  const running = await server();
  const { id } = await taken(running, "/nothing/here", { host: "shop.test" });
  const ids = async (query: string) => (await running.json(`/requests?${query}`)).map((one) => one.id);
  assertEquals(await ids(`since=${id - 1}&status=4xx&method=GET&path=/nothing&host=shop.test`), [id]);
  assertEquals(await ids(`since=${id - 1}&host=localhost`), []);
  const events = await running.inspect("/events?path=/a");
  const reader = events.body!.pipeThrough(new TextDecoderStream()).getReader();
  let told = "";
  await ask(running.port, "/a.txt");
  while (!told.includes("\ndata: ")) told += (await reader.read()).value;
  await reader.cancel();
  const line = told.split("\n").find((line) => line.startsWith("data: "))!;
  assertEquals(new URL((JSON.parse(line.slice(6)) as Summary).url).pathname, "/a.txt");
  const har = await running.json<{ log: { entries: unknown[] } }>("/har");
  assert(har.log.entries.length >= 2);
  await validate.har(har as never);
});

test("the token is in no line of a log", async () => {
  const running = await server();
  await (await running.inspect(`/requests?token=${running.token}`)).body?.cancel();
  const { stdout, stderr } = running.output();
  assertEquals(stdout.includes(running.token), false);
  assertEquals(stderr.split(running.token).length - 1, 1, "it is told once");
});
