import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { answers, OK, Peer } from "../proxy/support.ts";
import { settle } from "../support/fakes.ts";
import { site, type SiteRequest, type TestSite } from "../support/site.ts";

/** A site before an upstream that remembers what it was asked. */
function proxied(
  yaml: string,
  files: Parameters<typeof site>[1] = {},
): TestSite & { readonly heads: string[] } {
  const made = site(yaml, files), heads: string[] = [];
  const listen = (name: string) =>
    made.dialer.listen(name, async (stream) => {
      const peer = new Peer(stream);
      for (let head = await peer.head(); head !== ""; head = await peer.head()) {
        heads.push(head);
        await peer.say(OK);
      }
    });
  for (const name of ["a:80", "b:80", "/run/app.sock"]) listen(name);
  return { ...made, heads };
}

/** What an upstream is asked, by its first line; the status where none is. */
async function lineFor(
  made: ReturnType<typeof proxied>,
  target: string,
  request: SiteRequest = {},
): Promise<string> {
  const before = made.heads.length;
  const { status } = await made.ask(target, request);
  return made.heads.length > before ? made.heads.at(-1)!.split(" HTTP/1.1\r\n")[0]! : String(status);
}

const SERVER = "servers: [{ root: www, locations: {";

Deno.test("a location's requests go on by its path: untouched, or with another beginning", async () => {
  const made = proxied(
    `${SERVER}
    /: { proxy_pass: http://a },
    /v/: { proxy_pass: http://b/w/ },
    /s: { proxy_pass: "http://unix:/run/app.sock:/x" },
    = /one: { proxy_pass: http://a/two },
    /files/: {},
  } }]`,
    { "www/files/a.txt": "file", "www/files/.x": "hidden" },
  );
  const cases: readonly (readonly [target: string, line: string])[] = [
    ["/", "GET /"],
    ["/a/b?c=%2F", "GET /a/b?c=%2F"],
    ["/a%2Fb", "GET /a%2Fb"],
    ["/a//b/./c/../d", "GET /a//b/./c/../d"],
    ["/.git/config", "GET /.git/config"],
    ["/@fs/x/.vite/deps/y.js?v=1", "GET /@fs/x/.vite/deps/y.js?v=1"],
    ["/%E4%5C", "GET /%E4%5C"],
    ["http://localhost/abs?x", "GET /abs?x"],
    ["/v/y", "GET /w/y"],
    ["/v/a%2Fb", "GET /w/a%2Fb"],
    ["/v/../v/y", "GET /w/y"],
    ["/v", "301"],
    ["/s", "GET /x"],
    ["/s/t", "GET /x/t"],
    ["/one", "GET /two"],
    ["/files/a.txt", "200"],
    ["/files/.x", "404"],
    ["/files/a%2Ftxt", "400"],
    ["/a%00", "400"],
    ["/a%", "400"],
    ["/../a", "404"],
    // Whoever decodes the slash is led into another location than the one that this would be in.
    ["/x%2f..%2ffiles/.x", "400"],
    ["/files%2F.x", "400"],
    ["/v%2Fy", "400"],
    // So is who takes several slashes for one, or a backslash for a slash.
    ["/%2Ffiles/.x", "400"],
    ["/%2f%2Ffiles/a.txt", "400"],
    ["/%5Cfiles/.x", "400"],
    ["/files%5C.x", "400"],
    ["/x%2f%2fy", "GET /x%2f%2fy"],
    ["/.webserv/x", "404"],
  ];
  for (const [target, line] of cases) assertEquals(await lineFor(made, target), line, target);
});

Deno.test("all known methods go on, OPTIONS and those of WebDAV too; TRACE and CONNECT do not", async () => {
  const made = proxied(
    `${SERVER} /: { proxy_pass: http://a }, /few/: { proxy_pass: http://a, allowed_methods: POST } } }]`,
  );
  for (
    const method of [
      "GET",
      "HEAD",
      "POST",
      "PUT",
      "DELETE",
      "PATCH",
      "OPTIONS",
      "PROPFIND",
      "LOCK",
      "REPORT",
      "QUERY",
    ]
  ) {
    assertEquals(await lineFor(made, "/x", { method }), `${method} /x`);
  }
  assertEquals(await lineFor(made, "/x", { method: "TRACE" }), "405");
  assertEquals(await lineFor(made, "/x", { method: "FOO" }), "501");
  assertEquals(await lineFor(made, "/few/x", { method: "PUT" }), "405");
  assertEquals(await lineFor(made, "/few/x", { method: "OPTIONS" }), "OPTIONS /few/x");
  assertEquals(await lineFor(made, "*", { method: "OPTIONS" }), "204");
  assertEquals(await lineFor(made, "/x", { method: "OPTIONS", fields: { "Max-Forwards": "0" } }), "204");
});

