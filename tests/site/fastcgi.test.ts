/**
 * Locations whose programs belong to FastCGI servers: which server is asked for what, and what it is told.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { site } from "../support/site.ts";

const YAML = `servers:
  - root: www
    index: [index.php, index.html]
    fastcgi: { .php: unix:php.sock, .py: "py.test:9000" }
    locations:
      /own/: { fastcgi: { .php: unix:own.sock } }
      /both/: { cgi: { .pl: perl }, fastcgi: { "*": unix:all.sock } }
      /nearer/: { cgi: { .php: php-cgi } }
      /none/: { fastcgi: {} }
      /alias/: { alias: elsewhere }
      /there/: { alias: elsewhere, fastcgi_root: /var/www/ }
      /rooted/: { fastcgi_root: /var/www }
      /one: { alias: one.php, fastcgi_root: /var/one.php }
      /app/: { fastcgi_pass: unix:app.sock }
      /placed/: { fastcgi_pass: unix:app.sock, fastcgi_root: /srv }
      /bare: { fastcgi_pass: unix:app.sock, cgi_env: { SCRIPT_FILENAME: /app.php } }
      = /status: { fastcgi_pass: unix:php.sock }
      /only/: { alias: elsewhere, cgi_only: on, autoindex: on }
  - server_name: rootless.test
    locations: { /: { fastcgi_pass: unix:app.sock } }
`;

const FILES = {
  "www/a.php": "source",
  "www/a.py": "source",
  "www/index.php": "source",
  "www/own/a.php": "source",
  "www/both/a.pl": "source",
  "www/both/b": "source",
  "www/nearer/a.php": "source",
  "www/nearer/a.py": "source",
  "www/none/a.php": "shown",
  "www/rooted/sub/a.php": "source",
  "elsewhere/a.php": "source",
  "elsewhere/data": "secret",
  "one.php": "source",
};

/** What is asked, and which server is asked for which script, with what is left of the path. */
const CASES: readonly (readonly [target: string, asked: string, host?: string])[] = [
  ["/a.php", "/site/php.sock /a.php /site/www/a.php in /site/www"],
  ["/a.php/more", "/site/php.sock /a.php /site/www/a.php in /site/www + /more /site/www/more"],
  ["/", "/site/php.sock /index.php /site/www/index.php in /site/www"],
  ["/a.py", "py.test /a.py /site/www/a.py in /site/www"],
  ["/own/a.php", "/site/own.sock /own/a.php /site/www/own/a.php in /site/www"],
  ["/both/b/c", "/site/all.sock /both/b /site/www/both/b in /site/www + /c /site/www/c"],
  ["/both/a.pl", "perl /both/a.pl /site/www/both/a.pl in /site/www"],
  ["/nearer/a.php", "php-cgi /nearer/a.php /site/www/nearer/a.php in /site/www"],
  ["/nearer/a.py", "py.test /nearer/a.py /site/www/nearer/a.py in /site/www"],
  ["/alias/a.php", "/site/php.sock /alias/a.php /site/elsewhere/a.php in /site/www"],
  ["/there/a.php/x", "/site/php.sock /there/a.php /var/www/a.php in /var/www + /x /var/www/x"],
  ["/rooted/sub/a.php", "/site/php.sock /rooted/sub/a.php /var/www/rooted/sub/a.php in /var/www"],
  ["/one/x", "/site/php.sock /one /var/one.php in /var/one.php + /x /var/one.php/x"],
  ["/app/", "/site/app.sock /app /site/www/app in /site/www + / /site/www/"],
  ["/app/x.php/.y", "/site/app.sock /app /site/www/app in /site/www + /x.php/.y /site/www/x.php/.y"],
  ["/placed/x", "/site/app.sock /placed /srv/placed in /srv + /x /srv/x"],
  ["/bare", "/site/app.sock /bare /app.php in /site/www"],
  ["/status", "/site/php.sock /status /site/www/status in /site/www"],
  ["/any/thing", "/site/app.sock   in  + /any/thing ", "rootless.test"],
];

Deno.test("each request goes to the server of its script, which is told where that is", async () => {
  for (const [target, expected, host = "localhost"] of CASES) {
    const server = site(YAML, FILES);
    assertEquals([target, (await server.ask(target, { host })).status, server.log], [target, 200, []]);
    const { program, environment } = server.ran[0]!;
    const { SCRIPT_NAME, SCRIPT_FILENAME = "", DOCUMENT_ROOT = "", PATH_INFO, PATH_TRANSLATED = "" } =
      environment;
    const rest = PATH_INFO === undefined ? "" : ` + ${PATH_INFO} ${PATH_TRANSLATED}`;
    assertEquals(
      [target, `${program} ${SCRIPT_NAME} ${SCRIPT_FILENAME} in ${DOCUMENT_ROOT}${rest}`],
      [target, expected],
    );
  }
});

Deno.test("scripts that are not there are looked up here, and what is no script is sent or not as ever", async () => {
  const server = site(YAML, FILES), { get } = server;
  assertEquals((await get("/gone.php")).slice(0, 3), "404");
  assertEquals((await get("/rooted/gone.php")).slice(0, 3), "404");
  assertEquals(await get("/none/a.php"), "200 shown");
  assertEquals(await get("/alias/data"), "200 secret");
  assertEquals((await get("/only/data")).slice(0, 3), "404");
  assertEquals((await get("/only/")).slice(0, 3), "404");
  assertEquals((await get("/app")).slice(0, 3), "301");
  assertEquals(server.ran, []);
  assertEquals(await get("/only/a.php"), "200 ran /only/a.php");
});

Deno.test("methods are those of programs, a body goes with POST, and an error without a word gets a page", async () => {
  const server = site(YAML, FILES, ({ environment }) => `Status: ${environment.QUERY_STRING}\n\n`);
  const { ask } = server;
  assertEquals((await ask("/a.php", { method: "PUT" })).fields.get("allow"), "GET, HEAD, POST, OPTIONS");
  assertEquals((await ask("/a.php?201", { method: "POST", body: "abc" })).status, 201);
  assertEquals(server.ran[0]!.environment.CONTENT_LENGTH, "3");
  const { status, text } = await ask("/a.php?404");
  assertEquals([status, text.slice(0, 3)], [404, "404"]);
});

Deno.test("an error_page may be a program of a FastCGI server, which is told of the error", async () => {
  const yaml = `servers:
  - root: www
    fastcgi: { .php: unix:php.sock }
    error_page: { 404: /gone.php }
`;
  const server = site(yaml, { "www/gone.php": "source" });
  assertEquals(await server.get("/nowhere"), "404 ran /gone.php");
  const { REDIRECT_STATUS, REDIRECT_URL } = server.ran[0]!.environment;
  assertEquals([REDIRECT_STATUS, REDIRECT_URL], ["404", "/nowhere"]);
});
