import { assert, assertEquals, assertMatch } from "@std/assert";
import { requestFor, site, type SiteRequest } from "../support/site.ts";

const SCRIPT = '<script src="/.webserv/live.js"></script>';
const BROWSER = { fields: { Accept: "text/html,application/xhtml+xml,*/*;q=0.8" } };

const CONFIG = `
servers:
  - listen: 8080
    root: www
    autoindex: on
    live_reload: on
    compression: off
    cgi: { .php: php-cgi }
    locations:
      /off/: { live_reload: off }
      /drive/: { upload_store: www/drive, dav: on }
      /text: { return: { status: 200, body: "<p>Hello" }, default_type: text/html }
      /saved: { return: { status: 200, body: "<p>Hello" }, default_type: text/html, add_header: { Content-Disposition: attachment } }
      /xhtml: { return: { status: 200, body: "<html/>" }, default_type: application/xhtml+xml }
      /left: { return: { status: 200, body: "<p>" }, default_type: text/html, add_header: { Cache-Control: "max-age=9, no-transform" } }
      /nonce: { return: { status: 200, body: "<p>" }, default_type: text/html, add_header: { Content-Security-Policy: "script-src 'nonce-AbC123=='" } }
      /none: { return: { status: 200, body: "<p>" }, default_type: text/html, add_header: { Content-Security-Policy: "default-src 'none'" } }
      /digest: { return: { status: 200, body: "<p>" }, default_type: text/html, add_header: { Content-Digest: "sha-256=:AAAA:", Digest: "x" } }
`;

const FILES = {
  "www/index.html": "<h1>Home</h1></body></html>\n",
  "www/page.html": "<h1>Page</h1>",
  "www/empty.html": "",
  "www/a.css": "p{}",
  "www/x.php": "<?php",
  "www/sub/a.txt": "a",
  "www/drive/page.html": "<h1>Mine</h1>",
  "www/off/page.html": "<h1>Off</h1>",
};

function live(programs?: Parameters<typeof site>[2], config = CONFIG) {
  return site(config, FILES, programs);
}

const CASES: readonly (readonly [target: string, text: string, request?: SiteRequest])[] = [
  ["/", `<h1>Home</h1></body></html>\n${SCRIPT}`],
  ["/page.html", `<h1>Page</h1>${SCRIPT}`],
  ["/empty.html", SCRIPT],
  ["/page.html", `<h1>Page</h1>${SCRIPT}`, { fields: { Range: "bytes=0-3" } }],
  ["/page.html", `<h1>Page</h1>${SCRIPT}`, { fields: { Range: "bytes=0-3,5-6" } }],
  ["/text", `<p>Hello${SCRIPT}`],
  // Whoever changes a page and stores it again must not store the script.
  ["/page.html", "<h1>Page</h1>", { fields: { "Cache-Control": "no-transform" } }],
  ["/page.html", "<h1>", { fields: { "Cache-Control": "no-store, no-transform", Range: "bytes=0-3" } }],
  ["/drive/page.html", "<h1>Mine</h1>"],
  ["/drive/page.html", "<h1>Mine</h1>", { fields: { Accept: "*/*" } }],
  ["/drive/page.html", `<h1>Mine</h1>${SCRIPT}`, BROWSER],
  ["/a.css", "p{}"],
  ["/a.css", "p{", { fields: { Range: "bytes=0-1" } }],
  ["/off/page.html", "<h1>Off</h1>"],
  ["/off/page.html", "<h1>", { fields: { Range: "bytes=0-3" } }],
  ["/saved", "<p>Hello"],
  ["/xhtml", "<html/>"],
  ["/left", "<p>"],
  ["/nonce", '<p><script src="/.webserv/live.js" nonce="AbC123=="></script>'],
  ["/none", `<p>${SCRIPT}`],
  ["/digest", `<p>${SCRIPT}`],
];

