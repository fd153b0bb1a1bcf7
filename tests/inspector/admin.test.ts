import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { startInspector, type TestInspector, TOKEN } from "../support/inspector.ts";
import { exchange } from "../support/wire.ts";

/** What is asked, on a connection of its own, with every field as it is written. */
async function ask(
  { port }: TestInspector,
  target: string,
  fields: Readonly<Record<string, string>> = {},
  { method = "GET", body = "" } = {},
) {
  const lines = Object.entries({ Host: `127.0.0.1:${port}`, Connection: "close", ...fields })
    .filter(([, value]) => value !== "").map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const length = body === "" && method === "GET" ? "" : `Content-Length: ${body.length}\r\n`;
  const response = await exchange(
    port,
    `${method} ${target} HTTP/1.1\r\n${lines}${length}\r\n${body}`,
    method,
  );
  if (response === undefined) throw new Error(`${target} got no answer`);
  return response;
}

const BEARER = { Authorization: `Bearer ${TOKEN}` };
const PATHS = ["/", "/requests", "/requests/1", "/har", "/events", "/metrics", "/nothing"];

Deno.test("nothing is to be had without the token, nor with a wrong one, wherever it stands; /health wants none", async () => {
  await using inspector = startInspector();
  inspector.records.add({ url: "http://localhost/secret-place" });
  const { port } = inspector, name = `webserv_inspector_${port}`;
  const wrong: Readonly<Record<string, string>>[] = [
    {},
    { Authorization: `Bearer ${TOKEN}x` },
    { Authorization: `Bearer ${TOKEN.slice(1)}` },
    { Authorization: `Bearer ${TOKEN.replace("a", "b")}` },
    { Authorization: "Bearer " },
    { Authorization: `Basic ${btoa(`:${TOKEN}`)}` },
    { Authorization: TOKEN },
    { Cookie: `${name}=` },
    { Cookie: `${name}=${TOKEN}x` },
    { Cookie: `webserv_inspector_1=${TOKEN}` },
    { Cookie: `x${name}=${TOKEN}` },
    { Cookie: `${name.toUpperCase()}=${TOKEN}` },
    { Referer: `http://127.0.0.1:${port}/?token=${TOKEN}` },
    { "X-Token": TOKEN },
  ];
  for (const fields of wrong) {
    const { status, field, text } = await ask(inspector, "/requests", fields);
    assertEquals(status, 401, JSON.stringify(fields));
    assertEquals(field("www-authenticate"), 'Bearer realm="webserv inspector"');
    assert(!text.includes("secret-place") && !text.includes(TOKEN), text);
    assertEquals(field("set-cookie"), undefined);
  }
  for (const path of PATHS) {
    assertEquals((await ask(inspector, path)).status, 401, path);
    assertEquals(
      (await ask(inspector, `${path}?token=${TOKEN}x`, BEARER)).status,
      401,
      `${path}: a wrong one is no right one`,
    );
    assertEquals((await ask(inspector, `${path}?token=`)).status, 401, path);
  }
  for (const path of ["/requests/1/replay", `/requests/1/replay?token=${TOKEN}`]) {
    assertEquals((await ask(inspector, path, {}, { method: "POST" })).status, 401, path);
  }
  const { status, text } = await ask(inspector, "/health");
  const { uptime, ...health } = JSON.parse(text);
  assertEquals([status, health], [200, { status: "ok", version: "0.1.0", pid: 4711, workers: 2 }]);
  assert(uptime >= 12 && uptime < 60);
});

