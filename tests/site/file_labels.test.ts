import { assertEquals } from "@std/assert";
import { site } from "../support/site.ts";

const FILES = {
  "www/index.html": "<p>",
  "www/docs/index.html": "<p>",
  "www/assets/deep/app.js": "x",
  "www/a.glb": "x",
  "www/A.GLB": "x",
  "www/movie.ts": "const a = 1;",
  "www/notes": "text",
  "www/404.html": "gone",
  "www/sub/x.txt": "x",
  "www/README": "text",
  "www/a.nobody-knows": "text",
  "www/b.nobody-knows": "\0",
  "www/c.bin": "\0",
  "www/.hidden": "x",
};

const cacheOf = async (keys: string, target: string, fields: Readonly<Record<string, string>> = {}) => {
  const { status, fields: answer } = await site(
    `servers: [{ root: www, ${keys} }]`,
    FILES,
  ).ask(target, { fields });
  return `${status} ${answer.joined("cache-control")}`;
};

const PATTERNS =
  'cache_control: { "*.html": no-store, "/assets/*": "public, max-age=31536000, immutable", "/sub/*": off }';

Deno.test("files are asked for again at every use, unless the configuration says otherwise", async () => {
  for (
    const [keys, target, expected] of [
      ["", "/", "200 no-cache"],
      ["", "/a.glb", "200 no-cache"],
      ["", "/docs", "301 no-cache"],
      ["cache_control: off", "/docs", "301 no-cache"],
      ["cache_control: off", "/a.glb", "200 undefined"],
      ["cache_control: max-age=60", "/a.glb", "200 max-age=60"],
      [PATTERNS, "/", "200 no-store"],
      [PATTERNS, "/docs/", "200 no-store"],
      [PATTERNS, "/assets/deep/app.js", "200 public, max-age=31536000, immutable"],
      [PATTERNS, "/sub/x.txt", "200 undefined"],
      [PATTERNS, "/a.glb", "200 no-cache"],
      ['cache_control: { "/*/a*p*.js": private }', "/assets/deep/app.js", "200 private"],
      ['cache_control: { "/assets/*/app.js/*": private }', "/assets/deep/app.js", "200 no-cache"],
      ['cache_control: { "/a.glb": private, "*": off }', "/a.glb", "200 private"],
      ['cache_control: { "/a*lb*glb": private }', "/a.glb", "200 no-cache"],
      ["cache_control: max-age=60", "/missing", "404 undefined"],
      ["cache_control: max-age=60", "/a.glb/", "404 undefined"],
      ["cache_control: max-age=60", "/sub/", "403 undefined"],
      ['cache_control: { "*": max-age=1, "/a.glb": max-age=2 }', "/a.glb", "200 max-age=1"],
      ['cache_control: { "/docs/": private }', "/docs/", "200 no-cache"],
      ['cache_control: { "/docs/index.html": private }', "/docs/", "200 private"],
      ['cache_control: { "/assets/*.js": private }', "/assets/deep/app.js", "200 private"],
      ['cache_control: { "*/app.js": private }', "/assets/deep/app.js", "200 private"],
      ['cache_control: { "/assets*": private }', "/assets/deep/app.js", "200 private"],
      ['cache_control: { "/deep/*": private }', "/assets/deep/app.js", "200 no-cache"],
      ["cache_control: max-age=60, error_page: { 404: /404.html }", "/missing", "404 undefined"],
      ["add_header: { cache-control: max-age=5 }", "/a.glb", "200 max-age=5"],
      ["cache_control: max-age=60, locations: { /: { cache_control: off } }", "/a.glb", "200 undefined"],
    ] as const
  ) assertEquals(await cacheOf(keys, target), expected, `${keys} ${target}`);
});

