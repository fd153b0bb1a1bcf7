import { assertEquals } from "@std/assert";
import { whyNoHeaderBlock, whyNotStarted } from "../../lib/cgi/explanations.ts";
import { FakeFiles } from "../disk/fake_files.ts";

const FILE = "/srv/cgi-bin/a.cgi";

function failed(content: string | undefined, program = FILE) {
  const files = new FakeFiles();
  if (content !== undefined) files.write(FILE, content);
  return { command: { program, environment: { PATH: "/usr/bin:/bin" } }, file: FILE, files };
}

const NOT_STARTED = [
  ["not found", failed("", "php-cgi"), {
    why: "php-cgi is not installed, or not in a folder of PATH (/usr/bin:/bin)",
    advice: "php-cgi is not installed.",
  }],
  ["not found", failed("", "/opt/venv/bin/python3"), {
    why: "/opt/venv/bin/python3 is not installed",
    advice: "python3 is not installed.",
  }],
  ["not found", failed("#!/nowhere/ruby -w\n"), {
    why: 'its first line is "#!/nowhere/ruby -w", and there is no such program',
    advice: "The program that it is to be run by, ruby, is not installed.",
  }],
  ["not found", failed("#!/bin/sh\r\necho\r\n"), {
    why: String
      .raw`its first line, "#!/bin/sh\r", ends with CR LF as on Windows, and the CR is taken for a part of ` +
      "it: save the file with LF alone",
  }],
  ["not found", failed("\x7fELF"), { why: "it cannot be started: not found: system" }],
  ["not found", failed(undefined), { why: "it cannot be started: not found: system" }],
  ["failed", failed("plain text"), {
    why: 'it is nothing that the system can run, and has no first line such as "#!/bin/sh": system',
  }],
  ["denied", failed("#!/bin/sh\n"), { why: "it cannot be started: denied: system" }],
  ["denied", failed("", "python3"), { why: "python3 cannot be started: denied: system" }],
] as const;

Deno.test("why a program could not be started names what is missing, and no path to a client", () => {
  for (const [problem, program, expected] of NOT_STARTED) {
    assertEquals(whyNotStarted(problem, program, "system"), expected);
  }
});

Deno.test("why there was no header block says how it ended and what it printed", () => {
  const cases = [
    [
      "with status 0",
      "",
      failed("#!/bin/sh\n"),
      "it ended with status 0 before its header block did, and printed nothing",
    ],
    [
      "with status 1",
      "\n\x1b[1mHello\nWorld\n",
      failed("", "python3"),
      String
        .raw`it ended with status 1 before its header block did, and its output begins with "\u001b[1mHello"`,
    ],
    [
      "by SIGSEGV",
      "x".repeat(300),
      failed(""),
      `it ended by SIGSEGV before its header block did, and its output begins with "${"x".repeat(80)}..."`,
    ],
    [
      "with status 127",
      "",
      failed("echo\r\n", "/bin/bash"),
      "it ended with status 127 before its header block did, and printed nothing; its first line, " +
      String
        .raw`"echo\r", ends with CR LF as on Windows, and the CR is taken for a part of it: save the file with LF alone`,
    ],
    // Others take no harm from them.
    [
      "with status 1",
      "",
      failed("<?php\r\n", "php-cgi"),
      "it ended with status 1 before its header block did, and printed nothing",
    ],
    [
      "with status 127",
      "",
      failed("#!/usr/bin/env -S python9 -u\n"),
      "it ended with status 127 before its header block did, and printed nothing; its first line is " +
      '"#!/usr/bin/env -S python9 -u", and there may be no such program',
    ],
  ] as const;
  for (const [ended, output, program, why] of cases) {
    assertEquals(whyNoHeaderBlock(ended, output, program).why, why);
  }
});
