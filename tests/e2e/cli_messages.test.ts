import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import project from "../../deno.json" with { type: "json" };
import { COMMANDS } from "../../lib/cli/options.ts";
import { launch, temporaryFolder } from "../support/launch.ts";
import { runProgram, writeFiles } from "../support/server.ts";

/** What must never be shown to the one who only typed something wrong. */
function assertPlain(stderr: string): void {
  assert(!/^\s+at /m.test(stderr) && !stderr.includes("Uncaught"), stderr);
}

Deno.test("--help tells the usage on standard output, for the program and for each command", async () => {
  for (
    const [args, usage] of [
      [["--help"], "webserv [serve] [options] [DIR]"],
      [["-h"], "webserv help COMMAND"],
      [["serve", "--help"], "webserv [serve] [options] [DIR]"],
      [["check", "--help"], "webserv check [options]"],
      [["permissions", "--help"], "webserv permissions [options]"],
      [["--help", "init"], "webserv init [options] [DIR]"],
      [["help"], "webserv help config every key"],
      [["help", "init"], "--full"],
      [["help", "config"], "In a location only:"],
      [["help", "help"], "[COMMAND | config]"],
    ] as const
  ) {
    const { code, stdout, stderr } = await runProgram(args);
    assertEquals([code, stderr], [0, ""], args.join(" "));
    assertStringIncludes(stdout, usage);
  }
});

Deno.test("--version tells name and version, also beside other options", async () => {
  for (const args of [["--version"], ["-V"], ["serve", "--version", "-p", "0"]]) {
    const { code, stdout, stderr } = await runProgram(args);
    assertEquals([code, stderr], [0, ""]);
    assert(
      stdout.startsWith(`webserv ${project.version} (Deno ${Deno.version.deno}`) || Deno.env.has("WEBSERV"),
    );
    assertMatch(stdout, /^webserv \d+\.\d+\.\d+ .*\n$/);
  }
});

Deno.test("wrong usage ends it with 2 and one line that says what to do", async () => {
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, { "file.txt": "", "webserv.yaml": "servers: [{ listen: 0, root: . }]\n" });
  const cases: [string[], string][] = [
    [["--prot", "1"], 'unknown option "--prot": did you mean "--port"?'],
    [["--port", "http"], '--port must be a number from 0 to 65535, not "http"'],
    [["--port"], "--port needs a value: --port N"],
    [["--cors=yes"], "--cors takes no value"],
    [["a", "b"], 'unexpected argument "b": see webserv serve --help'],
    [["missing"], 'there is no file or folder "missing"'],
    [["missing/deeper"], 'there is no file or folder "missing/deeper"'],
    [["file.txt/deeper"], 'there is no file or folder "file.txt/deeper"'],
    [["3000"], 'there is no file or folder "3000": did you mean --port 3000?'],
    [["version"], 'there is no file or folder "version": did you mean --version?'],
    [[""], '"" is no folder: write "." for the current one'],
    [["--ssl"], 'unknown option "--ssl": see webserv --help'],
    [
      ["--upload", "file.txt"],
      '--upload needs a folder, and "file.txt" is a file: name the folder that it is in',
    ],
    [["webserv.yaml"], '"webserv.yaml" is a configuration: did you mean --config webserv.yaml?'],
    [["/dev/null"], '"/dev/null" is neither a folder nor a file'],
    [["--header", "X-A"], `--header: expected 'Name: value', not "X-A"`],
    [["help", "chekc"], 'there is no help for "chekc": did you mean "check"?'],
    [
      ["help", "nginx"],
      `there is no help for "nginx": name one of ${
        [...COMMANDS.map(({ name }) => name), "config"].join(", ")
      }`,
    ],
    [
      ["--header", "A: b"],
      "--header describes a folder to serve: name one, or write it into webserv.yaml instead",
    ],
    [["check", "--port", "1"], '--port is no option of "check"'],
    [["-c", "webserv.yaml", "."], 'either a folder (".") or --config, not both'],
    [["--spa"], "--spa describes a folder to serve: name one, or write it into webserv.yaml instead"],
  ];
  for (const [args, message] of cases) {
    const result = await runProgram(args, { cwd: folder.path });
    assertEquals(result, { code: 2, stdout: "", stderr: `webserv: ${message}\n` });
  }
});

Deno.test("a configuration that is not there ends it with 1", async () => {
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, { "folder/x": "" });
  const cases: [string[], string][] = [
    [["-c", "missing.yaml"], "missing.yaml does not exist: check the name"],
    [["check", "-c", "missing.yaml"], "missing.yaml does not exist: check the name"],
    [["-c", "folder"], "folder is a folder: name a file"],
    [
      ["check"],
      "there is no webserv.yaml here: name a file with --config, or make one with webserv init",
    ],
  ];
  for (const [args, message] of cases) {
    const result = await runProgram(args, { cwd: folder.path });
    assertEquals(result, { code: 1, stdout: "", stderr: `webserv: ${message}\n` });
  }
});