Deno.test("a 304 and a part say the same as the whole", async () => {
  const { ask } = site(`servers: [{ root: www, ${PATTERNS} }]`, FILES);
  const target = "/assets/deep/app.js";
  const whole = await ask(target);
  const same = await ask(target, { fields: { "If-None-Match": whole.fields.get("etag")! } });
  const part = await ask(target, { fields: { Range: "bytes=0-0" } });
  const parts = await ask(target, { fields: { Range: "bytes=0-0,0-0" } });
  assertEquals([same.status, part.status, parts.status], [304, 206, 206]);
  for (const { fields } of [same, part, parts]) {
    assertEquals(fields.get("cache-control"), whole.fields.get("cache-control"));
  }
});

Deno.test("types of the configuration stand over those that are built in, and over the content", async () => {
  for (
    const [keys, target, expected] of [
      ["", "/a.glb", "model/gltf-binary"],
      ["", "/movie.ts", "text/plain; charset=utf-8"],
      ["", "/notes", "text/plain; charset=utf-8"],
      ["types: { .GLB: application/x-mine }", "/a.glb", "application/x-mine"],
      ["types: { .glb: application/x-mine }", "/A.GLB", "application/x-mine"],
      ["types: { .ts: video/mp2t }", "/movie.ts", "video/mp2t"],
      ["types: { .ts: text/x-typescript }", "/movie.ts", "text/x-typescript; charset=utf-8"],
      ["types: { .ts: text/x; charset=latin1 }", "/movie.ts", "text/x; charset=latin1"],
      ["types: { .ts: a/b }, locations: { /: { types: { .glb: c/d } } }", "/movie.ts", "a/b"],
      ["types: { .ts: a/b }, locations: { /: { types: { .ts: c/d } } }", "/movie.ts", "c/d"],
      ["", "/b.nobody-knows", "application/octet-stream"],
      ["default_type: text/html", "/a.nobody-knows", "text/html; charset=utf-8"],
      ["default_type: text/html", "/b.nobody-knows", "text/html; charset=utf-8"],
      ["default_type: a/b", "/notes", "a/b"],
      ["default_type: a/b", "/README", "a/b"],
      ["default_type: a/b", "/a.glb", "model/gltf-binary"],
      ["default_type: a/b", "/c.bin", "application/octet-stream"],
      ["default_type: a/b", "/movie.ts", "text/plain; charset=utf-8"],
      ["default_type: a/b, types: { .nobody-knows: c/d }", "/a.nobody-knows", "c/d"],
      ["default_type: a/b, locations: { /: {} }", "/notes", "a/b"],
      ["default_type: a/b, locations: { /: { default_type: c/d } }", "/notes", "c/d"],
      ["locations: { /sub/: { default_type: c/d } }", "/notes", "text/plain; charset=utf-8"],
    ] as const
  ) {
    const { fields } = await site(`servers: [{ root: www, ${keys} }]`, FILES).ask(target);
    assertEquals(fields.get("content-type"), expected, `${keys} ${target}`);
  }
});

Deno.test("one file in two locations has the fields of each", async () => {
  const { ask } = site(
    "servers: [{ root: www, locations: { /: {}, /b/: { alias: www, cache_control: off, types: { .glb: a/b } } } }]",
    FILES,
  );
  for (let i = 0; i < 2; i++) {
    const first = await ask("/a.glb"), second = await ask("/b/a.glb");
    assertEquals(
      [first, second].map(({ fields }) => `${fields.get("content-type")} ${fields.get("cache-control")}`),
      ["model/gltf-binary no-cache", "a/b undefined"],
    );
  }
});

Deno.test("what is no answer of a file has nothing of cache_control", async () => {
  const { ask } = site("servers: [{ root: www, cache_control: max-age=60 }]", FILES);
  for (
    const [status, fields, method] of [
      [412, { "If-Match": '"x"' }, "GET"],
      [416, { "Range": "bytes=9-" }, "GET"],
      [405, {}, "POST"],
    ] as const
  ) {
    const answer = await ask("/a.glb", { method, fields });
    assertEquals([answer.status, answer.fields.get("cache-control")], [status, undefined]);
  }
});
