/**
 * The page of a program's failure where a FastCGI server has it: php-fpm, fcgiwrap, and one that does not run.
 */
import { assertEquals, assertMatch } from "@std/assert";
import { ask } from "../support/ask.ts";
import { temporaryFolder } from "../support/launch.ts";
import { test } from "../support/protocols.ts";
import { startServer } from "../support/server.ts";
import { needsFcgiwrap, needsFpm, startFcgiwrap, startFpm } from "./fastcgi_support.ts";

const config = (socket: string) =>
  `access_log: off
servers:
  - listen: LISTEN
    root: www
    cgi_debug: on
    fastcgi: { .php: "unix:${socket}", .py: "unix:${socket}", .cgi: "unix:${socket}" }
`;

test({
  ...needsFpm("php-fpm: an exception is shown with its line, and so is a syntax error"),
  fn: async () => {
    await using folder = await temporaryFolder();
    await using fpm = await startFpm(folder.path);
    await using server = await startServer({
      config: config(fpm.socket),
      files: {
        "www/throw.php": "<?php\nfunction f() {\n  throw new Exception('low tide');\n}\nf();\n",
        "www/syntax.php": "<?php\n$a = ;\n",
        "www/fine.php": "<?php echo 'fine';",
      },
    });
    for (
      const [name, line, says] of [["throw.php", 3, /low tide/], ["syntax.php", 2, /A syntax error/]] as const
    ) {
      const { status, text } = await ask(server.port, `/${name}`);
      assertEquals(status, 500);
      assertMatch(text, says);
      assertMatch(text, new RegExp(`^ {2}> +${line} `, "m"));
      assertMatch(text, /FastCGI server: +unix:\S+fpm\.sock/);
      assertMatch(text, /SCRIPT_FILENAME=/);
    }
    assertEquals((await ask(server.port, "/fine.php")).text, "fine");
  },
});

test({
  ...needsFcgiwrap("fcgiwrap: what a program says in place of a header block, and on standard error"),
  fn: async () => {
    await using folder = await temporaryFolder();
    await using wrap = await startFcgiwrap(folder.path);
    await using server = await startServer({
      config: config(wrap.socket),
      files: {
        "www/early.cgi": "#!/bin/sh\necho hello\necho\necho 'oh no' >&2\n",
        "www/raise.py": "#!/usr/bin/env python3\n\nraise ValueError('low tide')\n",
      },
    });
    for (const name of ["early.cgi", "raise.py"]) await Deno.chmod(`${server.folder}/www/${name}`, 0o755);
    const early = await ask(server.port, "/early.cgi");
    assertEquals(early.status, 502);
    assertMatch(early.text, /hello/);
    assertMatch(early.text, /Standard error:\n {2}oh no/);
    const raised = await ask(server.port, "/raise.py");
    assertEquals(raised.status, 502);
    assertMatch(raised.text, /low tide/);
    assertMatch(raised.text, /^ {2}> +3 /m);
  },
});

test("a FastCGI server that does not run is named, with what to do", async () => {
  await using server = await startServer({
    config: config("/nowhere/x.sock"),
    files: { "www/a.php": "<?php" },
  });
  const { status, text } = await ask(server.port, "/a.php");
  assertEquals(status, 502);
  assertMatch(text, /Nobody listens at `unix:\/nowhere\/x\.sock`/);
});
