import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { site } from "../support/site.ts";

const FILES = { "root/index.html": "page", "other/index.html": "other" };

/** A configuration's lines, and which hosts it answers. */
interface Case {
  readonly name: string;
  readonly yaml: string;
  readonly answered: readonly string[];
  readonly misdirected: readonly string[];
}

const ONE = "servers: [{ listen: 8080, root: root";

const CASES: readonly Case[] = [
  {
    name: "a loopback address answers to addresses and to names under localhost",
    yaml: `${ONE} }]`,
    answered: [
      "localhost",
      "LOCALHOST:8080",
      "localhost.",
      "app.localhost",
      "a.b.localhost:1",
      "127.0.0.1:8080",
      "127.0.0.1.",
      "127.9.9.9",
      "192.168.1.7:8080",
      "[::1]:8080",
      "[0:0::1]",
    ],
    misdirected: [
      "evil.test",
      "evil.test:8080",
      "EVIL.test.",
      "localhost.evil.test",
      "127.0.0.1.evil.test",
      "xlocalhost",
      "1.2.3.4.5",
      "1.2.3.999",
      "0x7f.1",
      "a!b",
    ],
  },
  {
    name: "its server names are its own",
    yaml:
      `servers: [{ listen: 8080, server_name: [a.test], root: root }, { listen: 8080, server_name: ["*.b.test"], root: root }]`,
    answered: ["a.test", "A.test.:8080", "x.b.test", "x.y.b.test", "localhost"],
    misdirected: ["b.test", "c.a.test", "evil.test"],
  },
  {
    name: "another address's server names are not",
    yaml:
      `servers: [{ listen: 8080, root: root }, { listen: 8081, server_name: a.test, allowed_hosts: b.test, root: root }]`,
    answered: ["localhost"],
    misdirected: ["a.test", "b.test"],
  },
  {
    name: "allowed_hosts at the top",
    yaml: `allowed_hosts: [a.test, "*.b.test"]\n${ONE} }]`,
    answered: ["a.test", "x.b.test", "127.0.0.1"],
    misdirected: ["b.test", "evil.test"],
  },
  {
    name: "allowed_hosts of any server of the address",
    yaml:
      `servers: [{ listen: 8080, root: root }, { listen: 8080, server_name: x.test, allowed_hosts: a.test, root: root }]`,
    answered: ["a.test", "x.test"],
    misdirected: ["evil.test"],
  },
  {
    name: "an asterisk switches it off",
    yaml: `${ONE}, allowed_hosts: "*" }]`,
    answered: ["evil.test", "a!b"],
    misdirected: [],
  },
  {
    name: "IPv6's loopback address too",
    yaml: `servers: [{ listen: "[::1]:8080", root: root }]`,
    answered: ["localhost"],
    misdirected: ["evil.test"],
  },
  {
    name: "all of 127/8",
    yaml: `servers: [{ listen: "127.0.0.2:8080", root: root }]`,
    answered: ["localhost"],
    misdirected: ["evil.test"],
  },
  {
    name: "no other address is guarded, since other machines know it by names of theirs",
    yaml: `servers: [{ listen: "0.0.0.0:8080", root: root }]`,
    answered: ["evil.test", "localhost"],
    misdirected: [],
  },
];

for (const { name, yaml, answered, misdirected } of CASES) {
  Deno.test(`rebinding guard: ${name}`, async () => {
    const { ask } = site(yaml, FILES);
    for (const host of answered) assertEquals((await ask("/", { host })).status, 200, host);
    for (const host of misdirected) assertEquals((await ask("/", { host })).status, 421, host);
  });
}

Deno.test("rebinding guard: an absolute target's host counts, not that of the field", async () => {
  const { ask } = site(`${ONE} }]`, FILES);
  assertEquals((await ask("http://evil.test/", { host: "localhost" })).status, 421);
  assertEquals((await ask("http://localhost:8080/", { host: "evil.test" })).status, 200);
});

Deno.test("rebinding guard: a request without Host is from no browser", async () => {
  const { ask } = site(`${ONE} }]`, FILES);
  assertEquals((await ask("/", { host: "", version: "HTTP/1.0" })).status, 200);
});

Deno.test("rebinding guard: nothing of the site answers, whatever is asked for", async () => {
  const yaml = `servers:
  - listen: 8080
    root: root
    add_header: { X-Site: "yes" }
    error_page: { 4xx: /index.html }
    locations: { /files/: { upload_store: other, cors: on } }`;
  const { ask, store } = site(yaml, FILES);
  for (const method of ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "BREW"]) {
    for (const target of ["/", "/%zz", "/../x", "/files/a", "/files/index.html"]) {
      const answer = await ask(target, { method, host: "evil.test", body: "x" });
      assertEquals(answer.status, 421, `${method} ${target}`);
      assert(!answer.fields.has("x-site") && !answer.fields.has("access-control-allow-origin"));
    }
  }
  assertEquals(store.files.nodes.has("/site/other/a"), false);
  assert(store.files.nodes.has("/site/other/index.html"));
});

Deno.test("rebinding guard: the page says which line to add", async () => {
  const { ask } = site(`${ONE} }]`, FILES);
  const askAs = async (Accept: string) =>
    (await ask("/", { host: "My-App.test:8080", fields: { Accept } })).text;
  assertStringIncludes(await askAs("text/html"), "allowed_hosts: [&quot;my-app.test&quot;]");
  assertStringIncludes(JSON.parse(await askAs("application/json")).advice, 'allowed_hosts: ["my-app.test"]');
  const text = await askAs("*/*");
  assertStringIncludes(text, 'allowed_hosts: ["my-app.test"]');
  assertStringIncludes(text, "--allow-host my-app.test");
  // What cannot be a line of the file is not shown as one.
  assertEquals((await ask("/", { host: "a'b&c" })).text.includes("allowed_hosts: ["), false);
});
