// What a configuration asks for that another system cannot do.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { decodeConfig } from "../../lib/config/decode.ts";
import type { System } from "../../lib/ports.ts";

function issuesOn(os: System, keys: string): string[] {
  const result = decodeConfig(`servers:\n- { listen: 8080, root: www, ${keys} }\n`, "/site/webserv.yaml", {
    os,
    realPath: (path) => path,
    findProgram: () => undefined,
    look: () => "unknown",
    mayWrite: () => true,
    isNamed: true,
  });
  return (result.issues ?? []).map(({ line, path, message }) => `${line} ${path}: ${message}`);
}

const SOCKETS =
  "on Windows servers are not reached by sockets with a path: have it listen on 127.0.0.1:PORT, " +
  "and write that";

/** Keys of a server, and what Windows says of them. */
const ON_WINDOWS: readonly (readonly [keys: string, issue: string])[] = [
  [
    "cgi: { .py: true }",
    '2 servers[0].cgi[".py"]: Windows starts no scripts by themselves: name what runs them, such as .py: python',
  ],
  [
    "locations: { /x/: { cgi: { .bat: true } } }",
    '2 servers[0].locations["/x/"].cgi[".bat"]: Windows starts no scripts by themselves: name what runs them, such as .bat: python',
  ],
  [
    "locations: { /x/: { cgi_script: run.py } }",
    '2 servers[0].locations["/x/"].cgi_script: Windows starts no scripts by themselves: name an .exe file, or use cgi ' +
    "with what runs them",
  ],
  ['fastcgi: { .php: "unix:/run/php.sock" }', `2 servers[0].fastcgi[".php"]: ${SOCKETS}`],
  [
    "fastcgi: { .php: { spawn: php-cgi } }",
    '2 servers[0].fastcgi[".php"]: on Windows no FastCGI servers are started from here: start it yourself, such as ' +
    "php-cgi -b 127.0.0.1:9000, and write that address",
  ],
  [
    'locations: { /x/: { fastcgi_pass: "unix:/run/a.sock" } }',
    `2 servers[0].locations["/x/"].fastcgi_pass: ${SOCKETS}`,
  ],
  [
    'locations: { /x/: { proxy_pass: "http://unix:/run/a.sock" } }',
    `2 servers[0].locations["/x/"].proxy_pass: ${SOCKETS}`,
  ],
];

Deno.test("Windows: what it cannot do is refused at its line, with what does it there; elsewhere it is fine", () => {
  for (const [keys, issue] of ON_WINDOWS) {
    assertEquals(issuesOn("windows", keys), [issue], keys);
    assertEquals(issuesOn("linux", keys), [], keys);
    assertEquals(issuesOn("darwin", keys), [], keys);
  }
});

Deno.test("Windows: what it can do is taken", () => {
  for (
    const keys of [
      "cgi: { .py: python, .php: php-cgi, .exe: true }",
      "cgi: { '*': true }",
      "fastcgi: { .php: 127.0.0.1:9000 }",
      "locations: { /x/: { cgi_script: run.EXE } }",
      'locations: { /x/: { proxy_pass: "http://127.0.0.1:3000" } }',
    ]
  ) assertEquals(issuesOn("windows", keys), [], keys);
});

Deno.test("two locations that the disks take for one are refused", () => {
  const keys = "locations: { /a/: { return: 404 }, /A/: { return: 410 }, = /a/: { return: 403 } }";
  const issue =
    '2 servers[0].locations["/A/"]: differs from the location "/a/" in nothing that the disks of this ' +
    "system tell apart: remove one";
  assertEquals(issuesOn("linux", keys), []);
  assertEquals(issuesOn("darwin", keys), [issue]);
  assertEquals(issuesOn("windows", keys), [issue]);
});

Deno.test("docs/systems.md has the words of every refusal", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/systems.md", import.meta.url));
  for (const [, issue] of ON_WINDOWS) {
    const words = issue.replace(/^\S+ \S+: /, "").replaceAll(".bat: python", ".py: python");
    assertStringIncludes(page, `> ${words}\n`);
  }
  assertStringIncludes(
    page,
    `> differs from the location "/a/" in nothing that the disks of this system tell apart: remove one\n`,
  );
  assertStringIncludes(page, "> this system cannot share a port among threads: one worker\n");
});
