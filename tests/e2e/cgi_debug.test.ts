/**
 * The page of a program's failure (`cgi_debug`): real programs of each kind, each usual cause, and who gets to see it.
 */
import { assertEquals, assertMatch, assertNotMatch, assertStringIncludes } from "@std/assert";
import { ask } from "../support/ask.ts";
import { http1Test, test } from "../support/protocols.ts";
import { findProgram } from "../../lib/runtime/find_program.ts";
import { startServer } from "../support/server.ts";
import { cgiServer, sharedCgiServer } from "./cgi_support.ts";

const BROWSER = { Accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

const has = (program: string) => findProgram(program, Deno.env.get("PATH") ?? "/usr/bin:/bin") !== undefined;

/** A program, and what its failure says as text. */
interface Case {
  readonly name: string;
  readonly text: string;
  /** What runs it, if it may be missing here. */
  readonly needs?: string;
  readonly status?: number;
  readonly says: readonly RegExp[];
}

const CASES: readonly Case[] = [
  {
    name: "trace.py",
    text: "def answer():\n    raise ValueError('the tide is out')\n\nanswer()\n",
    says: [
      /ValueError: the tide is out/,
      /^ {2}> +2 {6}raise ValueError/m,
      /Ended: +exit status 1$/m,
      /python3 \S+trace\.py/,
    ],
  },
  { name: "syntax.py", text: "print('a'\n", says: [/^ {2}- A syntax error/m, /^ {2}> +1 /m] },
  {
    name: "module.py",
    text: "import os\nimport no_such_module\n",
    says: [/`no_such_module` is not installed/, /pip install no_such_module/, /^ {2}> +2 /m],
  },
  {
    name: "early.py",
    text: "print('hello')\nprint()\nprint('Content-Type: text/plain')\nprint()\n",
    says: [/It printed something before its header block/, /Output:\n {2}hello/, /exit status 0/],
  },
  {
    name: "no_line.py",
    text: "print('Content-Type: text/plain')\nprint('<p>hello</p>')\n",
    says: [/There is no empty line behind its header fields/],
  },
  { name: "quiet.sh", text: "exit 0\n", says: [/It printed nothing at all/] },
  { name: "status.sh", text: "exit 7\n", says: [/Ended: +exit status 7/, /did not say why/] },
  { name: "killed.sh", text: "kill -SEGV $$\n", says: [/Ended: +killed by SIGSEGV/, /It crashed/] },
  { name: "syntax.sh", text: "if true; then\necho a\n", says: [/syntax error/i] },
  {
    name: "command.sh",
    text: "set -e\nno_such_command -x\n",
    says: [/`no_such_command` is not installed/, /^ {2}> +2 {2}no_such_command -x/m],
  },
  {
    name: "slow.sh",
    text: "printf 'X-Early: 1\\n'; echo waiting >&2; sleep 60\n",
    status: 504,
    says: [/timeouts\.cgi/, /waiting/, /X-Early: 1/, /was killed/],
  },
  {
    name: "die.pl",
    text: "use strict;\ndie 'gone out';\n",
    needs: "perl",
    says: [/gone out/, /^ {2}> +2 /m],
  },
  {
    name: "module.pl",
    text: "use No::Such::Module;\n",
    needs: "perl",
    says: [/`No::Such::Module` is not installed/, /cpan No::Such::Module/],
  },
  { name: "syntax.pl", text: "my $x = 1;\nif ($x {\n", needs: "perl", says: [/syntax error/, /^ {2}> +2 /m] },
  {
    name: "syntax.php",
    text: "<?php\n$a = ;\n",
    needs: "php-cgi",
    status: 500,
    says: [/A syntax error/, /^ {2}> +2 /m],
  },
  {
    name: "throw.php",
    text: "<?php\nfunction f() {\n  throw new Exception('low tide');\n}\nf();\n",
    needs: "php-cgi",
    status: 500,
    says: [/low tide/, /^ {2}> +3 /m],
  },
  {
    name: "raise.rb",
    text: "def f\n  raise 'low tide'\nend\nf\n",
    needs: "ruby",
    says: [/low tide/, /^ {2}> +2 /m],
  },
  {
    name: "throw.js",
    text: "\nthrow new Error('low tide');\n",
    needs: "node",
    says: [/low tide/, /^ {2}> +2 /m],
  },
  {
    name: "module.js",
    text: "require('no-such-module');\n",
    needs: "node",
    says: [/`no-such-module` is not installed/],
  },
  { name: "windows.cgi", text: "#!/bin/sh\r\necho\r\n", says: [/CR LF/, /sed -i/] },
  { name: "bom.cgi", text: "\ufeff#!/bin/sh\necho\n", says: [/byte order mark/] },
  {
    name: "no_interpreter.cgi",
    text: "#!/no/such/interpreter\n",
    says: [/`\/no\/such\/interpreter`, is not there/],
  },
  {
    name: "env.cgi",
    text: "#!/usr/bin/env no-such-interpreter\n",
    says: [/no-such-interpreter is not installed/],
  },
  { name: "plain.cgi", text: "\x7fELF, or not\n", says: [/no first line that says what runs it/] },
  {
    name: "forbidden.cgi",
    text: "#!/bin/sh\n",
    status: 403,
    says: [/no execute bit/, /chmod \+x forbidden\.cgi/],
  },
  { name: "other.none", text: "\n", says: [/no-such-runner is not installed/] },
];

const server = await sharedCgiServer(Object.fromEntries(CASES.map(({ name, text }) => [name, text])), {
  top: "timeouts: { cgi: 2s }",
  files: { "www/50x.html": "Wait for the tide" },
  server: "error_page: { 5xx: /50x.html }",
  location:
    "cgi: { .sh: sh, .py: python3, .pl: perl, .php: php-cgi, .rb: ruby, .js: node, .cgi: true, .none: no-such-runner }, " +
    'cgi_debug: on, cgi_env: { DB_PASSWORD: hunter2, STORE: "postgres://me:hunter2@db/x", PLAIN: visible }',
});
await Deno.chmod(`${server.folder}/cgi-bin/forbidden.cgi`, 0o644);

http1Test(
  "process",
  "a failure says what happened and what usually causes it: real programs of each kind",
  async () => {
    const cases = CASES.filter(({ needs }) => needs === undefined || has(needs));
    await Promise.all(cases.map(async ({ name, status = 502, says }) => {
      const answer = await ask(server.port, `/cgi-bin/${name}`);
      assertEquals(answer.status, status, answer.text);
      assertMatch(answer.field("content-type") ?? "", /^text\/plain/);
      for (const pattern of says) assertMatch(answer.text, pattern, name);
    }));
  },
);

const SECRET = "s3cr3t-of-the-request";

test("the environment is shown without its secrets, to text and to HTML", async () => {
  const fields = {
    Cookie: `theme=${SECRET}; sid=${SECRET}`,
    "X-Api-Key": SECRET,
    Authorization: `Bearer ${SECRET}`,
    Referer: `http://localhost/?access_token=${SECRET}&b=shown`,
  };
  for (const accept of ["*/*", BROWSER.Accept, "application/json"]) {
    const { text } = await ask(server.port, `/cgi-bin/status.sh?token=${SECRET}&name=shown`, {
      fields: { ...fields, Accept: accept },
    });
    for (const secret of [SECRET, "hunter2"]) {
      assertEquals(text.includes(secret), false, `${secret} is in ${text}`);
    }
    for (const shown of ["visible", "SCRIPT_FILENAME", "name=shown", "theme=", "DB_PASSWORD"]) {
      assertStringIncludes(text, shown);
    }
  }
});

test("browsers get a page, whole and of no cache; HEAD its head; everybody else text", async () => {
  const page = await ask(server.port, "/cgi-bin/trace.py", {
    fields: { ...BROWSER, "X-Evil": "<script>alert(1)</script>" },
  });
  assertEquals(page.status, 502);
  assertMatch(page.field("content-type") ?? "", /^text\/html/);
  assertEquals(page.field("cache-control"), "no-store");
  assertMatch(page.text, /<pre class="source"[^]*class="here"[^>]*><b>2<\/b> {4}raise ValueError/);
  assertNotMatch(page.text, /<script/);
  assertMatch(page.text, /<\/html>\s*$/);
  const head = await ask(server.port, "/cgi-bin/trace.py", { method: "HEAD", fields: BROWSER });
  assertEquals([head.status, head.text], [502, ""]);
  const json = await ask(server.port, "/cgi-bin/trace.py", { fields: { Accept: "application/json" } });
  assertMatch(json.field("content-type") ?? "", /^text\/plain/);
});

test("the connection's other end decides who gets to see it, whatever a request claims", async () => {
  const claims = { "X-Forwarded-For": "203.0.113.9", Forwarded: "for=203.0.113.9", Via: "1.1 proxy" };
  assertMatch((await ask(server.port, "/cgi-bin/status.sh", { fields: claims })).text, /exit status 7/);
});

test("off, which it is by itself, nobody sees more than the plain error", async () => {
  await using plain = await cgiServer({ "status.sh": "exit 7\n" });
  assertNotMatch((await ask(plain.port, "/cgi-bin/status.sh")).text, /exit status|SCRIPT_FILENAME/);
});

http1Test("process", "webserv DIR --cgi has it on", async () => {
  await using folder = await startServer({
    args: ["--cgi"],
    files: { "cgi-bin/raise.py": "raise ValueError('low tide')\n" },
  });
  assertMatch((await ask(folder.port, "/cgi-bin/raise.py")).text, /nothing catches: ValueError: low tide/);
});
