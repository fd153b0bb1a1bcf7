import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ask, get, redirect } from "../support/ask.ts";
import { keptServer } from "../support/kept_server.ts";
import { test } from "../support/protocols.ts";

test("try_files looks for $uri, for $uri/, for a suffix and for fixed paths, in their order", async () => {
  const server = await keptServer({
    config: `
servers:
  - listen: LISTEN
    root: .
    locations:
      /: { try_files: [$uri, $uri.html, $uri/, /fixed.txt, =404] }
`,
    files: {
      "a": "a itself",
      "a.html": "not this",
      "b.html": "b with its suffix",
      "c/index.html": "c's index",
      "d.html": "before the folder",
      "d/index.html": "d's index",
      "fixed.txt": "fixed",
    },
  });
  assertEquals(await get(server.port, "/a"), "200 a itself");
  assertEquals(await get(server.port, "/b"), "200 b with its suffix");
  assertEquals(await get(server.port, "/c/"), "200 c's index");
  assertEquals(await get(server.port, "/d"), "200 before the folder");
  assertEquals(await get(server.port, "/d/"), "200 d's index");
  assertEquals(await get(server.port, "/nothing"), "200 fixed");
  assertEquals((await ask(server.port, "/b")).field("content-type"), "text/html; charset=utf-8");
});

test("try_files leads to a folder by its slash, so that the links of its index stay right", async () => {
  const server = await keptServer({
    config: `
servers:
  - listen: LISTEN
    root: .
    locations:
      /: { try_files: [$uri, $uri/, /index.html] }
`,
    files: { "index.html": "front", "docs/index.html": "docs" },
  });
  assertEquals(await redirect(server.port, "/docs?q=1"), "301 /docs/?q=1");
  assertEquals(await get(server.port, "/docs/"), "200 docs");
});

test("$uri without a slash of its own is a file, never a folder", async () => {
  const server = await keptServer({
    config: `
servers:
  - listen: LISTEN
    root: .
    autoindex: on
    locations:
      /: { try_files: [$uri, /index.html] }
      /strict/: { try_files: [$uri, $uri.html, =404] }
      /index/: { try_files: [$uri/index.html, =404] }
`,
    files: {
      "index.html": "front",
      "photos/one.jpg": "",
      "strict/sub/.html": "hidden",
      "index/index.html": "the folder's",
      "index/sub/index.html": "the subfolder's",
    },
  });
  assertEquals(await get(server.port, "/photos/"), "200 front");
  assertEquals(await get(server.port, "/photos"), "200 front");
  assertMatch(await get(server.port, "/strict/"), /^404 /);
  assertMatch(await get(server.port, "/strict/sub/"), /^404 /);
  assertEquals(await get(server.port, "/index/"), "200 the folder's");
  assertEquals(await get(server.port, "/index/sub"), "200 the subfolder's");
  assertEquals(await get(server.port, "/index/sub/"), "200 the subfolder's");
});

test("the last of try_files may be any code, which gets its error page", async () => {
  const server = await keptServer({
    config: `
servers:
  - listen: LISTEN
    root: .
    error_page: { 410: /gone.txt }
    locations:
      /: { try_files: [$uri, =404] }
      /gone/: { try_files: [$uri, =410] }
`,
    files: { "gone.txt": "gone for good" },
  });
  assertMatch(await get(server.port, "/missing"), /^404 /);
  assertEquals(await get(server.port, "/gone/x"), "410 gone for good");
});

test("the last path of try_files is answered by the location that it falls into", async () => {
  const server = await keptServer({
    config: `
servers:
  - listen: LISTEN
    root: main
    add_header: { X-From: server }
    locations:
      /: { try_files: [$uri, /other/page.html] }
      /to-text/: { try_files: [$uri, /text] }
      /to-folder/: { try_files: [$uri, /other/] }
      /other/: { alias: elsewhere, add_header: { X-From: other }, autoindex: on }
      /text: { return: 403 said by a return }
`,
    files: { "main/x.txt": "", "elsewhere/page.html": "elsewhere" },
  });
  const moved = await ask(server.port, "/missing");
  assertEquals([moved.status, moved.text, moved.field("x-from")], [200, "elsewhere", "other"]);
  assertEquals(await get(server.port, "/to-text/x"), "403 said by a return");
  assertStringIncludes(await get(server.port, "/to-folder/x"), "page.html");
});

test("try_files goes round in no circle", async () => {
  const server = await keptServer({
    config: `
servers:
  - listen: LISTEN
    root: .
    error_page: { 404: /also-missing.html }
    locations:
      /: { try_files: [$uri, /missing.html] }
      /a/: { try_files: [$uri, /b/x] }
      /b/: { try_files: [$uri, /a/x] }
`,
    files: { "x.txt": "" },
  });
  for (const target of ["/x", "/missing.html", "/a/y", "/b/y"]) {
    assertMatch(await get(server.port, target), /^404 /, target);
  }
});

test("try_files works below an alias", async () => {
  const server = await keptServer({
    config: `
servers:
  - listen: LISTEN
    root: .
    locations:
      /app/: { alias: dist, try_files: [$uri, /app/index.html] }
`,
    files: { "dist/index.html": "the app", "dist/main.js": "code", "app/main.js": "not this" },
  });
  assertEquals(await get(server.port, "/app/"), "200 the app");
  assertEquals(await get(server.port, "/app/main.js"), "200 code");
  assertEquals(await get(server.port, "/app/users/7?tab=2"), "200 the app");
  assertEquals(await redirect(server.port, "/app"), "301 /app/");
  assertMatch(await get(server.port, "/application"), /^404 /);
});