Deno.test("a wrong configuration ends serve and check with 2 and every issue, each with its place", async () => {
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, {
    "webserv.yaml": [
      "log_fromat: combined",
      "servers:",
      "  - listne: 8080",
      "    root: .",
      '    locations: { "/x": { autoindex: maybe, root: ., alias: . } }',
      "",
    ].join("\n"),
  });
  for (const args of [["serve"], ["check"], ["check", "-c", "webserv.yaml"]]) {
    const { code, stdout, stderr } = await runProgram(args, { cwd: folder.path });
    assertEquals([code, stdout], [2, ""]);
    assertPlain(stderr);
    for (
      const text of [
        /^webserv\.yaml:1: log_fromat: .*did you mean "log_format"\?/m,
        /^webserv\.yaml:3: servers\[0\]\.listne: .*did you mean "listen"\?/m,
        /^webserv\.yaml:5: servers\[0\]\.locations\["\/x"\]\.autoindex: .*maybe/m,
        /^webserv\.yaml:5: servers\[0\]\.locations\["\/x"\]\.\S+ .*alias/m,
      ]
    ) assertMatch(stderr, text);
  }
});

Deno.test("a file that is no YAML is told with its line", async () => {
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, { "webserv.yaml": "servers:\n  - root: [\n" });
  const { code, stderr } = await runProgram(["check"], { cwd: folder.path });
  assertEquals(code, 2);
  assertMatch(stderr, /^webserv\.yaml:[23]: /);
  assertPlain(stderr);
});

Deno.test("check prints what would be served, and warns of folders that are missing", async () => {
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, {
    "conf/my.yaml": `
servers:
  - listen: [8080, "[::1]:8081"]
    server_name: [a.test, "*.b.test"]
    root: site
    locations:
      /files/: { autoindex: on }
      /old: { return: 301 /new }
      /moved/: { return: "301 https://$host\${uri}x" }
      /app/: { alias: dist, try_files: [$uri, =404] }
      /wiki/: { alias: wiki, try_files: [$uri, /wiki/doku.php?id=$uri&$args], cgi: { .php: sh } }
      /api/: { proxy_pass: [http://127.0.0.1:3000, "http://unix:/run/app.sock:/v1/"] }
      /few/: { proxy_pass: "https://[::1]/x", allowed_methods: [GET, POST] }
`,
    "conf/site/x": "",
    "conf/wiki/doku.php": "",
  });
  const { code, stdout, stderr } = await runProgram(["check", "-c", "conf/my.yaml"], { cwd: folder.path });
  assertEquals(code, 0);
  for (
    const text of [
      `${join(folder.path, "conf/my.yaml")} is valid`,
      "http://127.0.0.1:8080/ http://[::1]:8081/ (a.test, *.b.test)",
      `/files/: files of ${join(folder.path, "conf/site")}, listing [GET HEAD]`,
      "/old: return 301 /new [GET HEAD]",
      "/moved/: return 301 https://$host${uri}x [GET HEAD]",
      `/app/: files of ${join(folder.path, "conf/dist")}, try $uri =404 [GET HEAD]`,
      `/wiki/: programs .php, files of ${
        join(folder.path, "conf/wiki")
      }, try $uri /wiki/doku.php?id=$uri&$args [GET HEAD POST]`,
      "/api/: passed on to http://127.0.0.1:3000, http://unix:/run/app.sock:/v1/ [every known method]",
      "/few/: passed on to https://[::1]:443/x [GET HEAD POST]",
      `otherwise: files of ${join(folder.path, "conf/site")} [GET HEAD]`,
    ]
  ) assertStringIncludes(stdout, text);
  assertEquals(
    stderr,
    `warning: conf/my.yaml:10: servers[0].locations["/app/"].alias: "${
      join(folder.path, "conf/dist")
    }" does not exist: requests for it get 404\n`,
  );
});

Deno.test("the demo's own configuration is valid", async () => {
  const root = fromFileUrl(new URL("../../", import.meta.url));
  const { code, stderr } = await runProgram(["check"], { cwd: root });
  assertEquals([code, stderr], [0, ""]);
});

Deno.test("every start says what check warns of, and still serves", async () => {
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, {
    "webserv.yaml": `
servers:
  - listen: "127.0.0.1:0"
    root: .
    error_page: { 404: /404.html }
    locations:
      /api/*: { allowed_methods: [GET, GETT] }
      /run: { cgi_script: run }
`,
    "run": "#!/no/such/interpreter\n",
  });
  const checked = await runProgram(["check"], { cwd: folder.path });
  const warnings = checked.stderr.split("\n").filter((line) => line !== "");
  assertEquals(warnings.length, 4, checked.stderr);
  await using server = launch([], { cwd: folder.path });
  await server.port();
  for (const warning of warnings) assertStringIncludes(server.output().stderr, `${warning}\n`);
});

Deno.test("a configuration in another encoding is told by its name, with the line", async () => {
  await using folder = await temporaryFolder();
  const text = "servers:\n  - root: \u00dcbung\n";
  await Deno.writeFile(
    join(folder.path, "webserv.yaml"),
    Uint8Array.from(text, (letter) => letter.charCodeAt(0)),
  );
  for (const args of [["check"], []]) {
    const { code, stderr } = await runProgram(args, { cwd: folder.path });
    assertEquals([code, stderr], [
      2,
      "webserv.yaml:2: not UTF-8 (byte 0xDC): it looks like Latin-1 (ISO 8859-1): save the file as UTF-8\n",
    ]);
  }
});
