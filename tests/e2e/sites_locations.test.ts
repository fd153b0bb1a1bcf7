import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { ask, get, redirect } from "../support/ask.ts";
import { keptServer } from "../support/kept_server.ts";
import { test } from "../support/protocols.ts";
import { startServer } from "../support/server.ts";

test("the longest prefix on a segment border wins, an exact location before all", async () => {
  const server = await keptServer({
    config: `
servers:
  - listen: LISTEN
    locations:
      /: { return: 200 server }
      /static: { return: 200 static }
      /static/deep/: { return: 200 deep }
      /a/: { return: 200 folder }
      /b: { return: 200 bare }
      /b/: { return: 200 slash }
      "= /exact": { return: 200 exact }
      "= /static/one": { return: 200 one }
      "/two words/ü": { return: 200 odd }
`,
  });
  const says = async (target: string) => (await ask(server.port, target)).text;
  assertEquals(await says("/"), "server");
  assertEquals(await says("/static"), "static");
  assertEquals(await says("/static/"), "static");
  assertEquals(await says("/static/x?y=/static/deep/"), "static");
  assertEquals(await says("/staticfoo"), "server");
  assertEquals(await says("/static.html"), "server");
  assertEquals(await says("/Static"), "server");
  assertEquals(await says("/static/deep/x"), "deep");
  assertEquals(await says("/static/deeper"), "static");
  assertEquals(await says("/static/one"), "one");
  assertEquals(await says("/static/one/"), "static");
  assertEquals(await says("/exact"), "exact");
  assertEquals(await says("/exact/"), "server");
  assertEquals(await says("/exact?query"), "exact");
  assertEquals(await says("/a/x"), "folder");
  assertEquals(await says("/b"), "bare");
  assertEquals(await says("/b/"), "slash");
  assertEquals(await says("/b/x"), "slash");
  assertEquals(await says("/bb"), "server");
  // Decoded and normalised before it is looked for.
  assertEquals(await says("/%73tatic/./x/../deep/y"), "deep");
  assertEquals(await says("/two%20words/%C3%BC/x"), "odd");
});

test("a path that lacks the slash of its location is led there", async () => {
  const server = await keptServer({
    config: `
servers:
  - listen: LISTEN
    root: .
    locations:
      /a/: { alias: elsewhere }
      "/ü b/": { alias: elsewhere }
`,
    files: { "elsewhere/index.html": "there" },
  });
  assertEquals(await redirect(server.port, "/a"), "301 /a/");
  assertEquals(await redirect(server.port, "/a?x=1&y"), "301 /a/?x=1&y");
  assertEquals(await redirect(server.port, "/%C3%BC%20b?"), "301 /%C3%BC%20b/?");
  assertEquals(await get(server.port, "/a/"), "200 there");
});

test("root takes the whole path, alias only what follows the location's", async () => {
  const server = await keptServer({
    config: `
servers:
  - listen: LISTEN
    root: main
    locations:
      /img/: { root: other }
      /pics/: { alias: other/img }
      /pics/bare: { alias: other/img }
      /one.txt: { alias: other/img/a.svg }
      "= /two": { alias: other/img/a.svg }
      /nothing/: { alias: missing }
`,
    files: {
      "main/a.txt": "main a",
      "main/img/a.svg": "hidden by the location",
      "main/pics/b.txt": "hidden too",
      "other/img/a.svg": "other a",
      "other/img/sub/index.html": "sub",
    },
  });
  assertEquals(await get(server.port, "/a.txt"), "200 main a");
  assertEquals(await get(server.port, "/img/a.svg"), "200 other a");
  assertEquals(await get(server.port, "/pics/a.svg"), "200 other a");
  assertEquals(await get(server.port, "/pics/bare/a.svg"), "200 other a");
  assertEquals(await get(server.port, "/pics/sub/"), "200 sub");
  assertEquals(await redirect(server.port, "/pics/sub"), "301 /pics/sub/");
  assertEquals(await redirect(server.port, "/pics/bare"), "301 /pics/bare/");
  assertMatch(await get(server.port, "/pics/b.txt"), /^404 /);
  const file = await ask(server.port, "/one.txt");
  assertEquals([file.status, file.text, file.field("content-type")], [200, "other a", "image/svg+xml"]);
  assertEquals(await get(server.port, "/two"), "200 other a");
  for (const target of ["/one.txt/", "/one.txt/x", "/two/", "/nothing/", "/nothing/x"]) {
    assertMatch(await get(server.port, target), /^404 /, target);
  }
});