Deno.test("the token opens everything: as a bearer's, in the cookie of this port, once in the address", async () => {
  await using inspector = startInspector();
  inspector.records.add();
  const { port } = inspector, cookie = `webserv_inspector_${port}=${TOKEN}`;
  const right: Readonly<Record<string, string>>[] = [
    BEARER,
    { authorization: `bearer ${TOKEN}` },
    { Cookie: cookie },
    { Cookie: `a=b; ${cookie}; c=d` },
    { ...BEARER, Cookie: `webserv_inspector_${port}=old` },
    { ...BEARER, Origin: `http://127.0.0.1:${port}` },
    { ...BEARER, "Sec-Fetch-Site": "same-origin" },
    { ...BEARER, "Sec-Fetch-Site": "none" },
    { ...BEARER, Host: "localhost" },
    { ...BEARER, Host: `webserv.localhost:${port}` },
    { ...BEARER, Host: "[::1]:9" },
    { ...BEARER, Host: "127.9.9.9" },
  ];
  for (const fields of right) {
    assertEquals((await ask(inspector, "/requests", fields)).status, 200, JSON.stringify(fields));
  }

  const first = await ask(inspector, `/?a=b&token=${TOKEN}&c=d`);
  assertEquals([first.status, first.field("location")], [302, "/?a=b&c=d"]);
  assertEquals(first.field("set-cookie"), `${cookie}; Path=/; HttpOnly; SameSite=Strict`);
  for (const navigation of [{ Accept: "text/html,*/*" }, { "Sec-Fetch-Mode": "navigate" }]) {
    const { status, field } = await ask(
      inspector,
      `/requests?token=${TOKEN}`,
      navigation as Record<string, string>,
    );
    assertEquals([status, field("location")], [302, "/requests"]);
  }
  const list = await ask(inspector, `/requests?token=${TOKEN}`);
  assertEquals([list.status, JSON.parse(list.text).length], [200, 1], "a program follows no redirect");
  const away = await ask(inspector, `//other.test/?token=${TOKEN}`, { Accept: "text/html" });
  assertEquals([away.status, away.field("location")], [302, "/other.test/"], "never to another host");
});