Deno.test("live_reload puts the script at the very end of every page, and nowhere else", async () => {
  const { ask } = live();
  for (const [target, text, request] of CASES) {
    assertEquals((await ask(target, request)).text, text, `${target} ${JSON.stringify(request ?? {})}`);
  }
});

Deno.test("live_reload: listings and error pages have the script, for browsers alone", async () => {
  const { ask } = live();
  for (const target of ["/sub/", "/nothing"]) {
    const page = await ask(target, BROWSER);
    assertMatch(page.text, /<script src="\/\.webserv\/live\.js"(?: nonce="[\w+\/=]+")?><\/script>$/, target);
    const nonce = /nonce="(.*?)"/.exec(page.text)?.[1], policy = page.fields.get("content-security-policy")!;
    assert(nonce === undefined || policy.includes(`script-src 'nonce-${nonce}' `), policy);
    assert(!(await ask(target, { fields: { Accept: "application/json" } })).text.includes(SCRIPT), target);
  }
});

Deno.test("live_reload: HEAD tells the length of the page with its script", async () => {
  const { handler } = live();
  const { body } = await handler(requestFor("/page.html", { method: "HEAD" }));
  assertEquals((body as Uint8Array).length, "<h1>Page</h1>".length + SCRIPT.length);
});

Deno.test("live_reload: a page's tag says that the script is there, and is understood when it comes back", async () => {
  const { ask } = live();
  const { fields } = await ask("/page.html"), tag = fields.get("etag")!;
  assertMatch(tag, /^"[^"]+--live"$/);
  assertEquals(fields.has("accept-ranges"), false);
  const again = (value: string) => ask("/page.html", { fields: { "If-None-Match": value } });
  const same = await again(tag);
  assertEquals([same.status, same.fields.get("etag"), same.text], [304, tag, ""]);
  // A copy without the script is another page.
  assertEquals((await again(tag.replace("--live", ""))).status, 200);
  assertEquals((await again(`"x", W/${tag}`)).status, 304);
  const modified = fields.get("last-modified")!;
  assertEquals((await ask("/page.html", { fields: { "If-Modified-Since": modified } })).status, 200);
  assertEquals((await ask("/page.html", { fields: { "If-Match": tag } })).status, 200);
  assertEquals((await ask("/page.html", { fields: { "If-Match": '"other--live"' } })).status, 412);
  // What is no page has the tag that it has.
  assertMatch((await ask("/a.css")).fields.get("etag")!, /^"[^"]+(?<!--live)"$/);
});