Deno.test("with cors on preflights are answered here, everything else goes on", async () => {
  const made = proxied(`${SERVER} /: { proxy_pass: http://a, cors: on } } }]`);
  const preflight = {
    method: "OPTIONS",
    fields: { Origin: "http://o", "Access-Control-Request-Method": "PUT" },
  };
  assertEquals(await lineFor(made, "/x", preflight), "204");
  assertEquals(await lineFor(made, "/x", { method: "OPTIONS" }), "OPTIONS /x");
  assertEquals((await made.ask("/x")).fields.get("access-control-allow-origin"), "*");
});

Deno.test("proxy_set_header: merged by name, variables, nothing that could split a request", async () => {
  const made = proxied(`servers: [{
    proxy_set_header: { X-Server: here, X-Gone: yes, Cookie: "" },
    locations: { /a/: { proxy_pass: http://a/b/, proxy_set_header: {
      Host: "$host", X-All: "$scheme://$http_host$request_uri|$uri|$args|$remote_addr|\${host}x", x-gone: "",
    } } } }]`);
  await made.ask("/a/%0d%0aX:%20y?q=%0d", {
    host: "LOCALHOST:99",
    fields: { Cookie: "a", "X-All": "client" },
  });
  const head = made.heads[0]!;
  assertStringIncludes(head, "\r\nX-Server: here\r\nHost: localhost\r\n");
  assertStringIncludes(
    head,
    "\r\nX-All: http://LOCALHOST:99/a/%0d%0aX:%20y?q=%0d|/a/%0D%0AX:%20y|q=%0d|127.0.0.1|localhostx\r\n",
  );
  assertEquals([/cookie/i.test(head), /x-gone/i.test(head), /client/.test(head)], [false, false, false]);
});

Deno.test("what is announced as too long never goes on", async () => {
  const made = proxied(`${SERVER} /: { proxy_pass: http://a, client_max_body_size: 3 } } }]`);
  assertEquals(await lineFor(made, "/x", { method: "POST", body: "four" }), "413");
  assertEquals(await lineFor(made, "/x", { method: "POST", body: "you" }), "POST /x");
});

Deno.test("nobody there is 502 with its reason in the log, an error_page of ours, and a hint for who sits here", async () => {
  const made = proxied(
    `${SERVER} /: { proxy_pass: http://c }, /p/: { proxy_pass: http://c, error_page: { 502: /bad.html } }, = /bad.html: {} } }]`,
    { "www/bad.html": "sorry" },
  );
  const { status, text } = await made.ask("/x?secret");
  assertEquals(status, 502);
  assertStringIncludes(text, "is that program running?");
  assertMatch(
    made.log[0]!,
    /error [0-9a-f]{8}: GET \/x\?secret: http:\/\/c:80 cannot be connected to: refused$/,
  );
  assertEquals(await made.get("/p/x"), "502 sorry");
});

Deno.test("an upstream's own errors are its own, and add_header holds for its answers", async () => {
  const made = site(
    `${SERVER} /: { proxy_pass: http://a, add_header: { X-A: b }, error_page: { 5xx: /x.html } } } }]`,
  );
  made.dialer.listen(
    "a:80",
    (stream) => answers("HTTP/1.1 500 No\r\nContent-Length: 3\r\nX-A: c\r\n\r\nown")(new Peer(stream)),
  );
  const { status, fields, text } = await made.ask("/x");
  assertEquals([status, text, fields.joined("x-a")], [500, "own", "b"]);
  assertEquals(made.log.length, 0);
});

Deno.test("what try_files or an error leads to goes on by the path that was chosen", async () => {
  const made = proxied(
    `servers: [{ root: www, try_files: [$uri, /app/x y], error_page: { 404: /app/404 }, locations: {
      /app/: { proxy_pass: http://a }, /v/: { proxy_pass: http://b/w/ }, /gone/: { try_files: [$uri, =404] } } }]`,
    { "www/a.txt": "file" },
  );
  assertEquals(await lineFor(made, "/a.txt"), "200");
  assertEquals(await lineFor(made, "/b%2fc?q"), "400");
  assertEquals(await lineFor(made, "/b?q"), "GET /app/x%20y?q");
  assertEquals(await lineFor(made, "/gone/b?q"), "GET /app/404");
});

Deno.test("a location with proxy_pass has nothing of its server's files and programs", async () => {
  const made = proxied(
    `servers: [{ root: www, cgi: { .py: python3 }, try_files: [$uri, =404], locations: { /p/: { proxy_pass: http://a } } }]`,
    { "www/p/a.txt": "file", "www/p/a.py": "program" },
  );
  assertEquals(await lineFor(made, "/p/a.txt"), "GET /p/a.txt");
  assertEquals(await lineFor(made, "/p/a.py/x"), "GET /p/a.py/x");
  await settle();
  assertEquals(made.ran.length, 0);
});
