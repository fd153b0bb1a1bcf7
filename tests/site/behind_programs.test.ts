/**
 * The rule about dots and encoded slashes holds for names of files: what is behind a program is the program's affair, and
 * nothing of that lets a hidden file be sent, stored or run.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { byFastcgi, site, type SiteFile } from "../support/site.ts";

const HIDDEN = "what is hidden";

const FILES: Readonly<Record<string, SiteFile>> = {
  "one.cgi": { executable: "source" },
  "root/x.php": "source",
  "root/.x.php": HIDDEN,
  "root/.git/x.php": HIDDEN,
  "root/.git/config": HIDDEN,
  "root/dir/.x.php": HIDDEN,
  "root/.well-known/y.php": "source",
  "root/a/b.php": "source",
  "root/plain/.hidden": HIDDEN,
  "root/plain/a/b.txt": HIDDEN,
  "up/.hidden": HIDDEN,
};

const YAML = `
servers:
  - root: root
    cgi: { .php: php-cgi }
    # Only in a location with programs it means anything: those below that have none inherit it.
    allow_encoded_slash: on
    locations:
      /git/: { cgi_script: one.cgi, allow_encoded_slash: off }
      /git/.deep/: { return: 403 }
      /git/a/b/: { return: 403 }
      /slash/: { cgi_script: one.cgi }
      /slash/deep/: { return: 403 }
      = /exact/: { cgi_script: one.cgi }
      /.own/: { cgi_script: one.cgi }
      /tool: { alias: one.cgi, cgi: { .cgi: true } }
      /php/: { alias: root }
      /strict/: { alias: root, allow_encoded_slash: off }
      /plain/: { cgi: {} }
      /up/: { upload_store: up }
      /tries/: { alias: root, try_files: [$uri, /x.php] }
`;

/** Target and what is answered: the status, or what was run with which PATH_INFO. */
const CASES: readonly (readonly [target: string, answer: string])[] = [
  ["/x.php/tree/.gitignore", "ran /x.php/tree/.gitignore"],
  ["/x.php/.a/.b/", "ran /x.php/.a/.b/"],
  ["/x.php/%2egit", "ran /x.php/.git"],
  ["/x.php/a/../.b", "ran /x.php/.b"],
  ["/x.php/.a/../b", "ran /x.php/b"],
  [
    "/git/.dotfiles.git/info/refs?service=git-upload-pack",
    "ran /git/.dotfiles.git/info/refs?service=git-upload-pack",
  ],
  ["/git/x.git/.y", "ran /git/x.git/.y"],
  ["/.well-known/y.php/.z", "ran /.well-known/y.php/.z"],
  ["/tool/.x", "ran /tool/.x"],
  // Names of files.
  ["/.x.php", "404"],
  ["/.x.php/info", "404"],
  ["/.git/x.php", "404"],
  ["/.git/config", "404"],
  ["/dir/.x.php", "404"],
  ["/dir/.x.php/more", "404"],
  ["/plain/.hidden", "404"],
  ["/up/.hidden", "404"],
  ["/tries/.x.php", "404"],
  ["/tries/.git/config", "404"],
  // Locations: none is passed by, and an exact one stands for its path alone.
  ["/git/.deep/x", "404"],
  ["/.own/x", "404"],
  ["/.webserv/x", "404"],
  ["/exact/.x", "404"],
  // Out of the root.
  ["/x.php/../../.a", "404"],
  ["/git/../../.a", "404"],
  // Encoded slashes.
  ["/slash/a%2Fb", "ran /slash/a/b"],
  ["/slash/http%3A%2f%2Fhost/x", "ran /slash/http://host/x"],
  ["/slash/a%2Fb/.c", "ran /slash/a/b/.c"],
  ["/php/x.php/a%2Fb/", "ran /php/x.php/a/b/"],
  ["/tool/a%2Fb", "ran /tool/a/b"],
  ["/git/a%2Fb", "400"],
  ["/x.php/a%2Fb", "ran /x.php/a/b"],
  ["/strict/x.php/a%2Fb", "400"],
  ["/plain/a%2Fb.txt", "400"],
  ["/up/a%2Fb", "400"],
  ["/php/a%2Fb.php", "404"],
  ["/php%2Fx.php", "400"],
  ["/a%2Fb.php", "404"],
  ["/php/x.php%2Fa", "404"],
  ["/slash%2Fa", "400"],
  ["/slash/deep%2Fx", "400"],
  ["/slash/%2Fdeep/x", "400"],
  ["/slash/..%2F..%2Fetc", "400"],
  ["/slash/a%2F..%2F..%2Fetc", "400"],
  ["/slash/a%2F.", "400"],
  ["/slash/a%2Fb%00", "400"],
  ["/slash/a%2Fb%5Cc", "400"],
  ["/slash/a%2Fb%", "400"],
  ["/slash/a%2Fb%ff", "400"],
];

Deno.test("what is behind a program of FastCGI goes there, and nothing hidden is sent or asked for", async () => {
  const server = site(byFastcgi(YAML), FILES);
  for (const [target, expected] of CASES) {
    const answer = await server.get(target);
    assertEquals([target, answer.includes(HIDDEN)], [target, false]);
    const got = answer.startsWith("200 ran ") ? answer.slice(4) : answer.slice(0, 3);
    assertEquals([target, got], [target, expected]);
  }
  const asked = server.ran.filter(({ program }) => program === "/site/php.sock");
  assertEquals(
    new Set(asked.map(({ environment }) => environment.SCRIPT_FILENAME)),
    new Set(["/site/root/x.php", "/site/root/.well-known/y.php"]),
  );
});

Deno.test("what is behind a program goes to the program, and nothing hidden is sent or run", async () => {
  const server = site(YAML, FILES);
  for (const [target, expected] of CASES) {
    const answer = await server.get(target);
    assertEquals([target, answer.includes(HIDDEN)], [target, false]);
    const got = answer.startsWith("200 ran ") ? answer.slice(4) : answer.slice(0, 3);
    assertEquals([target, got], [target, expected]);
  }
  const files = new Set(server.ran.map(({ environment }) => environment.SCRIPT_FILENAME));
  assertEquals(
    files,
    new Set(["root/x.php", "root/.well-known/y.php", "one.cgi"].map((name) => `/site/${name}`)),
  );
});

Deno.test("no method writes or removes what is hidden by way of a program's location", async () => {
  const { ask, store } = site(YAML, FILES);
  for (const method of ["PUT", "DELETE", "POST"]) {
    for (const target of ["/up/.hidden", "/up/.new", "/plain/.hidden"]) {
      assertEquals([target, (await ask(target, { method, body: "x" })).status], [target, 404]);
    }
  }
  assertEquals(store.files.nodes.has("/site/up/.hidden"), true);
  assertEquals(store.files.nodes.has("/site/up/.new"), false);
});

Deno.test("the program sees the path as it was sent, and PATH_INFO decoded", async () => {
  const server = site(YAML, FILES);
  await server.get("/slash/a%2Fb/%2Ec?q=%2F");
  const { REQUEST_URI, SCRIPT_NAME, PATH_INFO, QUERY_STRING } = server.ran[0]!.environment;
  assertEquals([REQUEST_URI, SCRIPT_NAME, PATH_INFO, QUERY_STRING], [
    "/slash/a%2Fb/%2Ec?q=%2F",
    "/slash",
    "/a/b/.c",
    "q=%2F",
  ]);
});