test("an alias is the border that its links must not cross", async () => {
  await using server = await startServer({
    config: `
servers:
  - listen: LISTEN
    root: .
    locations:
      /in/: { alias: inner }
`,
    files: { "secret.txt": "secret", "inner/a.txt": "a" },
  });
  await Deno.symlink("../secret.txt", join(server.folder, "inner/out.txt"));
  await Deno.symlink("a.txt", join(server.folder, "inner/within.txt"));
  assertEquals(await get(server.port, "/in/within.txt"), "200 a");
  assertMatch(await get(server.port, "/in/out.txt"), /^404 /);
  // The same link is within the server's own root.
  assertEquals(await get(server.port, "/inner/out.txt"), "200 secret");
});

test("a location inherits index, listing, fields and error pages from its server", async () => {
  const server = await keptServer({
    config: `
servers:
  - listen: LISTEN
    root: .
    index: [start.txt]
    autoindex: on
    add_header: { X-Server: s, X-Both: server }
    error_page: { 404: /404.txt, 403: /403.txt }
    locations:
      /as-it-is/:
      /own/:
        index: [other.txt]
        autoindex: off
        add_header: { x-both: own }
        error_page: { 404: /own404.txt }
`,
    files: {
      "404.txt": "server's 404",
      "403.txt": "server's 403",
      "own404.txt": "own 404",
      "as-it-is/start.txt": "start",
      "as-it-is/sub/x": "",
      "own/start.txt": "start",
      "own/other.txt": "other",
      "own/sub/x": "",
    },
  });
  const inherited = await ask(server.port, "/as-it-is/");
  assertEquals(inherited.text, "start");
  assertEquals([inherited.field("x-server"), inherited.field("x-both")], ["s", "server"]);
  assertStringIncludes(await get(server.port, "/as-it-is/sub/"), "Index of");
  assertEquals(await get(server.port, "/as-it-is/missing"), "404 server's 404");
  const own = await ask(server.port, "/own/");
  assertEquals(own.text, "other");
  const added = own.fields.map(([name, value]) => `${name.toLowerCase()}: ${value}`);
  assertEquals(added.filter((line) => /^x-(?:server|both)/.test(line)), ["x-server: s", "x-both: own"]);
  assertEquals(await get(server.port, "/own/sub/"), "403 server's 403");
  assertEquals(await get(server.port, "/own/missing"), "404 own 404");
});

test("the first index file that exists is taken, and a folder of that name is none", async () => {
  const server = await keptServer({
    config: "servers: [{ listen: LISTEN, root: ., index: [index.html, home.htm] }]",
    files: {
      "both/index.html": "index",
      "both/home.htm": "home",
      "second/home.htm": "home",
      "folder/index.html/x": "",
      "folder/home.htm": "behind",
      "none/x": "",
    },
  });
  assertEquals(await get(server.port, "/both/"), "200 index");
  assertEquals(await get(server.port, "/second/"), "200 home");
  assertEquals(await get(server.port, "/folder/"), "200 behind");
  assertMatch(await get(server.port, "/none/"), /^403 /);
  assertEquals(await redirect(server.port, "/second?a=b"), "301 /second/?a=b");
  assertEquals((await ask(server.port, "/second/")).field("content-type"), "text/html; charset=utf-8");
});

test("an index file may fall into a location of its own", async () => {
  const server = await keptServer({
    config: `
servers:
  - listen: LISTEN
    root: .
    locations:
      "= /index.html": { add_header: { Cache-Control: no-store } }
      "= /closed/index.html": { return: 403 closed }
`,
    files: { "index.html": "front", "closed/index.html": "inside" },
  });
  assertEquals((await ask(server.port, "/")).field("cache-control"), "no-store");
  assertEquals(await get(server.port, "/closed/"), "403 closed");
});
