import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ask, get, redirect } from "../support/ask.ts";
import { keptServer } from "../support/kept_server.ts";
import { test } from "../support/protocols.ts";
import { startServer } from "../support/server.ts";
import { exchange } from "../support/wire.ts";

test("return redirects with the target as it is written", async () => {
  const server = await keptServer({
    config: `
servers:
  - listen: LISTEN
    locations:
      /301: { return: 301 /new }
      /302: { return: "302 https://example.test/a?b=c#d" }
      /303: { return: { status: 303, location: ../up } }
      /307: { return: 307 /seven }
      /308: { return: { status: 308, location: /ü } }
`,
  });
  assertEquals(await redirect(server.port, "/301/below?query"), "301 /new");
  assertEquals(await redirect(server.port, "/302"), "302 https://example.test/a?b=c#d");
  assertEquals(await redirect(server.port, "/303"), "303 ../up");
  assertEquals(await redirect(server.port, "/307"), "307 /seven");
  assertEquals(await redirect(server.port, "/308"), "308 /%C3%BC");
  const answer = await ask(server.port, "/301");
  assertEquals([answer.text, answer.field("content-length")], ["", "0"]);
});

test("return says what was asked for, and no client makes another field or another host of it", async () => {
  const server = await keptServer({
    config: `
servers:
  - listen: LISTEN
    locations:
      /: { return: 301 $uri }
      /s/: { return: "301 https://$host$request_uri" }
      /q/: { return: "302 /login?next=$uri&$args" }
      /t/: { return: "200 $host $uri $request_uri $args $scheme $remote_addr" }
`,
  });
  const { port } = server;
  assertEquals(await redirect(port, "//evil.test/x"), "301 /evil.test/x");
  assertEquals(await redirect(port, "/s/a%20b?c=d&e"), "301 https://localhost/s/a%20b?c=d&e");
  assertEquals(await redirect(port, "/q/a&b+c?d=%26"), "302 /login?next=/q/a%26b%2Bc&d=%26");
  assertEquals(await get(port, "/t/%C3%BC?x"), "200 localhost /t/%C3%BC /t/%C3%BC?x x http 127.0.0.1");
  for (
    const target of [
      "/%0d%0aSet-Cookie:%20a=b",
      "/q/%0a",
      "/t/%00",
      "/t/%1b[2J",
      "/q/x%0d%0a%0d%0aHTTP/1.1%20200",
    ]
  ) {
    const answer = await ask(port, target);
    assertEquals([answer.status, answer.field("location"), answer.field("set-cookie")], [
      400,
      undefined,
      undefined,
    ]);
  }
  // What is passed on as it was sent stays encoded.
  assertEquals(await redirect(port, "/s/%0d%0aX:%20y"), "301 https://localhost/s/%0d%0aX:%20y");
  const [name, ...rest] = [`a.localhost:${port}`, "a@b", "a/b", "a b", "localhost\\@evil.test"];
  assertEquals((await ask(port, "/s/", { host: name! })).field("location"), "https://a.localhost/s/");
  for (const host of ["evil.test", ...rest]) {
    assertEquals((await ask(port, "/s/", { host })).field("location"), undefined, host);
  }
});

test("return with a text sends it as it is, without an error page", async () => {
  const server = await keptServer({
    config: `
servers:
  - listen: LISTEN
    root: .
    error_page: { 4xx: /page.txt, 5xx: /page.txt }
    locations:
      /ok: { return: 200 all is well }
      /ü: { return: "200 Grüße, \\"<b>\\"" }
      /long: { return: { status: 200, body: "two\\nlines" } }
      /gone: { return: 410 gone for good }
      /down: { return: { status: 503, body: back at noon } }
      /nothing: { return: 204 }
      /bare: { return: 200 }
`,
    files: { "page.txt": "the error page" },
  });
  assertEquals(await get(server.port, "/ok"), "200 all is well");
  assertEquals((await ask(server.port, "/ok")).field("content-type"), "text/plain; charset=utf-8");
  assertEquals(new TextDecoder().decode((await ask(server.port, "/%C3%BC")).body), `Grüße, "<b>"`);
  assertEquals(await get(server.port, "/long"), "200 two\nlines");
  assertEquals(await get(server.port, "/gone"), "410 gone for good");
  assertEquals(await get(server.port, "/down"), "503 back at noon");
  assertEquals(await get(server.port, "/bare"), "200 ");
  const nothing = await ask(server.port, "/nothing");
  assertEquals([nothing.status, nothing.text, nothing.field("content-length")], [204, "", undefined]);
  const head = await ask(server.port, "/ok", { method: "HEAD" });
  assertEquals([head.status, head.field("content-length")], [200, String("all is well".length)]);
});

