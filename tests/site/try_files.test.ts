/** Where try_files leads to where nothing was found: another path, with a query of its own. */
import { assertEquals } from "@std/assert";
import { OK, Peer } from "../proxy/support.ts";
import { byFastcgi, site } from "../support/site.ts";

const FILES = { "www/doku.php": "<?php", "www/there.txt": "there", "www/app/x.php": "<?php", "up": null };

/** What a program is told. */
const told = (last: string) => async (target: string) => {
  const answers = [];
  for (const dialect of [(yaml: string) => yaml, byFastcgi]) {
    const yaml = `servers: [{ root: www, cgi: { .php: php-cgi }, try_files: [$uri, ${
      JSON.stringify(last)
    }] }]`;
    const made = site(dialect(yaml), FILES);
    const { status } = await made.ask(target);
    const environment = made.ran[0]?.environment ?? {};
    const { SCRIPT_NAME, PATH_INFO = "", QUERY_STRING, REQUEST_URI } = environment;
    answers.push(`${status} ${SCRIPT_NAME}${PATH_INFO} ${QUERY_STRING} ${REQUEST_URI}`);
  }
  assertEquals(answers[0], answers[1]);
  return answers[0];
};

Deno.test("the last of try_files has the query that is written, and programs know what was asked for", async () => {
  const wiki = told("/doku.php?id=$uri&$args");
  for (
    const [target, query] of [
      ["/wiki/start", "id=/wiki/start&"],
      ["/wiki/start?do=edit&rev=%26", "id=/wiki/start&do=edit&rev=%26"],
      ["/a?b=c+d&e=%20f?g", "id=/a&b=c+d&e=%20f?g"],
      ["/a%26b", "id=/a%26b&"],
      ["/a&b=c", "id=/a%26b%3Dc&"],
      ["/a%2Bb+c", "id=/a%2Bb%2Bc&"],
      ["/a%20b", "id=/a%20b&"],
      ["/%C3%BC/%E2%82%AC", "id=/%C3%BC/%E2%82%AC&"],
      ["/a%25b%3Fc%23d;e,f", "id=/a%25b%3Fc%23d%3Be%2Cf&"],
      ["/a:b@c$d", "id=/a%3Ab%40c%24d&"],
      ["//a/./b/../c", "id=/a/c&"],
      ["/folder/", "id=/folder/&"],
    ] as const
  ) assertEquals(await wiki(target), `200 /doku.php ${query} ${target}`);
});

Deno.test("of a query only what is written is there", async () => {
  for (
    const [last, target, expected] of [
      ["/doku.php", "/a?b", "/doku.php b"],
      ["/doku.php?", "/a?b", "/doku.php "],
      ["/doku.php?x=1", "/a?b", "/doku.php x=1"],
      ["/doku.php?$args", "/a?b=%2B", "/doku.php b=%2B"],
      ["/doku.php?$args&x=${uri}y", "/a", "/doku.php &x=/ay"],
      ["/doku.php$uri", "/a%26/b?c", "/doku.php/a&/b c"],
      ["/doku.php/$uri?q=$uri", "/a/b", "/doku.php/a/b q=/a/b"],
      ["/doku.php${uri}.html?a", "/a", "/doku.php/a.html a"],
      ["/doku.php?price=$$uri", "/a", "/doku.php price=$uri"],
      ["/doku.php?q=ü", "/a", "/doku.php q=%C3%BC"],
    ] as const
  ) assertEquals(await told(last)(target), `200 ${expected} ${target}`, last);
});

Deno.test("a query of try_files is for programs and other servers, not for what is found", async () => {
  const { get, ask } = site(
    `servers:
  - root: www
    try_files: [$uri, "/there.txt?x=$uri"]
    locations:
      /script/: { cgi_script: www/doku.php }
      /to-script/: { root: www, try_files: [$uri, "/script/y?from=$uri"] }
`,
    { ...FILES, "www/doku.php": { executable: "x" } },
  );
  assertEquals(await get("/there.txt?y"), "200 there");
  assertEquals(await get("/missing?y"), "200 there");
  assertEquals(await get("/to-script/a?y"), "200 ran /script/y?from=/to-script/a");
  const { status } = await ask("/to-script/a", { method: "POST", body: "x" });
  assertEquals(status, 405);
});