Deno.test("pages of others get nothing, even with the token: not by a name of theirs, not by another origin", async () => {
  await using inspector = startInspector();
  const { port } = inspector;
  for (
    const host of [
      "evil.test",
      `evil.test:${port}`,
      "localhost.evil.test",
      "127.0.0.1.evil.test",
      "128.0.0.1",
      "0.0.0.0",
      "[::2]",
      "2130706433",
    ]
  ) {
    for (const path of [...PATHS, "/health"]) {
      const { status, text } = await ask(inspector, path, { ...BEARER, Host: host });
      assertEquals([status, text.includes("version")], [421, false], `${host} ${path}`);
    }
  }
  const foreign: Readonly<Record<string, string>>[] = [
    { Origin: "http://evil.test" },
    { Origin: "null" },
    { Origin: `https://127.0.0.1:${port}` },
    { Origin: "http://127.0.0.1" },
    { Origin: `http://127.0.0.1:${port + 1}` },
    { Origin: `http://localhost:${port}` },
    { "Sec-Fetch-Site": "cross-site" },
    { "Sec-Fetch-Site": "same-site" },
    { "Sec-Fetch-Site": "anything" },
    { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document" },
  ];
  for (const fields of foreign) {
    for (const method of ["GET", "POST", "OPTIONS"]) {
      const { status, field } = await ask(inspector, "/requests", { ...BEARER, ...fields }, { method });
      assertEquals(
        [status, field("access-control-allow-origin")],
        [403, undefined],
        `${method} ${JSON.stringify(fields)}`,
      );
    }
    assertEquals((await ask(inspector, `/?token=${TOKEN}`, fields)).field("set-cookie"), undefined);
    assertEquals((await ask(inspector, "/health", fields)).status, 403);
    assertEquals(
      (await ask(inspector, "/requests/1/replay", { ...BEARER, ...fields }, { method: "POST" })).status,
      403,
    );
  }
});

Deno.test("every answer, errors too, says what keeps others from framing, keeping and sniffing it", async () => {
  await using inspector = startInspector();
  inspector.records.add();
  const cases: [path: string, fields: Readonly<Record<string, string>>][] = [
    ["/", BEARER],
    ["/", { Accept: "text/html" }],
    [`/?token=${TOKEN}`, {}],
    ["/health", {}],
    ["/metrics", BEARER],
    ["/requests", BEARER],
    ["/requests/1", BEARER],
    ["/requests/2", BEARER],
    ["/requests?since=x", { ...BEARER, Accept: "text/html" }],
    ["/har", BEARER],
    ["/nothing", BEARER],
    ["/requests", { Host: "evil.test" }],
    ["/requests", { ...BEARER, Origin: "http://evil.test" }],
  ];
  for (const [path, fields] of cases) {
    const { field, status } = await ask(inspector, path, fields);
    const what = `${path} ${status}`;
    assertEquals(field("cache-control"), "no-store", what);
    assertEquals(field("x-content-type-options"), "nosniff", what);
    assertEquals(field("referrer-policy"), "no-referrer", what);
    assertEquals(field("x-frame-options"), "DENY", what);
    assertEquals(field("cross-origin-resource-policy"), "same-origin", what);
    const policy = field("content-security-policy") ?? "";
    assert(policy.includes("frame-ancestors 'none'") && policy.includes("default-src 'none'"), what);
    assert(![...JSON.stringify(field("access-control-allow-origin") ?? "")].includes("*"), what);
  }
});

Deno.test("the page has its own nonce each time, and no other script may run", async () => {
  await using inspector = startInspector();
  const nonces = new Set<string>();
  for (let i = 0; i < 3; i++) {
    const { status, field, text } = await ask(inspector, "/", BEARER);
    assertEquals([status, field("content-type")], [200, "text/html; charset=utf-8"]);
    const nonce = /script-src 'nonce-(\w{32})'/.exec(field("content-security-policy") ?? "")![1]!;
    assertStringIncludes(text, `nonce="${nonce}"`);
    nonces.add(nonce);
  }
  assertEquals(nonces.size, 3);
  const door = await ask(inspector, "/", { Accept: "text/html" });
  assertEquals(door.status, 401);
  assertStringIncludes(door.text, "<h1>");
});

Deno.test("a list has summaries and nothing else, one request everything; secrets are masked until they are asked for", async () => {
  await using inspector = startInspector();
  const { records } = inspector;
  records.add({ url: "http://localhost/?token=S3CRET" });
  const secret = {
    headers: [{ name: "Authorization", value: "Basic S3CRET" }],
    body: "password=S3CRET",
    truncated: false,
    size: 15,
  };
  records.add({ method: "POST", status: 500, request: secret });
  const list = JSON.parse((await ask(inspector, "/requests", BEARER)).text);
  assertEquals(list.map(({ id }: { id: number }) => id), [1, 2]);
  assertEquals(Object.keys(list[0]), [
    "id",
    "time",
    "method",
    "url",
    "status",
    "duration_ms",
    "remote",
    "server",
    "location",
    "line",
  ]);
  const ids = async (query: string) =>
    JSON.parse((await ask(inspector, `/requests?${query}`, BEARER)).text).map(({ id }: { id: number }) => id);
  assertEquals(await ids("since=1"), [2]);
  assertEquals(await ids("since=99"), []);
  assertEquals(await ids("status=5xx&method=&path=&host="), [2]);
  assertEquals(await ids("method=GET&path=/&host=localhost"), [1]);
  for (
    const path of [
      "/requests",
      "/requests/1",
      "/requests/2",
      "/har",
      "/requests?secrets=0",
      "/requests/2?secrets=true",
    ]
  ) {
    assert(!(await ask(inspector, path, BEARER)).text.includes("S3CRET"), path);
  }
  for (const path of ["/requests?secrets=1", "/requests/2?secrets=1", "/har?secrets=1&since=1"]) {
    assertStringIncludes((await ask(inspector, path, BEARER)).text, "S3CRET");
  }
  const { request, response } = JSON.parse((await ask(inspector, "/requests/2?secrets=1", BEARER)).text);
  assertEquals(request, secret);
  assertEquals(Object.keys(response).sort(), ["body", "headers", "reason", "size", "truncated"]);
});

Deno.test("whatever else is asked gets an error that says what is wrong, and the inspector goes on", async () => {
  await using inspector = startInspector();
  inspector.records.add();
  const long = "x".repeat(7000);
  const cases: [method: string, target: string, status: number, body?: string][] = [
    ["GET", "/requests/", 404],
    ["GET", "/requests/0", 404],
    ["GET", "/requests/-1", 404],
    ["GET", "/requests/1e3", 404],
    ["GET", "/requests/%31", 404],
    ["GET", "/requests/99999999999999999", 404],
    ["GET", "/requests/__proto__", 404],
    ["GET", "/requests/1/", 404],
    ["GET", "/requests/1/replay/x", 404],
    ["GET", "/../requests", 404],
    ["GET", "/%2e%2e/etc/passwd", 404],
    ["GET", "//", 404],
    ["GET", `/${long}`, 404],
    ["GET", `/requests?path=/${long}`, 200],
    ["GET", "/requests?since=NaN", 400],
    ["GET", "/requests?since=1&since=x", 200],
    ["GET", "/requests?status=%00", 400],
    ["GET", "/requests?host=%0d%0aX:y", 400],
    ["GET", "/requests?method=%3Cscript%3E", 400],
    ["GET", "/requests?%ff=%ff&&&==", 200],
    ["GET", "/events?since=x", 400],
    ["GET", "/requests/1/replay", 405],
    ["POST", "/requests", 405],
    ["PUT", "/requests/1", 405],
    ["DELETE", "/har", 405],
    ["OPTIONS", "/requests", 405],
    ["TRACE", "/requests", 405],
    ["BREW", "/", 405],
    ["HEAD", "/requests", 200],
    ["HEAD", "/har", 200],
    ["HEAD", "/events", 405],
    ["POST", "/requests/2/replay", 404],
    ["POST", "/requests/1/replay", 400, "{"],
    ["POST", "/requests/1/replay", 400, "[]"],
    ["POST", "/requests/1/replay", 400, "null"],
    ["POST", "/requests/1/replay", 400, '"x"'],
    ["POST", "/requests/1/replay", 400, '{"method": 1}'],
    ["POST", "/requests/1/replay", 400, '{"method": "GE T"}'],
    ["POST", "/requests/1/replay", 400, '{"url": "http://evil.test/"}'],
    ["POST", "/requests/1/replay", 400, '{"url": "//evil.test/ x"}'],
    ["POST", "/requests/1/replay", 400, '{"url": "/a\\r\\nX: y"}'],
    ["POST", "/requests/1/replay", 400, '{"headers": {"a b": "c"}}'],
    ["POST", "/requests/1/replay", 400, '{"headers": {"a": "b\\r\\nc: d"}}'],
    ["POST", "/requests/1/replay", 400, '{"headers": [["a", "b"]]}'],
    ["POST", "/requests/1/replay", 400, '{"headers": {"Host": "a", "host": "b"}}'],
    ["POST", "/requests/1/replay", 400, '{"headers": {"a": 1}}'],
    ["POST", "/requests/1/replay", 400, '{"body": {}}'],
    ["POST", "/requests/1/replay", 400, '{"body": "%", "encoding": "base64"}'],
    ["POST", "/requests/1/replay", 400, '{"body": "", "encoding": "gzip"}'],
    ["POST", "/requests/1/replay", 400, '{"host": "evil.test"}'],
    ["POST", "/requests/1/replay", 409, '{"method": "CONNECT"}'],
    ["POST", "/requests/1/replay", 413, " ".repeat(1024 * 1024 + 1)],
    ["POST", "/requests/1/replay", 503, "{}"],
  ];
  for (const [method, target, status, body = ""] of cases) {
    const answer = await ask(inspector, target, BEARER, { method, body });
    const what = `${method} ${target.slice(0, 60)} ${body.slice(0, 60)}`;
    assertEquals(answer.status, status, `${what}: ${answer.text.slice(0, 200)}`);
    if (status >= 400 && method !== "HEAD" && target !== "/") {
      assertEquals(JSON.parse(answer.text).status, status, what);
    }
    assert(!answer.text.includes("    at "), what);
    if (status === 405) assert(answer.field("allow") !== undefined, what);
  }
  assertEquals((await ask(inspector, "/requests", BEARER)).status, 200);
  assertEquals(inspector.log.lines, []);
});

Deno.test("who reads the errors gets them in its own form", async () => {
  await using inspector = startInspector();
  const forms: [accept: string, type: string][] = [
    ["", "application/json"],
    ["*/*", "application/json"],
    ["application/json", "application/json"],
    ["text/html", "text/html; charset=utf-8"],
    ["text/plain", "text/plain; charset=utf-8"],
  ];
  for (const [accept, type] of forms) {
    const { field } = await ask(inspector, "/requests/1", { ...BEARER, Accept: accept });
    assertEquals(field("content-type"), type, accept);
  }
  assertStringIncludes((await ask(inspector, "/")).text, "Authorization: Bearer TOKEN");
});

Deno.test("metrics and archives have their types", async () => {
  await using inspector = startInspector();
  inspector.records.add();
  const metrics = await ask(inspector, "/metrics", BEARER);
  assertEquals(metrics.field("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  assertStringIncludes(metrics.text, "\nwebserv_workers 2\n");
  const har = await ask(inspector, "/har", BEARER);
  assertEquals(har.field("content-type"), "application/json");
  assertEquals(har.field("content-disposition"), 'attachment; filename="webserv.har"');
  assertEquals(JSON.parse(har.text).log.entries.length, 1);
});

Deno.test("what goes wrong in the inspector is 500, and its line in the log has no token", async () => {
  await using inspector = startInspector();
  inspector.records.summaries = () => Promise.reject(new Error(`broken at /?token=${TOKEN}`));
  const { status, text } = await ask(inspector, `/requests?token=${TOKEN}`);
  assertEquals([status, text.includes("broken")], [500, false]);
  assertEquals(inspector.log.lines.length > 0, true);
  assert(!inspector.log.lines.join().includes(TOKEN), inspector.log.lines.join());
  assertEquals((await ask(inspector, "/health")).status, 200);
});
