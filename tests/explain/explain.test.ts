import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { QuestionError } from "../../lib/explain/address.ts";
import { explainer } from "./support.ts";

const YAML = `servers:
  - listen: [8080, "0.0.0.0:8081"]
    server_name: [first.test, localhost]
    root: www
    types: { .foo: text/x-foo }
    cache_control: { "/assets/*": max-age=60 }
    add_header:
      X-A: b
    locations:
      /a: { return: 200 a }
      /a/b/: { autoindex: on }
      "= /a/b/c": { return: 302 https://other.test/ }
      /api/: { proxy_pass: ["http://127.0.0.1:3000/v1/", "http://127.0.0.1:3001/v1/"] }
      /php/:
        fastcgi: { .php: "unix:/run/php.sock" }
      /fcgi/: { fastcgi_pass: 127.0.0.1:9000 }
      /slow/: { delay: 300ms, limit_rate: 50k }
  - listen: 8080
    server_name: ["*.example.test", x.example.test]
    root: other
  - listen: 8080
    server_name: "*.b.example.test"
    root: other
  - listen: "127.0.0.1:8443 ssl"
    ssl_certificate: cert.pem
    ssl_certificate_key: key.pem
    server_name: localhost
    hsts: max-age=60
    root: www
`;

const FILES = {
  "www/index.html": "home",
  "www/x.foo": "foo",
  "www/assets/a.css": "css",
  "www/a/b/file.txt": "text",
  "www/slow/x.txt": "slow",
  "www/php/x.php": "<?php",
  "other/index.html": "other",
  "cert.pem": "",
  "key.pem": "",
};

const ask = explainer(YAML, FILES);

/** Who is asked, with the line of each: address, server, location. */
const PLACES: readonly [url: string, address: string, server: string, location: string][] = [
  ["http://localhost:8080/x.foo", "http://127.0.0.1:8080/ 2", "first.test 2", "null 2"],
  ["http://first.test:8081/a", "http://0.0.0.0:8081/ 2", "first.test 2", "/a 10"],
  ["http://localhost:8080/a/x", "http://127.0.0.1:8080/ 2", "first.test 2", "/a 10"],
  ["http://localhost:8080/a/b/file.txt", "http://127.0.0.1:8080/ 2", "first.test 2", "/a/b/ 11"],
  ["http://localhost:8080/a/b/c?d", "http://127.0.0.1:8080/ 2", "first.test 2", "= /a/b/c 12"],
  ["http://x.example.test:8080/", "http://127.0.0.1:8080/ 2", "*.example.test 18", "null 18"],
  ["http://a.b.example.test:8080/", "http://127.0.0.1:8080/ 2", "*.b.example.test 21", "null 21"],
  ["https://localhost:8443/", "https://127.0.0.1:8443/ 24", "localhost 24", "null 24"],
  // The first server.
  ["/a", "http://127.0.0.1:8080/ 2", "first.test 2", "/a 10"],
  // Without a scheme, and without a port that anybody has.
  ["localhost:8080/a", "http://127.0.0.1:8080/ 2", "first.test 2", "/a 10"],
  ["http://x.example.test/", "http://127.0.0.1:8080/ 2", "*.example.test 18", "null 18"],
];

for (const [url, address, server, location] of PLACES) {
  Deno.test(`${url} is explained by its address, server and location, each with its line`, async () => {
    const { json } = await ask(url);
    assertEquals(`${json.address.url} ${json.address.line}`, address);
    assertEquals(`${json.server.name} ${json.server.line}`, server);
    assertEquals(`${json.location.path} ${json.location.line}`, location);
  });
}

Deno.test("who else matched is told, and why it lost", async () => {
  const { json, text } = await ask("http://x.example.test:8080/");
  assertEquals(json.server.why, "its server_name has x.example.test");
  assertEquals(json.server.lost, [{ name: "first.test", line: 2, why: "it is for all other hosts" }]);
  const lost = (await ask("http://a.b.example.test:8080/")).json.server.lost;
  assertEquals(lost[1], {
    name: "*.example.test",
    line: 18,
    why: "*.example.test fits too, and the longer name counts",
  });
  const exact = await ask("/a/b/c");
  assertEquals(exact.json.location.lost.map(({ name }: { name: string }) => name), ["/a/b/", "/a"]);
  assertStringIncludes(exact.text, "not /a/b/ (line 11): an exact location counts before it");
  assertStringIncludes(text, "not first.test (line 2): it is for all other hosts");
});

Deno.test("each field has the line that it comes from", async () => {
  const from = async (url: string, name: string) => {
    const { json } = await ask(url);
    const field = json.headers.find((field: { name: string }) => field.name === name);
    return `${field.value} ${field.from} ${field.line}`;
  };
  assertEquals(await from("/x.foo", "Content-Type"), "text/x-foo; charset=utf-8 types 5");
  assertEquals(await from("/x.foo", "X-A"), "b add_header 8");
  assertEquals(await from("/assets/a.css", "Cache-Control"), "max-age=60 cache_control 6");
  assertEquals(await from("/assets/a.css", "Content-Type"), "text/css; charset=utf-8 the file's name null");
  assertEquals(await from("/a/b/c", "Location"), "https://other.test/ return 12");
  assertEquals(await from("https://localhost:8443/", "Strict-Transport-Security"), "max-age=60 hsts 28");
  assertEquals(
    await from("https://localhost:8443/", "Cache-Control"),
    "no-cache cache_control (default) null",
  );
});

