/**
 * Every step of a request's way through the site, as tables over fakes.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { site, type SiteFile, type SiteRequest, type TestSite } from "../support/site.ts";

/** A request and its answer: a status with a content, or with the fields that count. */
type Case = readonly [
  target: string,
  request: SiteRequest,
  expected: string | { readonly status: number; readonly [field: string]: string | number | undefined },
];

async function check({ ask }: TestSite, cases: readonly Case[]): Promise<void> {
  for (const [target, request, expected] of cases) {
    const { status, fields, text } = await ask(target, request);
    const what = `${request.method ?? "GET"} ${target}`;
    if (typeof expected === "string") assertEquals(`${status} ${text}`, expected, what);
    else {
      const names = Object.keys(expected).filter((name) => name !== "status");
      const found = Object.fromEntries(names.map((name) => [name, fields.joined(name)]));
      assertEquals({ status, ...found }, expected, what);
    }
  }
}

const FILES: Readonly<Record<string, SiteFile>> = {
  "root/index.html": "front",
  "root/a.txt": "text",
  "root/folder/b.txt": "b",
  "root/folder/.hidden": "h",
  "root/run.sh": "source",
};

Deno.test("the gates refuse and answer in their order, in every location", async () => {
  const server = site(
    `
servers:
  - root: root
    client_max_body_size: 5
    locations:
      /get: { allowed_methods: [GET] }
      /brew: { allowed_methods: [GET, BREW], cors: on }
      /moved: { return: 301 /new }
`,
    FILES,
  );
  const preflight = { "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "X-A" };
  await check(server, [
    ["/a.txt", { method: "FETCH" }, { status: 501, allow: undefined }],
    ["/a.txt", { method: "PUT" }, { status: 405, allow: "GET, HEAD, OPTIONS" }],
    ["/brew", { method: "BREW" }, { status: 404 }],
    ["/a.txt", { fields: { Expect: "a miracle" } }, { status: 417 }],
    ["/a.txt", { fields: { Expect: "a miracle" }, version: "HTTP/1.0" }, "200 text"],
    ["/a.txt", { fields: { Expect: "100-Continue" } }, "200 text"],
    ["/a.txt", { method: "PUT", fields: { Expect: "a miracle" } }, { status: 405 }],
    ["/a.txt", { body: "12345" }, "200 text"],
    ["/a.txt", { body: "123456" }, { status: 413 }],
    ["/moved", { body: "123456" }, { status: 413 }],
    ["/a.txt", { method: "OPTIONS" }, { status: 204, allow: "GET, HEAD, OPTIONS" }],
    ["/moved", { method: "OPTIONS" }, { status: 204, allow: "GET, HEAD, OPTIONS" }],
    ["*", { method: "OPTIONS" }, { status: 204, allow: "GET, HEAD, OPTIONS" }],
    ["/a.txt", { method: "OPTIONS", fields: preflight }, {
      status: 204,
      "access-control-allow-methods": undefined,
    }],
    ["/brew", { method: "OPTIONS", fields: preflight }, {
      status: 204,
      "access-control-allow-origin": "*",
      "access-control-allow-methods": "PUT",
      "access-control-allow-headers": "X-A",
      "access-control-max-age": "86400",
    }],
  ]);
});

Deno.test("a path that cannot be decoded is 400, one that leaves the root 404", async () => {
  const server = site("servers: [{ root: root, error_page: { 400: /a.txt } }]", FILES);
  await check(server, [
    ["/%zz", {}, "400 text"],
    ["/%2e%2e/x", {}, { status: 404 }],
    ["/folder/.hidden", {}, { status: 404 }],
    ["/folder/../a.txt", {}, "200 text"],
  ]);
});

Deno.test("a return answers everything in its location", async () => {
  const server = site(
    `
servers:
  - root: root
    error_page: { 503: /a.txt }
    locations:
      /moved: { return: 302 /new }
      /text: { return: "200 said" }
      /none: { return: 204 }
      /busy: { return: 503 }
      /busy-text: { return: "503 back soon" }
`,
    FILES,
  );
  await check(server, [
    ["/moved/x?q", {}, { status: 302, location: "/new" }],
    ["/text", {}, { status: 200, "content-type": "text/plain; charset=utf-8" }],
    ["/text", {}, "200 said"],
    ["/none", {}, "204 "],
    ["/busy", {}, "503 text"],
    ["/busy-text", {}, "503 back soon"],
  ]);
});

Deno.test("files, folders, indexes and listings are answered to those who read", async () => {
  const server = site(
    `
servers:
  - root: root
    locations:
      /folder/: { autoindex: on, allowed_methods: [GET, POST] }
      /here/: { alias: root/folder }
`,
    FILES,
  );
  await check(server, [
    ["/a.txt", {}, { status: 200, "content-type": "text/plain; charset=utf-8", "accept-ranges": "bytes" }],
    ["/a.txt", { fields: { Range: "bytes=1-2" } }, "206 ex"],
    ["/a.txt", { fields: { Range: "bytes=9-" } }, { status: 416, "content-range": "bytes */4" }],
    ["/a.txt", { fields: { "If-Match": '"x"' } }, { status: 412 }],
    ["/a.txt", { fields: { "If-None-Match": "*" } }, { status: 304, "content-type": undefined }],
    ["/a.txt/", {}, { status: 404 }],
    ["/none", {}, { status: 404 }],
    ["/", {}, "200 front"],
    ["/folder?q=1", {}, { status: 301, location: "/folder/?q=1" }],
    ["/folder/", { fields: { Accept: "application/json" } }, {
      status: 200,
      "content-type": "application/json",
      vary: "Accept",
      "cache-control": "no-cache",
    }],
    ["/folder/", { method: "POST" }, { status: 405, allow: "GET, HEAD, OPTIONS" }],
    ["/folder/b.txt", { method: "POST" }, { status: 405, allow: "GET, HEAD, OPTIONS" }],
    ["/here", {}, { status: 301, location: "/here/" }],
    ["/here/b.txt", {}, "200 b"],
    ["/here/", {}, { status: 403 }],
  ]);
});

Deno.test("try_files takes the first candidate that exists where its path leads", async () => {
  const server = site(
    `
servers:
  - root: root
    locations:
      /app/: { alias: root/folder, try_files: [$uri, $uri.txt, /a.txt, =404] }
      /code/: { try_files: [$uri, $uri/, =410] }
      /last/: { try_files: [$uri, /app/missing] }
      /spa/: { try_files: [$uri, $uri/, /index.html] }
`,
    { ...FILES, "root/spa/x/y": "y" },
  );
  await check(server, [
    ["/app/b.txt", {}, "200 b"],
    ["/app/b", {}, "200 b"],
    ["/app/other", {}, "200 text"],
    ["/code/x", {}, { status: 410 }],
    // What an internal redirect leads to is not led on by a try_files.
    ["/last/x", {}, { status: 404 }],
    ["/spa/none", {}, "200 front"],
    ["/spa/x", {}, { status: 301, location: "/spa/x/" }],
    ["/spa/x/y", {}, "200 y"],
    ["/spa/none", { method: "HEAD" }, { status: 200, "content-type": "text/html; charset=utf-8" }],
  ]);
});

Deno.test("programs answer by extension on the way down the path, or all of it", async () => {
  const server = site(
    `
servers:
  - root: root
    locations:
      /: { cgi: { .sh: sh }, index: [run.sh] }
      /own/: { alias: bin, cgi: { .x: true, "*": perl } }
      /git/: { cgi_script: git.sh }
      /not/: { cgi_script: root/a.txt }
      /none/: { cgi_script: nothing }
`,
    {
      ...FILES,
      "root/dir.sh/plain.txt": "plain",
      "bin/a.x": { executable: "source" },
      "bin/b.x": "source",
      "bin/c": "source",
      "git.sh": { executable: "source" },
    },
  );
  await check(server, [
    ["/run.sh", {}, "200 ran /run.sh"],
    ["/run.sh/info/b.txt?q=1", {}, "200 ran /run.sh/info/b.txt?q=1"],
    ["/", { method: "POST" }, "200 ran /run.sh"],
    ["/a.txt", {}, "200 text"],
    ["/a.txt", { method: "POST" }, { status: 405, allow: "GET, HEAD, OPTIONS" }],
    ["/none.sh", {}, { status: 404 }],
    ["/dir.sh/plain.txt", {}, "200 plain"],
    ["/own/a.x", {}, "200 ran /own/a.x"],
    ["/own/b.x", {}, { status: 403 }],
    ["/own/c/d", {}, "200 ran /own/c/d"],
    ["/git/repo/info", {}, "200 ran /git/repo/info"],
    ["/git", {}, { status: 301, location: "/git/" }],
    ["/not/x", {}, { status: 403 }],
    ["/none/x", {}, { status: 404 }],
  ]);
  assertEquals(server.ran[0]!.program, "sh");
  assertEquals(server.ran.at(-1)!.program, "/site/git.sh");
});

Deno.test("a store takes what is written, but not from pages of other origins", async () => {
  const server = site(
    `
servers:
  - root: root
    locations:
      /up/: { upload_store: up, autoindex: on, client_max_body_size: 5 }
      /open/: { upload_store: up, cors: on }
`,
    { ...FILES, "up/old.txt": "old" },
  );
  const foreign = { Origin: "http://elsewhere.test" };
  await check(server, [
    ["/up/new.txt", { method: "PUT", body: "new" }, { status: 201, location: "/up/new.txt" }],
    ["/up/new.txt", {}, "200 new"],
    ["/up/new.txt", { method: "PUT", body: "again" }, { status: 204 }],
    ["/up/none/x", { method: "PUT", body: "x" }, { status: 409 }],
    ["/up/x", { method: "PUT", body: "x".repeat(6) }, { status: 413 }],
    ["/up/x", { method: "PUT", body: "x", fields: foreign }, { status: 403 }],
    ["/open/x", { method: "PUT", body: "x", fields: foreign }, { status: 201 }],
    ["/up/old.txt", { method: "DELETE", fields: { "If-Match": '"x"' } }, { status: 412 }],
    ["/up/old.txt", { method: "DELETE" }, { status: 204 }],
    ["/up/", { method: "DELETE" }, { status: 409 }],
  ]);
  assertEquals(server.store.names.filter((name) => name.startsWith("/site/up/")), [
    "/site/up/new.txt",
    "/site/up/x",
  ]);
});

Deno.test("an error gets its page, once, with the error's status and fields and without a file's validators", async () => {
  const server = site(
    `
servers:
  - root: root
    cgi: { .sh: sh }
    error_page: { 404: /a.txt, 403: /none.html, 405: /folder/, 410: /moved, 416: /a.txt }
    locations:
      /gone: { return: 410 }
      /moved: { return: 302 /new }
      /folder/: { autoindex: off }
      /run/: { error_page: { 404: /run.sh } }
      /posted/: { allowed_methods: [POST], error_page: { 404: /posted/page.txt } }
`,
    { ...FILES, "root/posted/page.txt": "text" },
  );
  await check(server, [
    ["/none", {}, { status: 404, etag: undefined, "accept-ranges": undefined, "last-modified": undefined }],
    ["/none", { fields: { Range: "bytes=0-0", "If-None-Match": "*" } }, "404 text"],
    ["/none", { method: "POST", body: "x" }, "404 text"],
    ["/index.html", { fields: { Range: "bytes=99-" } }, {
      status: 416,
      "content-range": "bytes */5",
      "content-type": "text/plain; charset=utf-8",
    }],
    ["/folder/", {}, { status: 403, "content-type": "text/plain; charset=utf-8" }],
    ["/gone", {}, { status: 410, location: undefined }],
    ["/posted/x", { method: "POST", body: "x" }, "404 text"],
    ["/run/x?q=1", { method: "POST", body: "x" }, "404 ran /run.sh"],
  ]);
  assertEquals(server.log, [
    "error: GET /folder/: /site/root/folder has no index.html, and autoindex is off",
    "warning: error_page /none.html for 403 cannot be sent: it is answered 404",
    "warning: error_page /moved for 410 cannot be sent: it is answered 302",
  ]);
  const { environment } = server.ran.at(-1)!;
  assertEquals(
    [environment.REDIRECT_STATUS, environment.REDIRECT_URL, environment.REQUEST_METHOD],
    ["404", "/run/x", "GET"],
  );
});

Deno.test("what add_header names is there once, whoever else makes it", async () => {
  const server = site(
    `
servers:
  - root: root
    cgi: { .sh: sh }
    autoindex: on
    add_header: { Cache-Control: no-store, Vary: "Origin, accept", X-A: [one, two], Set-Cookie: a=1 }
    locations:
      /open/: { alias: root/folder, cors: on, add_header: { Vary: "" } }
`,
    FILES,
    () => "Content-Type: text/plain\nCache-Control: max-age=9\nSet-Cookie: b=2\nX-B: 3\n\n",
  );
  await check(server, [
    ["/folder/", {}, { status: 200, "cache-control": "no-store", vary: "Accept, Origin, Accept-Encoding" }],
    ["/a.txt", {}, { status: 200, "cache-control": "no-store", vary: "Origin, accept" }],
    ["/none", {}, { status: 404, "cache-control": "no-store" }],
    ["/run.sh", {}, { status: 200, "cache-control": "no-store", "set-cookie": "b=2, a=1", "x-b": "3" }],
    ["/open/b.txt", {}, { status: 200, vary: undefined, "access-control-allow-origin": "*" }],
  ]);
});

Deno.test("a program's local redirect asks anew, with GET and without the content and its fields", async () => {
  const server = site(
    "servers: [{ root: root, cgi: { .sh: sh } }]",
    { ...FILES, "root/go.sh": "source" },
    ({ environment: { SCRIPT_NAME, QUERY_STRING } }) =>
      SCRIPT_NAME === "/go.sh" ? `Location: ${decodeURIComponent(QUERY_STRING ?? "")}\n\n` : "A: b\n\nran",
  );
  const body = { method: "POST", body: "x", fields: { "Content-Type": "text/x", "X-A": "1" } };
  await check(server, [
    ["/go.sh?/a.txt", body, "200 text"],
    ["/go.sh?/folder", {}, { status: 301, location: "/folder/" }],
    ["/go.sh?/%252e%252e/x", {}, { status: 404 }],
    ["/go.sh?/run.sh%3Fc=d", { ...body }, "200 ran"],
  ]);
  const { environment } = server.ran.at(-1)!;
  assertEquals(environment.REQUEST_METHOD, "GET");
  assertEquals(environment.REQUEST_URI, "/run.sh?c=d");
  assertEquals([environment.CONTENT_TYPE, environment.CONTENT_LENGTH, environment.HTTP_X_A], [
    undefined,
    undefined,
    "1",
  ]);
});

Deno.test("a circle of internal redirects ends with a line in the log", async () => {
  const yaml = "servers: [{ root: root, index: [run.sh], cgi: { .sh: sh } }]";
  const itself = site(yaml, FILES, () => "Location: /run.sh\n\n");
  await check(itself, [["/run.sh", {}, { status: 502 }]]);
  assertEquals(itself.ran.length, 6);
  assertMatch(itself.log.join("\n"), /more than 5 local redirects, at last to \/run\.sh$/);
  // Every second hop is by the index.
  const folder = site(yaml, FILES, () => "Location: /\n\n");
  await check(folder, [["/", {}, { status: 500 }]]);
  assertEquals(folder.ran.length, 5);
  assertMatch(folder.log.join("\n"), /more than 10 internal redirects, at last to \/run\.sh$/);
});

Deno.test("a program that makes an error's page may have a status of its own, and the error keeps its fields", async () => {
  const pages: Record<string, string> = {
    "/none.sh": "A: b\n\npage",
    "/ok.sh": "Status: 200 Fine\nA: b\n\npage",
    "/same.sh": "Status: 405 Not Here\nA: b\n\npage",
    "/away.sh": "Status: 303 See Other\nLocation: /new\n\n",
    "/nph-page.sh": "HTTP/1.1 200 OK\r\n\r\npage",
  };
  const names = Object.keys(pages);
  const server = site(
    `
servers:
  - root: root
    cgi: { .sh: sh }
    locations:
${names.map((name, i) => `      /${i}/: { cgi: {}, error_page: { 405: ${name} } }`).join("\n")}
`,
    Object.fromEntries(names.map((name) => [`root${name}`, "source"])),
    ({ environment: { SCRIPT_NAME } }) => pages[SCRIPT_NAME!]!,
  );
  const put = { method: "PUT", body: "x" };
  const allow = "GET, HEAD, OPTIONS";
  await check(server, [
    ["/0/x", put, { status: 405, allow, a: "b" }],
    ["/1/x", put, { status: 200, a: "b" }],
    ["/2/x", put, { status: 405, allow, a: "b" }],
    ["/3/x", put, { status: 303, location: "/new" }],
    ["/4/x", put, { status: 405, allow, "content-type": "text/plain; charset=utf-8" }],
  ]);
  const reasons = [];
  for (const i of [0, 1, 2]) reasons.push((await server.ask(`/${i}/x`, put)).reason);
  assertEquals(reasons, [undefined, "Fine", "Not Here"]);
});

Deno.test("a store is written to at its own address alone, wherever try_files and index lead", async () => {
  const server = site(
    `
servers:
  - root: root
    index: [x]
    locations:
      /app/: { cgi: { .sh: sh }, allowed_methods: [GET, POST, PUT, DELETE], try_files: [/up/old.txt, /up/] }
      /last/: { cgi: { .sh: sh }, allowed_methods: [GET, POST, PUT, DELETE], try_files: [$uri, /up/new.txt] }
      /up/: { upload_store: up }
`,
    { ...FILES, "up/old.txt": "old" },
  );
  const body = "changed";
  for (const method of ["PUT", "POST", "DELETE"]) {
    for (const target of ["/app/x", "/last/x"]) {
      const { status } = await server.ask(target, { method, body });
      assert(status === 405 || status === 404, `${method} ${target}: ${status}`);
    }
  }
  assertEquals(server.store.names.filter((name) => name.startsWith("/site/up/")), ["/site/up/old.txt"]);
  assertEquals(server.store.content("/site/up/old.txt"), "old");
});

Deno.test("no page frames those that the server makes itself; what is not ours says so itself", async () => {
  const { ask } = site(
    "servers: [{ listen: 8080, root: root, autoindex: on, error_page: { 403: /own.html } }]",
    { "root/folder/a": "a", "root/own.html": "own" },
  );
  const policy = async (target: string, request = {}) =>
    (await ask(target, request)).fields.get("content-security-policy");
  const ours = "frame-ancestors 'none'";
  assertMatch(await policy("/folder/") ?? "", /^default-src 'none'; .*; frame-ancestors 'none'$/);
  assertEquals(await policy("/missing"), ours);
  assertEquals(await policy("/own.html", { method: "PUT" }), ours);
  assertEquals(await policy("/own.html"), undefined);
  assertEquals(await policy("/", { host: "evil.test" }), ours);
});

Deno.test("an exact location whose alias is a file is that file, also where its path ends with a slash", async () => {
  const server = site(
    `
servers:
  - root: root
    locations:
      "= /": { alias: root/a.txt }
      "= /x/": { alias: root/a.txt }
      "= /root/": {}
`,
    { ...FILES, "root/root": "no folder" },
  );
  await check(server, [
    ["/", {}, "200 text"],
    ["/x/", {}, "200 text"],
    ["/root/", {}, { status: 404 }],
    ["/a.txt/", {}, { status: 404 }],
  ]);
});