Deno.test("live_reload: a page is compressed after the script is in it, and its tag comes back from that, too", async () => {
  const long = `<p>${"long ".repeat(200)}`;
  const { ask, get } = site(CONFIG.replace("compression: off", "compression: gzip"), {
    "www/a.html": long,
    "www/a.html.gz": "stale",
  });
  const fields = { "Accept-Encoding": "gzip" };
  const page = await ask("/a.html", { fields });
  assertEquals(page.fields.get("content-encoding"), "gzip");
  const bytes = Uint8Array.from(page.text, (each) => each.charCodeAt(0));
  const plain = await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")))
    .text();
  assertEquals(plain, long + SCRIPT);
  const tag = page.fields.get("etag")!;
  assertMatch(tag, /--live--gzip"$/);
  const same = await ask("/a.html", { fields: { ...fields, "If-None-Match": tag } });
  assertEquals([same.status, same.fields.get("etag")], [304, tag]);
  assertEquals((await ask("/a.html", { fields: { "If-None-Match": tag } })).status, 200);
  assertEquals(await get("/a.html"), `200 ${long}${SCRIPT}`);
});

Deno.test("live_reload: programs' pages have the script, and their conditions are understood", async () => {
  const made = live(() => 'Content-Type: text/html\nETag: "v1"\n\n<p>made');
  const { ask } = made, page = await ask("/x.php", BROWSER);
  assertEquals([page.text, page.fields.get("etag")], [`<p>made${SCRIPT}`, '"v1--live"']);
  const told = (fields: Record<string, string>) =>
    ask("/x.php", { fields: { ...BROWSER.fields, ...fields } }).then(() => made.ran.at(-1)!.environment);
  assertEquals((await told({ "If-None-Match": '"v1--live"' })).HTTP_IF_NONE_MATCH, '"v1"');
  const other = await told({ "If-None-Match": '"v1"', "If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT" });
  assertEquals([other.HTTP_IF_NONE_MATCH, other.HTTP_IF_MODIFIED_SINCE], [undefined, undefined]);
  const ranged = await told({ "If-Range": '"v1--live"', Range: "bytes=5-" });
  assertEquals([ranged.HTTP_IF_RANGE, ranged.HTTP_RANGE], [undefined, undefined]);
});

const PROGRAMS: readonly (readonly [said: string, status: number, text: string])[] = [
  ["Content-Type: TEXT/HTML ;charset=utf-8\n\n<p>", 200, `<p>${SCRIPT}`],
  ["Content-Type: text/html\nContent-Length: 3\n\n<p>", 200, `<p>${SCRIPT}`],
  ["Status: 500\nContent-Type: text/html\n\nBroken", 500, `Broken${SCRIPT}`],
  ["Status: 302\nLocation: /x\nContent-Type: text/html\n\nThere", 302, `There${SCRIPT}`],
  ["Status: 206\nContent-Type: text/html\nContent-Range: bytes 0-1/9\n\n<p", 206, "<p"],
  ["Content-Type: text/html-x\n\n<p>", 200, "<p>"],
  ["Content-Type: text/plain\n\n<p>", 200, "<p>"],
  ["Content-Type: text/event-stream\n\ndata: x\n\n", 200, "data: x\n\n"],
  ["Content-Type: text/html\nContent-Encoding: identity\n\n<p>", 200, `<p>${SCRIPT}`],
  ["Content-Type: text/html\nContent-Encoding: exi\n\n??", 200, "??"],
  [
    "Content-Type: text/html\nContent-Security-Policy: default-src 'self'\nContent-Security-Policy: script-src 'nonce-a' 'self'\n\n<p>",
    200,
    `<p>${SCRIPT}`,
  ],
  [
    "Content-Type: text/html\nContent-Security-Policy: script-src 'nonce-a' 'strict-dynamic' 'self'\n\n<p>",
    200,
    `<p>${SCRIPT.replace("></", ' nonce="a"></')}`,
  ],
  [
    "Content-Type: text/html\n\n<meta http-equiv=content-security-policy content=\"script-src 'nonce-m1'\"><p>",
    200,
    `<meta http-equiv=content-security-policy content="script-src 'nonce-m1'"><p>${
      SCRIPT.replace("></", ' nonce="m1"></')
    }`,
  ],
];

Deno.test("live_reload: what of a program's answers is a page, and what is left as it is", async () => {
  let said = "";
  const { ask } = live(() => said);
  for (const [each, status, text] of PROGRAMS) {
    said = each;
    const answer = await ask("/x.php");
    assertEquals([answer.status, answer.text], [status, text], each);
  }
});

Deno.test("live_reload: what is said of the bytes of a page without the script is taken away", async () => {
  const { fields } = await live().ask("/digest");
  assertEquals([fields.has("content-digest"), fields.has("digest")], [false, false]);
});

Deno.test("live_reload: the error log says once per location why a page does not reload", async () => {
  const { ask, log } = live(() => "Content-Type: text/html\nContent-Encoding: exi\n\n??");
  for (const target of ["/none", "/none", "/left", "/xhtml", "/nonce", "/text", "/x.php", "/x.php"]) {
    await ask(target);
  }
  assertEquals(log.length, 4, log.join("\n"));
  assertMatch(log[0]!, /GET \/none: .*Content-Security-Policy forbids it: default-src 'none'/);
  assertMatch(log[1]!, /GET \/left: .*no-transform/);
  assertMatch(log[2]!, /GET \/xhtml: .*xhtml/);
  assertMatch(log[3]!, /GET \/x.php: .*exi/);
});

Deno.test("live_reload: the script and the stream lie beside all locations, where some location has it on", async () => {
  const on = live(), off = live(undefined, CONFIG.replace("    live_reload: on\n", ""));
  const script = await on.ask("/.webserv/live.js");
  assertEquals([script.status, script.fields.get("content-type")], [200, "text/javascript; charset=utf-8"]);
  assertMatch(script.text, /EventSource/);
  assertEquals((await off.ask("/.webserv/live.js")).status, 404);
  assertEquals((await off.ask("/.webserv/live")).status, 404);
  assertEquals(await off.get("/page.html"), "200 <h1>Page</h1>");
  assertEquals((await on.ask("/.webserv/live", { method: "POST" })).status, 405);
  assertEquals((await on.ask("/.webserv/other")).status, 404);
  const foreign: Record<string, string>[] = [
    { "Sec-Fetch-Site": "cross-site" },
    { "Sec-Fetch-Site": "same-site" },
    { Origin: "http://evil.example" },
    { Origin: "null" },
  ];
  for (const fields of foreign) assertEquals((await on.ask("/.webserv/live", { fields })).status, 403);
});

/** Keys of the server, what is asked for, and what comes of it. */
const PLACES: readonly (readonly [keys: string, target: string, answer: string])[] = [
  ["error_page: { 404: /page.html }", "/nothing", `404 <h1>Page</h1>${SCRIPT}`],
  [
    "error_page: { 404: /off/page.html }, locations: { /off/: { live_reload: off } }",
    "/nothing",
    `404 <h1>Off</h1>${SCRIPT}`,
  ],
  // Of an error's page the location counts that the error is in.
  [
    "error_page: { 404: /off/page.html }, live_reload: off, locations: { /off/: { live_reload: on } }",
    "/nothing",
    "404 <h1>Off</h1>",
  ],
  ["try_files: [$uri, /index.html]", "/some/where", `200 <h1>Home</h1></body></html>\n${SCRIPT}`],
  ["sendfile_from: www, cgi: { .php: php-cgi }", "/x.php", `200 <h1>Page</h1>${SCRIPT}`],
  ["default_type: text/html", "/bare", `200 <p>${SCRIPT}`],
  ["types: { .css: text/html }", "/a.css", `200 p{}${SCRIPT}`],
  ["types: { .html: text/plain }", "/page.html", "200 <h1>Page</h1>"],
];

Deno.test("live_reload: whatever way leads to a page, it has the script once", async () => {
  const files = { ...FILES, "www/bare": "<p>" };
  for (const [keys, target, answer] of PLACES) {
    const on = keys.includes("live_reload: off, loc") ? "" : "live_reload: on, ";
    for (const coding of ["off", "gzip"]) {
      const { get } = site(
        `servers: [{ listen: 8080, root: www, ${on}compression: ${coding}, ${keys} }]`,
        files,
        () => "Content-Type: text/html\nX-Sendfile: page.html\n\n",
      );
      assertEquals(await get(target), answer, keys);
    }
  }
});

Deno.test("live_reload: who has read a page with its script may write it", async () => {
  const { ask } = site(
    "servers: [{ listen: 8080, live_reload: on, locations: { /: { root: www, upload_store: www, allowed_methods: [GET, PUT], overwrite: on } } }]",
    { "www/page.html": "<p>" },
  );
  const tag = (await ask("/page.html")).fields.get("etag")!;
  const put = (value: string) =>
    ask("/page.html", { method: "PUT", body: "<p>new", fields: { "If-Match": value } });
  assertEquals((await put('"x--live"')).status, 412);
  assertEquals((await put(tag)).status, 204);
  assertEquals((await ask("/page.html")).text, `<p>new${SCRIPT}`);
});
