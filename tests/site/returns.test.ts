import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { site, type SiteRequest } from "../support/site.ts";

/** What a `return` answers: status, and where it leads to or what it says. */
async function answerOf(written: string, target: string, request: SiteRequest = {}): Promise<string> {
  const { ask } = site(`servers: [{ allowed_hosts: ["*"], return: ${JSON.stringify(written)} }]`);
  const { status, fields, text } = await ask(target, request);
  return `${status} ${fields.get("location") ?? text}`;
}

Deno.test("a redirect says what was asked for, by whom, and how", async () => {
  for (
    const [written, target, expected] of [
      ["301 https://$host$request_uri", "/a%20b?x=%26&y", "301 https://localhost/a%20b?x=%26&y"],
      ["301 https://$host$request_uri", "/a/../b//c", "301 https://localhost/a/../b//c"],
      ["301 https://${host}:8443$uri", "/a/../b//c?q", "301 https://localhost:8443/b/c"],
      ["301 $scheme://$host/new$uri?$args", "/a?x=1&y=%2F", "301 http://localhost/new/a?x=1&y=%2F"],
      ["302 /new?$args", "/a", "302 /new?"],
      ["302 /new#$args", "/a?b", "302 /new#b"],
      ["302 http://$remote_addr/", "/", "302 http://127.0.0.1/"],
      ["307 $uri/", "/a", "307 /a/"],
      [
        "307 $uri",
        "/grün/%2B%26%25%3F%23%22/é".replace("ü", "%C3%BC").replace("é", "%C3%A9"),
        "307 /gr%C3%BCn/+&%25%3F%23%22/%C3%A9",
      ],
      // In a query it is one value.
      ["302 /login?next=$uri&why=x", "/a&b=c+d;e/%20%25", "302 /login?next=/a%26b%3Dc%2Bd%3Be/%20%25&why=x"],
      ["302 /a$uri?x#$uri", "/b&", "302 /a/b&?x#/b%26"],
      [
        "200 $host $uri $request_uri $args $scheme $remote_addr",
        "/a%20b?c=d",
        "200 localhost /a%20b /a%20b?c=d c=d http 127.0.0.1",
      ],
      ["404 no ${uri}, costs 5$", "/a?b", "404 no /a, costs 5$"],
      ["503 $$host", "/", "503 $host"],
    ] as const
  ) assertEquals(await answerOf(written, target), expected, `${written} ${target}`);
});

Deno.test("an address of IPv6 has brackets where it is the host of a target, and nowhere else", async () => {
  for (
    const [written, expected] of [
      ["302 http://$remote_addr/", "302 http://[2001:db8::1]/"],
      ["302 $scheme://$remote_addr:8080$uri", "302 http://[2001:db8::1]:8080/a"],
      ["302 //x@$remote_addr?$remote_addr", "302 //x@[2001:db8::1]?2001:db8::1"],
      ["302 /x/$remote_addr#$remote_addr", "302 /x/2001:db8::1#2001:db8::1"],
      ["302 http://a.test/$remote_addr", "302 http://a.test/2001:db8::1"],
      ["200 http://$remote_addr/", "200 http://2001:db8::1/"],
    ] as const
  ) assertEquals(await answerOf(written, "/a", { client: "2001:db8::1" }), expected, written);
});

Deno.test("no client chooses the host that a redirect leads to", async () => {
  for (
    const [written, target, expected] of [
      ["301 $uri", "//evil.test/x", "301 /evil.test/x"],
      ["301 $uri", "///evil.test", "301 /evil.test"],
      ["301 $uri", "/./%2e//evil.test", "301 /evil.test"],
      ["301 /$uri", "/evil.test", "301 /evil.test"],
      ["301 $request_uri", "//evil.test/x?y", "301 /evil.test/x?y"],
      ["301 /$request_uri", "///evil.test/x", "301 /evil.test/x"],
      ["301 /$args", "/?/evil.test", "301 /evil.test"],
      ["301 /$args", "/?\\evil.test", "301 /evil.test"],
      ["301 /$args", "/?//\\/evil.test", "301 /evil.test"],
      ["301 https://$host$uri", "//evil.test", "301 https://localhost/evil.test"],
      ["301 https://$host$request_uri", "//evil.test", "301 https://localhost//evil.test"],
      ["301 https://$host/$args", "/?/@evil.test", "301 https://localhost//@evil.test"],
      ["301 //a.test$uri", "//evil.test", "301 //a.test/evil.test"],
      ["301 .$uri", "//evil.test", "301 ./evil.test"],
    ] as const
  ) {
    const answer = await answerOf(written, target);
    assertEquals(answer, expected, `${written} ${target}`);
    const { host } = new URL(answer.slice(4), "http://localhost/");
    assertMatch(host, /^(?:localhost|a\.test)$/, answer);
  }
});