Deno.test("what $uri makes of the last path names nothing hidden, and leaves nothing", async () => {
  for (
    const [last, target] of [["/app$uri..", "/"], ["/app$uri../x.php", "/"], ["/app${uri}.x", "/a/"]] as const
  ) assertEquals(await told(last)(target), "404 undefined undefined undefined", last);
});

Deno.test("a name that starts with a dot may be a program's PATH_INFO, and is never looked for", async () => {
  const hidden = ["/x/.gitignore", "/.env", "/x/.git/config", "/.well-known/x/.y"];
  for (const last of ["/index.php$uri", "/index.php?q=$uri"]) {
    const isPathInfo = !last.includes("?");
    const server = site(
      `servers:
  - root: www
    try_files: [$uri, "${last}"]
    cgi: { .php: php-cgi }
`,
      {
        "www/index.php": "source",
        "www/.env": "secret",
        "www/x/.gitignore": "secret",
        "www/x/.git/config": "secret",
      },
      ({ environment: { PATH_INFO, QUERY_STRING } }) =>
        `Content-Type: text/plain\n\n${PATH_INFO ?? ""}?${QUERY_STRING}`,
    );
    const wellKnown = "/.well-known/caldav";
    assertEquals(await server.get(wellKnown), `200 ${isPathInfo ? `${wellKnown}?` : `?q=${wellKnown}`}`);
    for (const path of hidden) {
      const told = await server.get(path);
      assertEquals(isPathInfo ? told : told.slice(0, 4), isPathInfo ? `200 ${path}?` : "404 ", last);
    }
  }
});

Deno.test("a name that starts with a dot leads to no file, whatever comes last", async () => {
  for (const last of ["/index.html", "=404", "/app$uri", "/app/x?$args", "/up$uri", "/none.php$uri"]) {
    const { get } = site(
      `servers:
  - root: www
    try_files: [$uri, "${last}"]
    locations:
      /p/: { cgi: { .php: php-cgi } }
      /up/: { upload_store: up }
`,
      { "www/index.html": "page", "www/app/.env": "secret", "www/.env": "secret", "up/.env": "secret" },
    );
    for (const path of ["/.env", "/x/.env", "/p/.env"]) {
      const told = await get(path);
      assertEquals(told.slice(0, 4), "404 ", `${last} ${path}: ${told}`);
    }
  }
});

Deno.test("another server is asked for the path and the query that try_files has chosen", async () => {
  const { ask, dialer } = site(
    `servers:
  - root: www
    try_files: [$uri, "/api/find?q=$uri&$args"]
    locations: { /api/: { proxy_pass: "http://127.0.0.1:3000" } }
`,
    FILES,
  );
  const heads: string[] = [];
  dialer.listen("127.0.0.1:3000", async (stream) => {
    const peer = new Peer(stream);
    heads.push(await peer.head());
    await peer.say(OK);
  });
  await ask("/a%26b?c=d");
  assertEquals(heads.map((head) => head.split("\r\n")[0]), ["GET /api/find?q=/a%26b&c=d HTTP/1.1"]);
});

Deno.test("a program that try_files leads to knows what was asked for, whatever tags come with it", async () => {
  const server = site(
    `servers:
  - root: www
    try_files: [$uri, "/index.php?q=$uri"]
    cgi: { .php: php-cgi }
`,
    { "www/index.php": "source" },
  );
  const fields = { "Accept-Encoding": "gzip", "If-None-Match": '"tag--gzip"' };
  for (const sent of [{}, fields]) await server.ask("/a/b?c", { fields: sent });
  const told = server.ran.map(({ environment }) => [environment.REQUEST_URI, environment.HTTP_IF_NONE_MATCH]);
  assertEquals(told, [["/a/b?c", undefined], ["/a/b?c", '"tag"']]);
});
