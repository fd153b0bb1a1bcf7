import { assert, assertEquals } from "@std/assert";
import { ask } from "../support/ask.ts";
import { keptServer } from "../support/kept_server.ts";
import { test } from "../support/protocols.ts";

/** What a program is asked for, and what it must say: its words are no file's. */
const PROGRAM = '# the source of a program\nprintf "Content-Type: text/plain\\n\\nran %s" "$SCRIPT_NAME"\n';

/** Ways to a program that do not name it by its own path in its own location. */
const CASES: Readonly<Record<string, string>> = {
  "/blog/x": "200 ran /index.sh",
  // A fixed candidate is shorter than the prefix of the location that names it.
  "/a-longer-name/x": "200 ran /index.sh",
  "/aliased/x": "200 ran /index.sh",
  "/page/x": "200 front page",
  "/aliased-page/x": "200 front page",
  "/one": "200 ran /one",
  "/two": "200 ran /two",
  "/three/": "200 ran /three",
};

test("a program is run and its source is not sent, whatever leads to it", async () => {
  const server = await keptServer({
    config: `
servers:
  - listen: LISTEN
    root: site
    cgi: { .sh: sh }
    locations:
      /blog/: { try_files: [$uri, /index.sh, =404] }
      /a-longer-name/: { try_files: [$uri, /index.sh, =404] }
      /aliased/: { alias: other, try_files: [$uri, /index.sh, =404] }
      /page/: { try_files: [$uri, /index.html, =404] }
      /aliased-page/: { alias: other, try_files: [$uri, /index.html, =404] }
      /one: { alias: tool.sh }
      = /two: { alias: tool.sh }
      /three/: { alias: tool.sh }
`,
    files: {
      "site/index.sh": PROGRAM,
      "site/index.html": "front page",
      "other/x/y": "",
      "tool.sh": PROGRAM,
    },
  });
  for (const [target, expected] of Object.entries(CASES)) {
    const { status, text } = await ask(server.port, target);
    assert(!text.includes("the source of a program"), target);
    assertEquals(`${status} ${text}`, expected, target);
  }
});

test("an error_page may name a program, which makes the page of any error without changing its status", async () => {
  const page = 'printf "Content-Type: text/plain\\n\\n%s of %s" "$REDIRECT_STATUS" "$REDIRECT_URL"\n';
  const server = await keptServer({
    config: `
servers:
  - listen: LISTEN
    root: .
    cgi: { .sh: sh }
    error_page: { 4xx: /page.sh }
    locations:
      /other/: { error_page: { 404: /elsewhere.sh } }
      /broken/: { error_page: { 404: /broken.sh } }
`,
    files: {
      "page.sh": page,
      "elsewhere.sh": 'printf "Status: 302 Found\\nLocation: /new\\n\\n"\n',
      "broken.sh": "echo this is no field\n",
      "other/x": "",
      "broken/x": "",
    },
  });
  const missing = await ask(server.port, "/missing?q=1");
  assertEquals([missing.status, missing.text], [404, "404 of /missing"]);
  const refused = await ask(server.port, "/page.html", { method: "DELETE" });
  assertEquals([refused.status, refused.text], [405, "405 of /page.html"]);
  assertEquals(refused.field("allow"), "GET, HEAD, POST, OPTIONS");
  const head = await ask(server.port, "/missing", { method: "HEAD" });
  assertEquals([head.status, head.text], [404, ""]);
  const moved = await ask(server.port, "/other/missing");
  assertEquals([moved.status, moved.field("location")], [302, "/new"]);
  const broken = await ask(server.port, "/broken/missing");
  assertEquals(broken.status, 404);
  assert(broken.text.startsWith("404 Not Found\n"));
  await server.waitFor(/error_page \/broken\.sh for 404 cannot be sent: \/broken\.sh: it ended/);
});
