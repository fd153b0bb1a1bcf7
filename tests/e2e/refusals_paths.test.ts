/**
 * Paths that are refused, and those that only look like it (DESIGN.md section 4).
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { test } from "../support/protocols.ts";
import { exchange, WireClient } from "../support/wire.ts";
import { assertRefused, get, OK_FILE, sharedServer } from "./wire_support.ts";

const SECRET = "nobody may see this";

const server = await sharedServer({
  config: `access_log: off
servers:
  - listen: LISTEN
    root: www
    locations:
      /listed/: { autoindex: on }
      /aliased/: { alias: www/dir }
`,
  files: {
    "www/ok.txt": OK_FILE["ok.txt"],
    "www/dir/page.txt": "page",
    "www/dir/.env": SECRET,
    "www/dir/.well-known/x": SECRET,
    "www/dir/..name/x": SECRET,
    "www/.git/config": SECRET,
    "www/.htpasswd": SECRET,
    "www/.well-known/acme/token": "token",
    "www/.well-known/.secret": SECRET,
    "www/.well-known-not/x": SECRET,
    "www/indexed/index.html": "index",
    "www/sp ace/ü/index.html": "index",
    "www/listed/a.txt": "a",
    "www/a..b.txt": "dots",
    "www/100%.txt": "percent",
    "outside/secret.txt": SECRET,
    "www-secret/secret.txt": SECRET,
    "secret.txt": SECRET,
  },
});

const link = (target: string, path: string) => Deno.symlinkSync(target, `${server.folder}/www/${path}`);
if (Deno.build.os !== "windows") {
  link("../secret.txt", "link-file.txt");
  link("../outside", "link-folder");
  link("../www-secret", "link-sibling");
  link("link-file.txt", "link-twice.txt");
  link("/etc", "link-etc");
  link("..", "link-parent");
  link("loop", "loop");
  link("nowhere", "link-dangling");
  link("ok.txt", "link-inside.txt");
  link("dir", "link-inside");
  link("../../outside/secret.txt", "listed/link.txt");
}

const REFUSED: Readonly<Record<string, readonly [status: number, target: string]>> = {
  "a bad escape": [400, "/%zz"],
  "half an escape at the end": [400, "/ok%2"],
  "a lone percent": [400, "/100%.txt"],
  "an escape that is not UTF-8": [400, "/%ff"],
  "an overlong slash": [400, "/%c0%af"],
  "an overlong dot": [400, "/%c0%ae%c0%ae/secret.txt"],
  "an encoded surrogate": [400, "/%ed%a0%80"],
  "NUL": [400, "/ok.txt%00"],
  "NUL before another extension": [400, "/ok.txt%00.html"],
  "an encoded slash": [400, "/dir%2fpage.txt"],
  "an encoded slash in upper case": [400, "/dir%2Fpage.txt"],
  "an encoded backslash": [400, "/dir%5cpage.txt"],
  "a backslash": [400, "/dir\\page.txt"],
  "an encoded slash behind dots": [400, "/..%2fsecret.txt"],
  "dot segments that leave the root": [404, "/../secret.txt"],
  "dot segments that leave the root further down": [404, "/dir/../../secret.txt"],
  "encoded dot segments": [404, "/%2e%2e/secret.txt"],
  "dot segments encoded in upper case": [404, "/%2E%2E/secret.txt"],
  "half-encoded dot segments": [404, "/.%2e/secret.txt"],
  "dot segments that come back": [404, "/../www/ok.txt"],
  "dot segments behind two slashes": [404, "//../secret.txt"],
  "dot segments to a sibling of the root": [404, "/../www-secret/secret.txt"],
  "dot segments far up": [404, "/../../../../../../etc/passwd"],
  "dot segments out of an alias": [404, "/aliased/../../secret.txt"],
  "escapes of escapes": [404, "/%252e%252e/secret.txt"],
  "a link to a file outside": [404, "/link-file.txt"],
  "a link to a link to a file outside": [404, "/link-twice.txt"],
  "a link to a folder outside": [404, "/link-folder/"],
  "a link to a folder outside, without its slash": [404, "/link-folder"],
  "a file below a link to a folder outside": [404, "/link-folder/secret.txt"],
  "a file below a link to a folder beside the root": [404, "/link-sibling/secret.txt"],
  "a file below an absolute link": [404, "/link-etc/passwd"],
  "a link to the root's parent": [404, "/link-parent/secret.txt"],
  "a link to the root's parent and back": [404, "/link-parent/outside/secret.txt"],
  "a link to itself": [404, "/loop"],
  "a link to nothing": [404, "/link-dangling"],
  "a hidden folder": [404, "/.git/config"],
  "a hidden folder by its name alone": [404, "/.git"],
  "a hidden folder with its slash": [404, "/.git/"],
  "an encoded hidden folder": [404, "/%2egit/config"],
  "a hidden file": [404, "/.htpasswd"],
  "a hidden file further down": [404, "/dir/.env"],
  "a hidden file through an alias": [404, "/aliased/.env"],
  "a hidden file behind two slashes": [404, "/dir//.env"],
  "a segment that starts with two dots": [404, "/dir/..name/x"],
  "a segment of three dots": [404, "/.../secret.txt"],
  "something hidden in .well-known": [404, "/.well-known/.secret"],
  "a .well-known that is not at the top": [404, "/dir/.well-known/x"],
  "a name that only starts like .well-known": [404, "/.well-known-not/x"],
  "a path that leads out of .well-known": [404, "/.well-known/../.git/config"],
  "a file with a slash behind it": [404, "/ok.txt/"],
  "something below a file": [404, "/ok.txt/more"],
  "a name that is too long for any file": [404, `/${"n".repeat(300)}`],
  "a path that is too long for any file": [404, "/aaaaaaa".repeat(900)],
  "a folder without index and listing": [403, "/dir/"],
  "the root without index and listing": [403, "/"],
};

for (const [what, [status, target]] of Object.entries(REFUSED)) {
  const ignore = Deno.build.os === "windows" && /\blink\b/.test(what);
  test({
    name: `${what} is refused with ${status}, and the connection stays`,
    ignore,
    fn: async () => {
      const response = await assertRefused(server, get(target), { status, fate: "open" });
      assert(!response.text.includes(SECRET));
    },
  });
}

const FOUND: Readonly<Record<string, readonly [target: string, text: string]>> = {
  "dot segments that stay in the root": ["/dir/../ok.txt", "fine"],
  "encoded dot segments that stay in the root": ["/dir/%2e%2e/ok.txt", "fine"],
  "dot segments through a folder that is not there": ["/missing/../ok.txt", "fine"],
  "single dots": ["/././dir/./page.txt", "page"],
  "two slashes": ["//ok.txt", "fine"],
  "two slashes in the middle": ["/dir//page.txt", "page"],
  "dots within a name": ["/a..b.txt", "dots"],
  "an encoded percent": ["/100%25.txt", "percent"],
  "escapes of plain letters": ["/%6fk.txt", "fine"],
  "a folder with an index, by way of dot segments": ["/indexed/x/..", "index"],
  "/.well-known/": ["/.well-known/acme/token", "token"],
  "an encoded /.well-known/": ["/%2ewell-known/acme/token", "token"],
  "a query with dot segments": ["/ok.txt?/../../x", "fine"],
  "an absolute form": ["http://localhost/ok.txt", "fine"],
  "dot segments out of an alias": ["/aliased/../ok.txt", "fine"],
};

for (const [what, [target, text]] of Object.entries(FOUND)) {
  test(`${what} leads to a file`, async () => {
    const response = await exchange(server.port, get(target));
    assertEquals([response?.status, response?.text], [200, text]);
  });
}

test({
  name: "links that stay in the root are followed",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    assertEquals((await exchange(server.port, get("/link-inside.txt")))?.text, "fine");
    assertEquals((await exchange(server.port, get("/link-inside/page.txt")))?.text, "page");
  },
});

test({
  name: "a link that is turned to the outside is refused from the next request on",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    link("ok.txt", "turning.txt");
    link("dir", "turning");
    Deno.writeTextFileSync(`${server.folder}/outside/page.txt`, SECRET);
    for (const path of ["/turning.txt", "/turning/page.txt"]) {
      assertEquals((await exchange(server.port, get(path)))?.status, 200);
    }
    for (const [name, target] of [["turning.txt", "../secret.txt"], ["turning", "../outside"]] as const) {
      Deno.removeSync(`${server.folder}/www/${name}`);
      link(target, name);
    }
    for (const path of ["/turning.txt", "/turning/page.txt"]) {
      assertEquals((await exchange(server.port, get(path)))?.status, 404);
    }
    for (const name of ["turning.txt", "turning"]) Deno.removeSync(`${server.folder}/www/${name}`);
  },
});

test("a listing shows neither hidden entries nor links to the outside", async () => {
  const response = await exchange(server.port, get("/listed/", "Accept: application/json\r\n"));
  const entries = JSON.parse(response!.text) as { name: string }[];
  assertEquals(entries.map(({ name }) => name), ["a.txt"]);
});

const REDIRECTED: Readonly<Record<string, readonly [target: string, location: string]>> = {
  "is redirected to its slash": ["/dir", "/dir/"],
  "keeps its query": ["/dir?a=1&b=%20/../x", "/dir/?a=1&b=%20/../x"],
  "keeps an empty query": ["/dir?", "/dir/?"],
  "keeps its escapes": ["/sp%20ace/%C3%BC", "/sp%20ace/%C3%BC/"],
  "names no other host": ["//dir", "/dir/"],
  "is redirected in a listed location": ["/listed", "/listed/"],
  "is redirected in an aliased location": ["/aliased", "/aliased/"],
};

for (const [what, [target, location]] of Object.entries(REDIRECTED)) {
  test(`a folder without its slash ${what} (${target})`, async () => {
    await assertRefused(server, get(target), { status: 301, fate: "open", fields: { Location: location } });
  });
}

test("HEAD of a folder without its slash is redirected too", async () => {
  using client = await WireClient.connect(server.port);
  await client.send("HEAD /dir HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const response = await client.response("HEAD");
  assertEquals([response?.status, response?.field("location")], [301, "/dir/"]);
});