Deno.test("the host of a redirect is the one that was asked for, without its port, and always there", async () => {
  const written = "301 https://$host/";
  for (
    const [request, expected] of [
      [{ host: "Example.TEST:8080" }, "https://example.test/"],
      [{ host: "example.test." }, "https://example.test/"],
      [{ host: "[0::1]:8080" }, "https://[::1]/"],
      [{ host: "a@b" }, "https://127.0.0.1/"],
      [{ host: "", version: "HTTP/1.0" }, "https://127.0.0.1/"],
      [{ fields: { "X-Forwarded-Host": "evil.test", "Forwarded": "host=evil.test" } }, "https://localhost/"],
    ] as const
  ) assertEquals(await answerOf(written, "/", request), `301 ${expected}`);
  assertEquals(await answerOf(written, "http://b.test:81/x", { host: "evil.test" }), "301 https://b.test/");
});

Deno.test("a path with a control character is not put into an answer", async () => {
  for (const path of ["/a%0d%0aSet-Cookie:%20x", "/%0a", "/a%09b", "/a%7f", "/%1b[2J"]) {
    for (const written of ["301 https://$host$uri", "301 /x?u=$uri", "200 at ${uri}", "404 at $uri"]) {
      const answer = await answerOf(written, path);
      assertMatch(answer, /^400 /, `${written} ${path}`);
      // deno-lint-ignore no-control-regex
      assertEquals(/[\x00-\x09\x0b-\x1f\x7f]/.test(answer.trimEnd()), false);
    }
    // What is passed on as it was sent has none.
    assertEquals(
      await answerOf("301 https://$host$request_uri", `${path}?%0a`),
      `301 https://localhost${path}?%0a`,
    );
    assertEquals(await answerOf("301 /fixed", path), "301 /fixed");
  }
  // deno-lint-ignore no-control-regex
  assertEquals(/[\x00-\x1f]/.test(await answerOf("200 $args", "/?%0d%0a")), false);
});

Deno.test("a return is the same for every method, and knows the path that an internal redirect has led to", async () => {
  const { ask, get } = site(
    `servers:
  - root: www
    error_page: { 404: /error }
    locations:
      /error: { return: "200 error at $uri of $request_uri" }
      /try/: { try_files: [$uri, "/said/x?by=$uri"] }
      /said/: { return: "200 $uri $args $request_uri" }
`,
    { "www": null },
  );
  assertEquals(await get("/try/a%20b?c"), "200 /said/x by=/try/a%20b /try/a%20b?c");
  assertEquals(await get("/missing?x"), "404 error at /error of /missing?x");
  assertEquals((await ask("/said/y", { method: "HEAD" })).status, 200);
  assertEquals((await ask("/said/y", { method: "POST" })).status, 405);
});

Deno.test("the text of a return is plain, or what default_type says", async () => {
  const { ask } = site(
    `servers:
  - locations:
      /a: { return: "200 text" }
      /b: { return: '200 {"at":"$uri"}', default_type: application/json }
`,
  );
  const [plain, json] = [await ask("/a"), await ask("/b")];
  assertEquals(plain.fields.get("content-type"), "text/plain; charset=utf-8");
  assertEquals([json.fields.get("content-type"), json.text], ["application/json", '{"at":"/b"}']);
});

Deno.test("a variable that is not known is an error of the configuration", () => {
  assertThrows(() => site('servers: [{ return: "301 /$nothing" }]'), Error, 'unknown variable "$nothing"');
});