test("return with a bare code gets the error page of that code, or the built-in one", async () => {
  const server = await keptServer({
    config: `
servers:
  - listen: LISTEN
    root: .
    error_page: { 404: /404.txt }
    locations:
      /404: { return: 404 }
      /503: { return: 503 }
      /451: { return: { status: 451 } }
`,
    files: { "404.txt": "own 404" },
  });
  assertEquals(await get(server.port, "/404"), "404 own 404");
  const unavailable = await ask(server.port, "/503");
  assertEquals(unavailable.status, 503);
  assertStringIncludes(unavailable.text, "503 Service Unavailable\n");
  assertStringIncludes(await get(server.port, "/451"), "451 Unavailable For Legal Reasons\n");
});

test("error_page goes by code, by several codes, and by class", async () => {
  const server = await keptServer({
    config: `
servers:
  - listen: LISTEN
    root: .
    error_page: { 404: /404.html, "500 502": /broken.html, 5xx: /50x.html, 4xx: /40x.html }
    locations:
      /500: { return: 500 }
      /502: { return: 502 }
      /504: { return: 504 }
      /403: { return: 403 }
`,
    files: {
      "404.html": "my 404",
      "broken.html": "broken",
      "50x.html": "any 5xx",
      "40x.html": "any 4xx",
      "here.html": "here",
    },
  });
  assertEquals(await get(server.port, "/missing"), "404 my 404");
  assertEquals(await get(server.port, "/500"), "500 broken");
  assertEquals(await get(server.port, "/502"), "502 broken");
  assertEquals(await get(server.port, "/504"), "504 any 5xx");
  assertEquals(await get(server.port, "/403"), "403 any 4xx");
  assertEquals(await get(server.port, "/%zz"), "400 any 4xx");
  assertEquals(await get(server.port, "/here.html"), "200 here");
});

test("an error page keeps the status and its fields, and lends none of its own validators", async () => {
  const server = await keptServer({
    config: "servers: [{ listen: LISTEN, root: ., error_page: { 4xx: /oops.html } }]",
    files: { "oops.html": "<p>oops</p>", "file.txt": "0123456789" },
  });
  const range = await ask(server.port, "/file.txt", { fields: { Range: "bytes=99-" } });
  assertEquals([range.status, range.text], [416, "<p>oops</p>"]);
  assertEquals(range.field("content-range"), "bytes */10");
  const method = await ask(server.port, "/file.txt", { method: "DELETE" });
  assertEquals([method.status, method.field("allow"), method.text], [
    405,
    "GET, HEAD, OPTIONS",
    "<p>oops</p>",
  ]);
  const missing = await ask(server.port, "/missing");
  assertEquals(missing.field("content-type"), "text/html; charset=utf-8");
  for (const name of ["etag", "last-modified", "accept-ranges"]) {
    assertEquals(missing.field(name), undefined, name);
  }
  // Neither a range nor a validator that belongs to the page changes the answer.
  const page = await ask(server.port, "/oops.html");
  for (
    const fields of [
      { Range: "bytes=0-1" },
      { "If-None-Match": page.field("etag")! },
      { "If-None-Match": "*" },
    ]
  ) {
    const answer = await ask(server.port, "/missing", { fields });
    assertEquals([answer.status, answer.text], [404, "<p>oops</p>"]);
  }
  const head = await ask(server.port, "/missing", { method: "HEAD" });
  assertEquals([head.status, head.field("content-length")], [404, String("<p>oops</p>".length)]);
});

test("an error page that is missing, a folder, or outside falls back to the built-in page", async () => {
  await using server = await startServer({
    config: `
servers:
  - listen: LISTEN
    root: site
    error_page: { 404: /missing.html, 403: /folder, 400: /link.html }
`,
    files: { "site/folder/x": "", "secret.html": "secret" },
  });
  await Deno.symlink("../secret.html", `${server.folder}/site/link.html`);
  for (const [target, status] of [["/x", 404], ["/folder/", 403], ["/%00", 400]] as const) {
    const answer = await ask(server.port, target);
    assertEquals(answer.status, status, target);
    assertMatch(answer.text, new RegExp(`^${status} `), target);
  }
  await server.waitFor("/missing.html");
});

test("an error page is served from the location that its path falls into", async () => {
  const server = await keptServer({
    config: `
servers:
  - listen: LISTEN
    root: site
    error_page: { 404: /errors/404.html }
    locations:
      /errors/: { alias: pages }
      /bare/:
`,
    files: { "site/x": "", "pages/404.html": "from the pages" },
  });
  assertEquals(await get(server.port, "/missing"), "404 from the pages");
  assertEquals(await get(server.port, "/bare/missing"), "404 from the pages");
});

