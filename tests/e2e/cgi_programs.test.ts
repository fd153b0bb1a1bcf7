/**
 * Real programs: shell, Python, Perl, C, PHP with its sessions, forms and uploads; and `webserv --cgi DIR`.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { createHash } from "node:crypto";
import { ask, get } from "../support/ask.ts";
import { byProtocol, test } from "../support/protocols.ts";
import { startServer } from "../support/server.ts";
import { toText, WireClient } from "../support/wire.ts";
import { assertLives, cgiServer, needs, sharedCgiServer } from "./cgi_support.ts";

const C_PROGRAM = `#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int main(int argc, char **argv) {
  char buffer[65536];
  long length = getenv("CONTENT_LENGTH") ? atol(getenv("CONTENT_LENGTH")) : 0, sum = 0, count;
  while (length > 0 && (count = read(0, buffer, length < 65536 ? length : 65536)) > 0) {
    for (long i = 0; i < count; i++) sum += (unsigned char)buffer[i];
    length -= count;
  }
  printf("Content-Type: text/plain\\r\\n\\r\\n%s %s %d %ld\\n", getenv("REQUEST_METHOD"), getenv("QUERY_STRING"), argc, sum);
  return 0;
}
`;

const FORM = {
  "form.py": `import os, sys, urllib.parse
body = sys.stdin.buffer.read(int(os.environ.get("CONTENT_LENGTH") or 0)).decode()
fields = urllib.parse.parse_qs(os.environ["QUERY_STRING"] + "&" + body)
print("Content-Type: text/plain; charset=utf-8\\n")
print(sorted(fields.items()))
`,
  "wsgi.py": `from wsgiref.handlers import CGIHandler
def application(environ, start_response):
    start_response("200 Fine", [("Content-Type", "text/plain"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
    yield (environ["wsgi.url_scheme"] + " " + environ["PATH_INFO"]).encode()
CGIHandler().run(application)
`,
  "form.pl": `use strict;
read(STDIN, my $body, $ENV{CONTENT_LENGTH} // 0);
print "Content-Type: text/plain\\n\\n", scalar reverse($body), " $ENV{REQUEST_METHOD}\\n";
`,
  "session.php": `<?php
session_save_path(__DIR__); session_start();
$_SESSION["visits"] = ($_SESSION["visits"] ?? 0) + 1;
echo $_SESSION["visits"], " ", $_GET["a"] ?? "-", " ", $_POST["b"] ?? "-", " ", $_SERVER["PATH_INFO"] ?? "-";
`,
  "upload.php": `<?php
header("X-One: 1"); header("Content-Type: text/plain");
$file = $_FILES["file"];
echo $file["name"], " ", $file["size"], " ", md5_file($file["tmp_name"]), " ", $_POST["note"];
`,
  "moved.php": `<?php header("Location: /ok.txt");`,
  "missing.php": `<?php http_response_code(404); echo "none";`,
};

const server = await sharedCgiServer(FORM, { server: "client_max_body_size: 10M" });

test({
  ...needs(["python3"], "a Python program reads a form by GET and by POST"),
  fn: async () => {
    const target = "/cgi-bin/form.py?name=J%C3%BCrgen";
    const { body } = await ask(server.port, target, {
      method: "POST",
      body: "text=a+b%26c",
      fields: { "Content-Type": "application/x-www-form-urlencoded" },
    });
    assertEquals(new TextDecoder().decode(body), "[('name', ['Jürgen']), ('text', ['a b&c'])]\n");
    assertEquals((await get(server.port, "/cgi-bin/form.py?a=1")).trim(), "200 [('a', ['1'])]");
  },
});

test({
  ...needs(["python3"], "a WSGI application runs in its CGI handler"),
  fn: async () => {
    const response = await ask(server.port, "/cgi-bin/wsgi.py/a/b");
    assertEquals([response.status, response.reason, response.text], [
      200,
      byProtocol("Fine", ""),
      "http /a/b",
    ]);
    assertEquals(response.fields.filter(([name]) => /^set-cookie$/i.test(name)).length, 2);
  },
});

test({
  ...needs(["perl"], "a Perl program reads its body"),
  fn: async () => {
    const response = await ask(server.port, "/cgi-bin/form.pl", { method: "POST", body: "abc" });
    assertEquals([response.status, response.text], [200, "cba POST\n"]);
  },
});

test({
  ...needs(["cc"], "a C program answers and reads a large body"),
  fn: async () => {
    const source = `${server.folder}/program.c`;
    await Deno.writeTextFile(source, C_PROGRAM);
    const { success, stderr } = await new Deno.Command("cc", {
      args: ["-O", "-o", `${server.folder}/cgi-bin/program.cgi`, source],
      stderr: "piped",
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    assertEquals(await get(server.port, "/cgi-bin/program.cgi?a+b"), "200 GET a+b 1 0\n");
    const posted = await ask(server.port, "/cgi-bin/program.cgi", {
      method: "POST",
      body: "\x01".repeat(3_000_000),
    });
    assertEquals(posted.text, "POST  1 3000000\n");
    await assertLives(server, "/cgi-bin/program.cgi");
  },
});

test({
  ...needs(["php-cgi"], "PHP keeps a session over two requests by its cookie, and reads forms"),
  fn: async () => {
    const first = await ask(server.port, "/cgi-bin/session.php?a=x/y");
    assertEquals([first.status, first.text], [200, "1 x/y - -"]);
    assertMatch(first.field("content-type")!, /^text\/html/);
    const cookie = /^PHPSESSID=[^;]+/.exec(first.field("set-cookie")!)?.[0];
    assert(cookie);
    const fields = { Cookie: cookie, "Content-Type": "application/x-www-form-urlencoded" };
    const second = await ask(server.port, "/cgi-bin/session.php/info", {
      method: "POST",
      body: "b=c%26d",
      fields,
    });
    assertEquals(second.text, "2 - c&d /info");
  },
});

test({
  ...needs(["php-cgi"], "PHP takes an upload, of known length and in chunks"),
  fn: async () => {
    const file = "0123456789".repeat(50_000);
    const part = (name: string, value: string) =>
      `--b\r\nContent-Disposition: form-data; ${name}\r\n\r\n${value}\r\n`;
    const body = part('name="note"', "hello") + part('name="file"; filename="a.txt"', file) + "--b--\r\n";
    const type = "Content-Type: multipart/form-data; boundary=b\r\n";
    const head = `POST /cgi-bin/upload.php HTTP/1.1\r\nHost: localhost\r\n${type}`;
    const expected = `a.txt 500000 ${createHash("md5").update(file).digest("hex")} hello`;
    using client = await WireClient.connect(server.port);
    await client.send(`${head}Transfer-Encoding: chunked\r\n\r\n`);
    await client.send(`${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`);
    const chunked = await client.response();
    assertEquals(chunked?.text, expected);
    assertEquals(chunked?.field("x-one"), "1");
    await client.send(`${head}Content-Length: ${body.length}\r\n\r\n${body}`);
    assertEquals((await client.response())?.text, expected);
  },
});

test({
  ...needs(["php-cgi"], "PHP's statuses and redirects are its own"),
  fn: async () => {
    assertEquals(await get(server.port, "/cgi-bin/missing.php"), "404 none");
    const moved = await ask(server.port, "/cgi-bin/moved.php");
    assertEquals([moved.status, moved.field("location")], [302, "/ok.txt"]);
    assertEquals((await ask(server.port, "/cgi-bin/session.php?-s")).text.includes("<code>"), false);
  },
});

test("webserv --cgi runs the programs of a folder's cgi-bin, and nothing outside it", async () => {
  const shell = "printf 'Content-Type: text/plain\\n\\n'; echo \"$SCRIPT_NAME $PATH_INFO\"\n";
  await using folder = await startServer({
    args: ["--cgi", "--quiet"],
    files: {
      "index.html": "home",
      "outside.sh": "echo",
      "cgi-bin/a.sh": shell,
      "cgi-bin/own": `#!/bin/sh\n${shell}`,
      "cgi-bin/not.txt": "text",
      "cgi-bin/a.py": "print('Content-Type: text/plain\\n')\nprint('python')\n",
    },
  });
  await Deno.chmod(`${folder.folder}/cgi-bin/own`, 0o755);
  assertEquals(await get(folder.port, "/cgi-bin/a.sh/x"), "200 /cgi-bin/a.sh /x\n");
  assertEquals(await get(folder.port, "/cgi-bin/own"), "200 /cgi-bin/own \n");
  assertEquals((await ask(folder.port, "/cgi-bin/not.txt")).status, 404);
  assertEquals(await get(folder.port, "/outside.sh"), "200 echo");
  assertEquals(await get(folder.port, "/"), "200 home");
  if (!needs(["python3"], "").ignore) assertEquals(await get(folder.port, "/cgi-bin/a.py"), "200 python\n");
});

/** Programs in DIR/cgi-bin, whether they may be executed, and what comes of them. */
const FIRST_LINES: readonly (readonly [
  name: string,
  text: string,
  executable: boolean,
  expected: RegExp,
  needed?: string,
])[] = [
  [
    "bash.sh",
    `#!/bin/bash\nprintf 'Content-Type: text/plain\\n\\n'; echo "bash\${BASH_VERSION:+ itself}"\n`,
    true,
    /^200 bash itself\n/,
    "/bin/bash",
  ],
  [
    "sh.sh",
    `#!/bin/bash\nprintf 'Content-Type: text/plain\\n\\n'; echo "not by sh\${0##*/}"\n`,
    false,
    /^200 not by shsh.sh/,
  ],
  [
    "taint.pl",
    `#!/usr/bin/perl -T\nprint "Content-Type: text/plain\\n\\ntaint \${^TAINT}\\n";\n`,
    true,
    /^200 taint 1\n/,
    "/usr/bin/perl",
  ],
  [
    "venv.py",
    `#!FOLDER/venv/bin/python3\nimport sys\nprint("Content-Type: text/plain\\n\\n" + sys.prefix)\n`,
    true,
    /^200 .*\/venv\n/,
    "python3",
  ],
  [
    "plain.py",
    `import sys\nprint("Content-Type: text/plain\\n\\nplain")\n`,
    false,
    /^200 plain\n/,
    "python3",
  ],
  // Everything may be executed on some disks, and what has no first line is none of a shell's.
  ["marked.py", `print("Content-Type: text/plain\\n\\nmarked")\n`, true, /^200 marked\n/, "python3"],
  ["noext", `#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\nnoext'\n`, true, /^200 noext/],
  ["data.json", `{"secret":1}`, false, /^404 (?![^]*secret)/],
  ["forgotten", "#!/bin/sh\n", false, /^403 /],
  ["form.py~", `secret`, false, /^404 (?![^]*secret)/],
  ["", "", false, /^404 /],
];

