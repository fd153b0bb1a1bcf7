/**
 * Files in Markdown as pages, and READMEs below listings.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import { ask } from "../support/ask.ts";
import { test } from "../support/protocols.ts";
import { sharedServer } from "./wire_support.ts";

const TEXT =
  "# Title & <b>bold</b>\n\nSee [other](other.md).\n\n<script>alert(1)</script><img src=x onerror=alert(1)>\n";
const BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

const server = await sharedServer({
  config: `access_log: off
servers:
  - listen: LISTEN
    root: site
    autoindex: on
    locations:
      /own/: { types: { .md: text/plain } }
      /live/: { live_reload: on }
`,
  files: {
    "site/docs/README.md": TEXT,
    "site/docs/readme.txt": "the second best",
    "site/docs/other.md": "other",
    "site/docs/long.md": "x".repeat(200_000),
    "site/docs/broken.md": new Uint8Array([0x23, 0x20, 0xff, 0xfe]),
    "site/docs/empty.md": "",
    "site/plain/README.txt": "a <b> & c",
    "site/none/readme.md/x": "a folder",
    "site/own/a.md": "# own",
    "site/live/a.md": "# live",
  },
});

const page = (path: string, fields: Readonly<Record<string, string>> = {}, accept = BROWSER) =>
  ask(server.port, path, { fields: { Accept: accept, ...fields } });

/** What is asked for, and whether that is a page. */
const ACCEPTS: Readonly<Record<string, boolean>> = {
  [BROWSER]: true,
  "text/html": true,
  "*/*": false,
  "text/*": false,
  "text/markdown": false,
  "text/html;q=0": false,
  "text/html;q=0.5, text/markdown": false,
  "text/html, text/markdown": true,
  "application/xtext/html": false,
};

for (const [accept, isPage] of Object.entries(ACCEPTS)) {
  test(`Accept: ${accept} gets the ${isPage ? "page" : "text"} of a file in Markdown`, async () => {
    const answer = await page("/docs/README.md", {}, accept);
    assertEquals(answer.status, 200);
    assertEquals(
      answer.field("content-type"),
      isPage ? "text/html; charset=utf-8" : "text/markdown; charset=utf-8",
    );
    assertMatch(answer.field("vary")!, /\bAccept\b(?!-)/);
    if (!isPage) assertEquals(answer.text, TEXT);
  });
}

test("a page has what the text says, and nothing that runs", async () => {
  const answer = await page("/docs/README.md");
  assertStringIncludes(answer.text, '<h1 id="user-content-title--bold">Title &#x26; <b>bold</b></h1>');
  assertStringIncludes(answer.text, '<a href="other.md">other</a>');
  assert(!/alert|onerror|<script/.test(answer.text));
  assertMatch(
    answer.field("content-security-policy")!,
    /default-src 'none'; script-src 'none'; .*frame-ancestors 'none'/,
  );
});

test("page and text have tags of their own, and conditions of each hold", async () => {
  const html = await page("/docs/README.md"), text = await page("/docs/README.md", {}, "*/*");
  const [a, b] = [html.field("etag")!, text.field("etag")!];
  assertNotEquals(a, b);
  assertEquals((await page("/docs/README.md", { "If-None-Match": a })).status, 304);
  assertEquals((await page("/docs/README.md", { "If-None-Match": b })).status, 200);
  assertEquals((await page("/docs/README.md", { "If-None-Match": a }, "*/*")).status, 200);
  assertEquals((await page("/docs/README.md", { "If-Match": b })).status, 412);
});

for (const [where, path] of [["", "/docs/README.md"], [" with a script behind it", "/live/a.md"]] as const) {
  test(`a compressed page${where} is not sent again to who has it`, async () => {
    const gzip = { "Accept-Encoding": "gzip" }, answer = await page(path, gzip), tag = answer.field("etag")!;
    assertEquals([answer.status, answer.field("content-encoding")], [200, "gzip"]);
    const again = await page(path, { ...gzip, "If-None-Match": tag });
    assertEquals([again.status, again.field("etag")], [304, tag]);
    assertEquals((await page(path, { "If-None-Match": tag })).status, 200);
    assertEquals((await page(path, { ...gzip, "If-None-Match": tag }, "*/*")).status, 200);
  });
}

test("?raw is the text for everybody, with ranges", async () => {
  assertEquals((await page("/docs/README.md?raw")).text, TEXT);
  const part = await page("/docs/README.md?raw", { Range: "bytes=0-6" });
  assertEquals([part.status, part.text], [206, TEXT.slice(0, 7)]);
  assertEquals((await page("/docs/README.md", { Range: "bytes=0-6" })).status, 200);
});

test("what is too long is the text; what is empty or no UTF-8 is a page", async () => {
  assertEquals((await page("/docs/long.md")).field("content-type"), "text/markdown; charset=utf-8");
  assertEquals((await page("/docs/empty.md")).field("content-type"), "text/html; charset=utf-8");
  assertStringIncludes(new TextDecoder().decode((await page("/docs/broken.md")).body), "\ufffd");
});

test("a type of its own, and HEAD", async () => {
  assertEquals((await page("/own/a.md")).text, "# own");
  const head = await ask(server.port, "/docs/README.md", { method: "HEAD", fields: { Accept: BROWSER } });
  assertEquals([head.status, head.body.length], [200, 0]);
  assertEquals(head.field("content-length"), (await page("/docs/README.md")).field("content-length"));
});

test("a page in a location with live_reload gets its script, by a nonce", async () => {
  const answer = await page("/live/a.md"), policy = answer.field("content-security-policy")!;
  const [, nonce] = /script-src 'nonce-([^']+)'/.exec(policy) ?? [];
  assert(nonce);
  assertStringIncludes(answer.text, `nonce="${nonce}"`);
});

test("the best README of a folder is shown below its listing", async () => {
  const answer = await page("/docs/");
  assertStringIncludes(answer.text, '<h1 id="user-content-title--bold">Title &#x26; <b>bold</b></h1>');
  assert(!answer.text.includes("alert(1)") && !answer.text.includes("the second best"));
  assertStringIncludes((await page("/plain/")).text, "a &lt;b&gt; &amp; c");
  assert(!(await page("/none/")).text.includes('class="readme"'));
});

test("a README that is written anew is shown anew", async () => {
  await Deno.writeTextFile(`${server.folder}/site/plain/README.txt`, "written anew, and longer");
  assertStringIncludes((await page("/plain/")).text, "written anew, and longer");
});
