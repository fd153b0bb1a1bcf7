import { assertEquals, assertMatch } from "@std/assert";
import { type Symptoms, usualCauses } from "../../lib/cgi_protocol/usual_causes.ts";
import type { ProgramRun } from "../../lib/http/program_failure.ts";

interface Given extends Partial<Omit<ProgramRun, "output" | "errors">> {
  readonly status?: number;
  readonly why?: string;
  readonly text?: string;
  readonly isExecutable?: boolean;
  readonly output?: string;
  readonly errors?: string;
}

const FILE = "/srv/cgi-bin/tide.x";

function symptoms(
  { status = 502, why = "", text = "", isExecutable = true, output = "", errors = "", ...run }: Given,
): Symptoms {
  return {
    status,
    why,
    script: { text, isExecutable },
    run: {
      name: "/cgi-bin/tide.x",
      command: ["python3", FILE],
      server: undefined,
      file: FILE,
      environment: { PATH: "/bin" },
      output: { text: output, isCut: false },
      errors: { text: errors, isCut: false },
      ended: "exit status 1",
      duration: 1,
      ...run,
    },
  };
}

const ITSELF = { command: [FILE] };

const CASES: readonly (readonly [what: string, given: Given, first: RegExp])[] = [
  ["no execute bit", { ...ITSELF, isExecutable: false, status: 403 }, /no execute bit.*`chmod \+x tide\.x`/],
  ["mounted noexec", { ...ITSELF, status: 403 }, /noexec/],
  ["a BOM", { ...ITSELF, text: "\ufeff#!/bin/sh\n" }, /byte order mark/],
  ["CR LF", { ...ITSELF, text: "#!/bin/sh\r\nx\r\n" }, /CR LF.*sed -i/],
  ["CR LF for a shell", { command: ["/bin/sh", FILE], text: "echo x\r\n" }, /CR LF/],
  [
    "an interpreter that is missing",
    { ...ITSELF, why: "there is no such program", text: "#!/opt/x\n" },
    /`\/opt\/x`, is not there/,
  ],
  [
    "env that finds nothing",
    { ...ITSELF, ended: "exit status 127", text: "#!/usr/bin/env x\n" },
    /^x is not installed.*`\/bin`/,
  ],
  ["no first line", { ...ITSELF, why: "it is nothing that the system can run", text: "x" }, /no first line/],
  ["an interpreter of the configuration", { why: "x is not installed" }, /^python3 is not installed/],
  [
    "a syntax error",
    { errors: "  File x\nSyntaxError: '(' was never closed\n" },
    /A syntax error: '\(' was never closed/,
  ],
  [
    "a syntax error of a shell",
    { errors: 'x.sh: 3: Syntax error: end of file unexpected (expecting "fi")' },
    /^A syntax error: end of file/,
  ],
  [
    "a missing module",
    { errors: "Traceback\nModuleNotFoundError: No module named 'a.b'\n" },
    /`a\.b` is not installed.*pip install a`/,
  ],
  ["a missing file of node", { errors: "Error: Cannot find module './x'\n" }, /file `\.\/x`/],
  ["a missing gem", { errors: "cannot load such file -- sinatra (LoadError)" }, /gem install sinatra/],
  [
    "an exception",
    { errors: "Traceback (most recent call last):\n  File x\nValueError: low\n" },
    /nothing catches: ValueError: low/,
  ],
  ["memory of PHP", { errors: "PHP Fatal error:  Allowed memory size of 8 bytes exhausted" }, /memory_limit/],
  ["permission", { errors: "PermissionError: [Errno 13] Permission denied: 'x'" }, /not permitted/],
  ["too early", { output: "hello\nContent-Type: a\n\n" }, /before its header block/],
  ["an empty line first", { output: "\nContent-Type: a\n" }, /empty line before/],
  ["no empty line", { output: "Content-Type: a\n" }, /no empty line/],
  ["no empty line before content", { output: "Content-Type: a\n<p>hello\n" }, /no empty line/],
  ["PHP for the command line", { command: ["/usr/bin/php8.2", FILE], output: "<p>hello" }, /php-cgi/],
  ["too slow", { status: 504, ended: "it was still running, and was killed" }, /timeouts\.cgi/],
  ["killed", { ended: "killed by SIGKILL" }, /memory is short/],
  ["crashed", { ended: "killed by SIGSEGV" }, /crashed \(SIGSEGV\)/],
  ["nothing", { ended: "exit status 0" }, /printed nothing at all/],
  ["nothing, and a status", {}, /did not say why/],
  [
    "no FastCGI server",
    { command: [], server: "unix:/run/x.sock", why: "connection refused" },
    /Nobody listens at `unix:\/run\/x\.sock`/,
  ],
];

for (const [what, given, first] of CASES) {
  Deno.test(`the usual cause is recognised: ${what}`, () => {
    const [cause] = usualCauses(symptoms(given));
    assertMatch(`${cause?.what} ${cause?.remedy ?? ""}`, first);
  });
}

Deno.test("where nothing is recognised nothing is claimed, and no text takes long", () => {
  assertEquals(usualCauses(symptoms({ output: "", errors: "hm\n" })), []);
  const start = performance.now();
  for (
    const text of [
      "Traceback ",
      "PHP Parse error:  x",
      "A".repeat(100),
      "syntax error",
      "Cannot find module '",
    ]
  ) {
    usualCauses(symptoms({ errors: text.repeat(Math.ceil(32_000 / text.length)) }));
    usualCauses(symptoms({ errors: `${text}\n`.repeat(Math.ceil(32_000 / text.length)) }));
  }
  assertEquals(performance.now() - start < 1000, true);
});