test("a large error page is sent whole", async () => {
  const page = "0123456789".repeat(30_000);
  const server = await keptServer({
    config: "servers: [{ listen: LISTEN, root: ., error_page: { 404: /large.txt } }]",
    files: { "large.txt": page },
  });
  const answer = await ask(server.port, "/missing");
  assertEquals([answer.status, answer.field("content-length")], [404, String(page.length)]);
  assert(answer.text === page);
  const head = await ask(server.port, "/missing", { method: "HEAD" });
  assertEquals([head.status, head.field("content-length"), head.text], [404, String(page.length), ""]);
});

test("add_header marks every kind of answer", async () => {
  const server = await keptServer({
    config: `
servers:
  - listen: LISTEN
    root: .
    autoindex: on
    add_header: { X-Mark: "a: b", Link: ["</one>", "</two>"] }
    error_page: { 403: /own.txt }
    locations:
      /old: { return: 301 /new }
      /own: { return: 403 }
      /broken: { return: 500 }
`,
    files: { "file.txt": "content", "own.txt": "own", "folder/x": "" },
  });
  const etag = (await ask(server.port, "/file.txt")).field("etag")!;
  const cases: [string, Parameters<typeof ask>[2], number][] = [
    ["/file.txt", {}, 200],
    ["/file.txt", { method: "HEAD" }, 200],
    ["/file.txt", { fields: { "If-None-Match": etag } }, 304],
    ["/file.txt", { fields: { Range: "bytes=1-2" } }, 206],
    ["/file.txt", { method: "OPTIONS" }, 204],
    ["/file.txt", { method: "PUT", body: "x" }, 405],
    ["/folder/", {}, 200],
    ["/folder", {}, 301],
    ["/old", {}, 301],
    ["/missing", {}, 404],
    ["/own", {}, 403],
    ["/broken", {}, 500],
    ["/%zz", {}, 400],
  ];
  for (const [target, options, status] of cases) {
    const answer = await ask(server.port, target, options);
    const added = answer.fields.filter(([name]) => /^(?:x-mark|link)$/i.test(name)).map(([, value]) => value);
    assertEquals([answer.status, ...added], [status, "a: b", "</one>", "</two>"], target);
  }
});

test("allowed_methods refuses the others with 405 and Allow, and OPTIONS is always answered", async () => {
  const server = await keptServer({
    config: `
servers:
  - listen: LISTEN
    root: .
    locations:
      /get: { allowed_methods: GET }
      /post: { allowed_methods: [POST, PURGE], return: 200 done }
`,
    files: { "get": "got" },
  });
  const status = async (method: string, target: string) => {
    const answer = await ask(server.port, target, { method });
    return `${answer.status} ${answer.field("allow")}`;
  };
  assertEquals(await status("GET", "/get"), "200 undefined");
  assertEquals(await status("HEAD", "/get"), "200 undefined");
  assertEquals(await status("POST", "/get"), "405 GET, HEAD, OPTIONS");
  assertEquals(await status("OPTIONS", "/get"), "204 GET, HEAD, OPTIONS");
  assertEquals(await status("POST", "/post"), "200 undefined");
  assertEquals(await status("PURGE", "/post"), "200 undefined");
  assertEquals(await status("GET", "/post"), "405 POST, PURGE, OPTIONS");
  assertEquals(await status("PURGE", "/get"), "501 undefined");
  assertEquals(await status("TRACE", "/get"), "405 GET, HEAD, OPTIONS");
  assertEquals(await status("OPTIONS", "/missing"), "204 GET, HEAD, OPTIONS");
  assertMatch(await status("OPTIONS", "*"), /^204 GET, HEAD/);
});

test("a body over client_max_body_size is refused before any of it is read", async () => {
  const server = await keptServer({
    config: `
servers:
  - listen: LISTEN
    allowed_methods: [GET, POST]
    client_max_body_size: 1k
    locations:
      /: { return: 200 ok }
      /small: { client_max_body_size: 3, return: 200 ok }
      /any: { client_max_body_size: 0, return: 200 ok }
`,
  });
  const announced = async (target: string, length: number, expect = "") => {
    const fields = `Host: localhost\r\nContent-Length: ${length}\r\n${expect}`;
    return (await exchange(server.port, `POST ${target} HTTP/1.1\r\n${fields}\r\n`))?.status;
  };
  assertEquals(await announced("/", 1025), 413);
  assertEquals(await announced("/", 1025, "Expect: 100-continue\r\n"), 413);
  assertEquals(await announced("/small", 4), 413);
  const sent = (target: string, length: number) =>
    ask(server.port, target, { method: "POST", body: "x".repeat(length) });
  assertEquals((await sent("/", 1024)).status, 200);
  assertEquals((await sent("/small", 3)).status, 200);
  assertEquals((await sent("/any", 100_000)).status, 200);
});
