/**
 * What a start and a reload say where nobody sits at a terminal.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { freePort } from "../../lib/runtime/free_port.ts";
import { get } from "../support/ask.ts";
import { launch, temporaryFolder } from "../support/launch.ts";
import { end, program, runProgram, startServer, writeFiles } from "../support/server.ts";
import { waitUntil } from "../support/wait.ts";

const ignore = Deno.build.os === "windows";

Deno.test("the warnings of check are printed at every start, and at every reload", async () => {
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, {
    "webserv.yaml": `access_log: off
servers: [{ listen: "127.0.0.1:0", root: gone, locations: { /c/: { cgi_script: script } } }]`,
    "script": "#!/no/such/interpreter\n",
  });
  const warnings = (text: string) => text.match(/^warning: .*$/gm);
  const { stderr } = await runProgram(["check"], { cwd: folder.path });
  assertEquals(warnings(stderr)?.length, 2);
  await using server = launch([], { cwd: folder.path });
  await server.port();
  assertEquals(warnings(server.output().stderr), warnings(stderr));
  if (ignore) return;
  server.kill("SIGHUP");
  await server.says(/Z warning: .*gone" does not exist/);
});

Deno.test("a store that other machines reach is warned of, one that they do not is not", async () => {
  const cases: [listen: string, rest: string, warning: RegExp | undefined][] = [
    [
      "0.0.0.0:8080",
      "locations: { /up/: { upload_store: u } }",
      /whoever reaches this machine .* below \/up\/: /,
    ],
    [
      "192.0.2.1:80",
      "locations: { /up/: { upload_store: u } }",
      /whoever reaches 192\.0\.2\.1 .* below \/up\/: /,
    ],
    ["127.0.0.1:8080", "locations: { /up/: { upload_store: u } }", undefined],
    ["0.0.0.0:8080", "locations: { /up/: { upload_store: u, allowed_methods: GET } }", undefined],
    ["0.0.0.0:8080", "root: .", undefined],
  ];
  await using folder = await temporaryFolder();
  for (const [listen, rest, warning] of cases) {
    await writeFiles(folder.path, { "webserv.yaml": `servers: [{ listen: "${listen}", ${rest} }]` });
    const { stderr } = await runProgram(["check"], { cwd: folder.path });
    if (warning === undefined) assertEquals(stderr, "");
    else assertMatch(stderr, warning);
  }
});

Deno.test({
  name: "a reload says where it listens now, and only that",
  ignore,
  async fn() {
    await using folder = await temporaryFolder();
    const write = (servers: string) =>
      writeFiles(folder.path, { "webserv.yaml": `access_log: off\nservers: [${servers}]` });
    await write('{ listen: "127.0.0.1:0", return: 200 one }');
    await using server = launch([], { cwd: folder.path });
    const first = await server.port();
    await write(`{ listen: [${first}, "127.0.0.2:0"], return: 200 two }`);
    server.kill("SIGHUP");
    const [, second] = await server.says(/listening on http:\/\/127\.0\.0\.2:(\d+)\/\n/);
    await server.says(/is loaded again\n/);
    const lines = server.output().stderr.match(/^listening on .*$/gm);
    assertEquals(lines, [
      `listening on http://127.0.0.1:${first}/`,
      `listening on http://127.0.0.2:${second}/`,
    ]);
  },
});

Deno.test("--watch-config loads a changed file again, once, and the old one stays where it has errors", async () => {
  await using folder = await temporaryFolder();
  const config = (text: string) =>
    `access_log: off\nservers: [{ listen: "127.0.0.1:0", return: 200 ${text} }]\n`;
  await writeFiles(folder.path, { "webserv.yaml": config("one") });
  await using server = launch(["--watch-config"], { cwd: folder.path });
  const port = await server.port();
  assertEquals(await get(port, "/"), "200 one");
  await writeFiles(folder.path, { "new.yaml": config("two") });
  await Deno.rename(`${folder.path}/new.yaml`, `${folder.path}/webserv.yaml`);
  await waitUntil(async () => await get(port, "/") === "200 two", "the other configuration is served");
  await writeFiles(folder.path, { "webserv.yaml": "servers: [{ lisen: 1 }]\n" });
  await server.says(/the old one stays\n/);
  assertEquals(await get(port, "/"), "200 two");
  await writeFiles(folder.path, { "webserv.yaml": config("three") });
  await waitUntil(async () => await get(port, "/") === "200 three", "the last configuration is served");
  await server.says(/(is loaded again[^]*){2}/);
  const { stderr } = server.output();
  assertEquals(stderr.match(/is loaded again/g)?.length, 2, stderr);
  assertEquals(stderr.match(/the old one stays/g)?.length, 1, stderr);
});

Deno.test("options for logs and the file are refused with what to do instead", async () => {
  await using folder = await temporaryFolder();
  for (
    const [args, message] of [
      [["--watch-config"], "--watch-config needs a configuration file: name one with --config"],
      [["--watch-config", "."], "--watch-config needs a configuration file: name one with --config"],
      [["--log-format", "jsn"], '--log-format must be dev, combined, common or json, not "jsn"'],
    ] as const
  ) {
    const result = await runProgram(args, { cwd: folder.path });
    assertEquals(result, { code: 2, stdout: "", stderr: `webserv: ${message}\n` });
  }
});

Deno.test("--log-format takes the place of log_format, and dev may be had without a terminal", async () => {
  await using server = await startServer({
    config: "log_format: json\nservers: [{ listen: LISTEN, return: 200 hello }]",
    args: ["--log-format", "dev"],
  });
  await get(server.port, `/${"x".repeat(500)}`);
  // In whole, and without a colour.
  await server.waitFor(/^\d\d:\d\d:\d\d 200 GET {2}\/x{500} {2}5 B {2}[\d.]+ ms\n/m);
});

Deno.test({
  name: "a standard error that cannot be written is no reason not to serve",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using folder = await temporaryFolder();
    for (const redirection of ["2>/dev/full", "2>&-"]) {
      const port = freePort();
      const words = [...program(), "-p", String(port), "--upload", "--host", "0.0.0.0", folder.path];
      const child = new Deno.Command("sh", {
        args: ["-c", `exec "$@" ${redirection}`, "sh", ...words],
        stdin: "null",
        stdout: "null",
        stderr: "null",
      }).spawn();
      try {
        let ended = false;
        void child.status.then(() => ended = true);
        const answers = () => get(port, "/").then((answer) => answer.startsWith("200"), () => false);
        await waitUntil(async () => ended || await answers(), `it serves with ${redirection}`);
        assert(!ended, `it ended with ${redirection}`);
      } finally {
        await end(child);
      }
    }
  },
});

Deno.test({
  name: "a standard output that cannot be written is an error in one line",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const words = [...program(), "--help"];
    const { code, stderr } = await new Deno.Command("sh", {
      args: ["-c", 'exec "$@" >/dev/full', "sh", ...words],
    }).output();
    assertEquals(code, 1);
    assertMatch(new TextDecoder().decode(stderr), /^webserv: standard output cannot be written: [^\n]+\n$/);
  },
});