Deno.test("programs and other servers are named, and their status is theirs", async () => {
  const proxied = (await ask("/api/users?x=1", { method: "POST" })).json;
  assertEquals([proxied.answerer, proxied.status, proxied.upstreams], ["proxy", null, [
    "http://127.0.0.1:3000/v1/users?x=1",
    "http://127.0.0.1:3001/v1/users?x=1",
  ]]);
  const php = (await ask("/php/x.php/info")).json;
  assertEquals([php.answerer, php.file, php.upstream], [
    "fastcgi",
    "/site/www/php/x.php",
    "unix:/run/php.sock",
  ]);
  const { text } = await ask("/fcgi/x");
  assertStringIncludes(text, "would ask the FastCGI server 127.0.0.1:9000");
  assertStringIncludes(text, "(fastcgi_pass, line 16)");
  assertStringIncludes(text, "its answer decides");
});

Deno.test("internal redirects are told one by one, with their reason", async () => {
  const { json } = await ask("http://localhost:8080/");
  assertEquals([json.file, json.answerer, json.status], ["/site/www/index.html", "file", 200]);
  assertEquals(json.redirects[0].path, "/index.html");
  assertEquals(json.redirects[0].why, "the folder has this index");
});

Deno.test("weather is told, and nobody waits for it", async () => {
  const { text, json } = await ask("/slow/x.txt");
  assertStringIncludes(text, "kept back for 300 ms (delay, line 17)");
  assertStringIncludes(text, "sent at 51200 bytes a second (limit_rate, line 17)");
  assertEquals(json.status, 200);
});

Deno.test("plain HTTP on a port that speaks TLS is sent there", async () => {
  const { json } = await ask("http://localhost:8443/x");
  assertEquals(json.status, 308);
  const location = json.headers.find(({ name }: { name: string }) => name === "Location");
  assertEquals(location.value, "https://localhost:8443/x");
});

Deno.test("a request that breaks a rule is refused as the server would refuse it", async () => {
  const status = async (url: string, fields: string[], method = "GET") =>
    (await ask(url, { fields, method })).json.status;
  assertEquals(await status("/x.foo", ["Host: a b"]), 400);
  assertEquals(await status("/x.foo", [`X: ${"x".repeat(40_000)}`]), 431);
  assertEquals(await status("/x.foo", ["Expect: 200-maybe"]), 417);
  assertEquals(await status("/%ff%00", []), 400);
  assertEquals(await status("/.git/config", []), 404);
  assertEquals(await status("/x.foo", [], "BREW"), 501);
  assertEquals(await status("*", [], "OPTIONS"), 204);
  assertEquals(await status("http://rebound.test:8080/x.foo", []), 421);
});

const REFUSED: readonly [url: string, message: string, fields?: string[]][] = [
  ["http://localhost:99/", "nobody listens on port 99, but on http://127.0.0.1:8080/"],
  ["ftp://localhost/", "is no URL of a web server"],
  ["https://localhost:8080/", "speaks no TLS: ask for http://localhost:8080"],
  ["http://local host/", "is no URL"],
  ["/x", `"bad" is no field: write 'Name: value'`, ["bad"]],
  ["/x", "a line break", ["X: a\r\nY: b"]],
];

for (const [url, message, fields = []] of REFUSED) {
  Deno.test(`what cannot be asked is said: ${url} ${fields.join("").slice(0, 3)}`, async () => {
    await assertRejects(() => ask(url, { fields }), QuestionError, message);
  });
}

Deno.test("what would be made, copied and moved is said in these words", async () => {
  const ask = explainer("servers: [{ root: www, locations: { /: { upload_store: www } } }]\n", {
    "www/a": "a",
  });
  for (
    const [method, path, words, status] of [
      ["MKCOL", "new", "would make the folder /site/www/new", "201 Created"],
      ["COPY", "a", "would copy /site/www/a", "201 Created"],
      ["MOVE", "a", "would move /site/www/a", "201 Created"],
    ] as const
  ) {
    const { text } = await ask(`/${path}`, { method, fields: ["Destination: /b"] });
    assertStringIncludes(text, words);
    assertStringIncludes(text, status);
  }
});

Deno.test("what lies in a bucket is left to its storage, which is not asked", async () => {
  const yaml = `buckets: { films: { endpoint: "http://127.0.0.1:9", bucket: media } }
servers:
  - listen: 8080
    root: www
    locations:
      /films/: { bucket: films/new, autoindex: on }
      /inbox/:
        bucket: films
        upload_store: bucket
`;
  const ask = explainer(yaml, { "www/index.html": "home" });
  const { json, text } = await ask("/films/a%20b.mp4");
  assertEquals([json.file, json.answerer, json.status], ["s3://media/new/a b.mp4", "object", null]);
  assertStringIncludes(text, "would ask for the object s3://media/new/a b.mp4 (bucket, line 6)");
  assertEquals((await ask("/films/")).json.file, "s3://media/new/");
  const stored = await ask("/inbox/x.txt", { method: "PUT" });
  assertStringIncludes(stored.text, "would store s3://media/x.txt (upload_store, line 9)");
  assertEquals(stored.json.status, null);
});