test("webserv --cgi runs an executable file as its first line says, and others by their extension", async () => {
  await using folder = await startServer({
    args: ["--cgi", "--quiet"],
    files: Object.fromEntries(FIRST_LINES.slice(0, -1).map(([name, text]) => [`cgi-bin/${name}`, text])),
  });
  const hasPython = !needs(["python3"], "").ignore;
  if (hasPython) {
    const made = await new Deno.Command("python3", {
      args: ["-m", "venv", "--without-pip", `${folder.folder}/venv`],
    }).output();
    assert(made.success);
  }
  for (const [name, text, executable, expected, needed = "sh"] of FIRST_LINES) {
    if (needs([needed], "").ignore) continue;
    const path = `${folder.folder}/cgi-bin/${name}`;
    if (name !== "") await Deno.writeTextFile(path, text.replace("FOLDER", folder.folder));
    if (executable) await Deno.chmod(path, 0o755);
    assertMatch(await get(folder.port, `/cgi-bin/${name}`), expected);
  }
});

test("without --cgi nothing is run", async () => {
  await using folder = await startServer({ files: { "cgi-bin/a.sh": "echo source\n" }, args: ["--quiet"] });
  const response = await ask(folder.port, "/cgi-bin/a.sh");
  assertStringIncludes(toText(response.body), "echo source");
});

