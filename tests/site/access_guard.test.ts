/** Who may come in where an index, try_files, an error page or a program leads on, and what counts as a login. */
import { assertEquals } from "@std/assert";
import { site, type SiteRequest } from "../support/site.ts";

const as = (name: string, password = `${name}!`): SiteRequest => ({
  fields: { Authorization: `Basic ${btoa(`${name}:${password}`)}` },
});

/** `/a/` and `/b/` have different files of users, `/open/` has none. */
const YAML = `
servers:
  - listen: 8080
    root: www
    error_page: { 404: /a/404.html, 403: /b/403.html }
    locations:
      /a/: { auth_basic: A, auth_basic_user_file: a.users }
      /b/: { auth_basic: B, auth_basic_user_file: b.users }
      = /from-a: { auth_basic: A, auth_basic_user_file: a.users, try_files: [/b/file.txt, =404] }
      = /from-open: { try_files: [/a/file.txt, =404] }
      = /same: { auth_basic: Other realm, auth_basic_user_file: a.users, try_files: [/a/file.txt, =404] }
      /none/: { access: { read: none } }
`;

const FILES = {
  "www/a/file.txt": "a",
  "www/a/404.html": "page of a",
  "www/b/file.txt": "b",
  "www/b/403.html": "page of b",
  "www/open/file.txt": "open",
  "www/none/file.txt": "none",
};

Deno.test("a user belongs to his file: by another one he is asked anew", async () => {
  const { ask, logins } = site(YAML, FILES);
  const got = async (target: string, request?: SiteRequest) => {
    const { status, text } = await ask(target, request);
    return status === 200 ? text : status;
  };
  assertEquals(await got("/from-a", as("anna")), "b");
  assertEquals(logins.asked.splice(0), ["anna by /site/a.users", "anna by /site/b.users"]);
  assertEquals(await got("/same", as("anna")), "a");
  assertEquals(logins.asked.splice(0), ["anna by /site/a.users"]);
  assertEquals([await got("/from-open"), await got("/from-open", as("anna"))], [401, "a"]);
});

Deno.test("what is wrong counts once, whatever page the error has", async () => {
  const { ask, logins } = site(YAML.replace("404:", "401: /a/401.html, 404:"), {
    ...FILES,
    "www/a/401.html": "page of a",
  });
  const { status, text } = await ask("/a/file.txt", as("anna", "no"));
  assertEquals([status, text.includes("page of a")], [401, false]);
  assertEquals(logins.asked, ["anna by /site/a.users"]);
});

Deno.test("the page of an error is for those who are known where it lies", async () => {
  const { ask } = site(YAML, FILES);
  const text = async (target: string, request?: SiteRequest) => (await ask(target, request)).text;
  assertEquals(await text("/a/missing", as("anna")), "page of a");
  assertEquals((await text("/missing")).includes("page of a"), false);
  assertEquals((await text("/none/file.txt")).includes("page of b"), false);
});

Deno.test("nobody is asked where nobody has to be", async () => {
  const { ask, logins } = site(YAML, FILES);
  assertEquals((await ask("/open/file.txt", as("anna", "no"))).status, 200);
  assertEquals((await ask("/none/file.txt", as("anna"))).status, 403);
  assertEquals((await ask("/a/file.txt")).status, 401);
  assertEquals(logins.asked, []);
});

Deno.test("an answer knows its user, an error too", async () => {
  const { ask } = site(YAML, FILES);
  const user = async (target: string, request: SiteRequest) =>
    ((await ask(target, request)) as { user?: string }).user;
  assertEquals(await user("/a/file.txt", as("anna")), "anna");
  assertEquals(await user("/a/missing", as("anna")), "anna");
  assertEquals(await user("/a/file.txt", as("anna", "no")), undefined);
  assertEquals(await user("/open/file.txt", as("anna")), undefined);
});

Deno.test("where too many have failed, or nobody has time to look, that is said", async () => {
  const { ask, logins } = site(YAML, FILES);
  logins.instead = { is: "blocked", for: 12_345 };
  const blocked = await ask("/a/file.txt", as("anna"));
  assertEquals([blocked.status, blocked.fields.get("retry-after")], [429, "13"]);
  logins.instead = { is: "busy" };
  assertEquals((await ask("/a/file.txt", as("anna"))).status, 503);
});

Deno.test("an address is let in by allow, kept out by deny, and is the client's, not the proxy's", async () => {
  const { ask } = site(
    `
trusted_proxies: 127.0.0.1
servers:
  - listen: 8080
    root: www
    allow: [192.0.2.0/24, "2001:db8::/32"]
    deny: [192.0.2.66]
`,
    { "www/file.txt": "file" },
  );
  const status = async (client: string) => (await ask("/file.txt", { client })).status;
  assertEquals(
    await Promise.all(
      ["192.0.2.1", "192.0.2.66", "192.0.3.1", "2001:db8::1", "2001:db9::1", "::ffff:192.0.2.1", "unknown"]
        .map(status),
    ),
    [
      200,
      403,
      403,
      200,
      403,
      200,
      403,
    ],
  );
});