test({
  ...needs(["php-cgi"], "an error_page in PHP is run, with the error that it is for"),
  fn: async () => {
    await using own = await cgiServer({
      "error.php":
        `<?php echo getenv("REDIRECT_STATUS"), " ", getenv("REDIRECT_URL"), " ", $_SERVER["REQUEST_METHOD"];`,
      "fails.sh": "exit 3\n",
    }, { server: "error_page: { 404: /cgi-bin/error.php, 5xx: /cgi-bin/error.php }" });
    assertEquals(await get(own.port, "/none?x"), "404 404 /none GET");
    assertEquals(await get(own.port, "/cgi-bin/none.php"), "404 404 /cgi-bin/none.php GET");
    assertEquals(await get(own.port, "/cgi-bin/fails.sh"), "502 502 /cgi-bin/fails.sh GET");
    assertEquals(own.output().stderr.includes("cannot be sent"), false);
  },
});

test("an error_page program has the error's status, unless it names one", async () => {
  const says = (head: string) =>
    `printf '${head}Content-Type: text/plain\\n\\n'; printf "%s %s" "$REDIRECT_STATUS" "$REDIRECT_URL"\n`;
  await using own = await cgiServer({
    "none.sh": says(""),
    "200.sh": says("Status: 200 Fine\\n"),
    "503.sh": says("Status: 503 Later\\n"),
    "302.sh": "printf 'Location: http://x.test/\\n\\n'\n",
    "local.sh": "printf 'Location: /page.txt\\n\\n'\n",
  }, {
    files: { "www/page.txt": "page" },
    server:
      "error_page: { 404: /cgi-bin/none.sh, 405: /cgi-bin/200.sh, 413: /cgi-bin/503.sh, 417: /cgi-bin/302.sh, 501: /cgi-bin/local.sh }",
  });
  const { port } = own;
  const answers: [line: string, options: Parameters<typeof ask>[2], expected: string][] = [
    ["/none%20x?y", {}, "404 404 /none%20x"],
    ["/x", { method: "DELETE" }, "200 405 /x"],
    ["/cgi-bin/none.sh", { method: "POST", body: "x".repeat(1024 * 1024 + 1) }, "503 413 /cgi-bin/none.sh"],
    ["/x", { fields: { Expect: "nothing" } }, "302 "],
    ["/x", { method: "BREW" }, "501 page"],
  ];
  for (const [target, options, expected] of answers) {
    const { status, text } = await ask(port, target, options);
    assertEquals(`${status} ${text}`, expected, target);
  }
  const { status, text } = await ask(port, "/none", { method: "HEAD" });
  assertEquals([status, text], [404, ""]);
});
