/**
 * The inspector's address, its files and its command: start, reload, end.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { get } from "../support/ask.ts";
import { launch, temporaryFolder } from "../support/launch.ts";
import { hasPython, onTerminal } from "../support/on_terminal.ts";
import { runProgram, startServer, writeFiles } from "../support/server.ts";
import { waitUntil } from "../support/wait.ts";
import { inspectorIn, startInspected } from "./inspector_support.ts";

const CONFIG = "admin: 127.0.0.1:0\nservers: [{ listen: LISTEN, root: . }]\n";

async function status(url: string, token?: string): Promise<number> {
  const headers: HeadersInit = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  try {
    const answer = await fetch(url, { headers });
    await answer.body?.cancel();
    return answer.status;
  } catch {
    return 0;
  }
}

const filesIn = (folder: string) => {
  try {
    return [...Deno.readDirSync(`${folder}/servers`)].map(({ name }) => name);
  } catch {
    return [];
  }
};

Deno.test("--inspect takes the next port where its own is taken, the token is another each time, and nothing is left", async () => {
  await using data = await temporaryFolder();
  await using a = await startInspected({ files: { "a.txt": "a" } }, data.path);
  await using b = await startInspected({}, data.path);
  assert(a.admin !== b.admin && a.token !== b.token);
  assertMatch(a.token, /^[\w-]{32}$/);
  for (const { admin, token } of [a, b]) {
    assertEquals([await status(`${admin}/requests`, token), await status(`${admin}/requests`)], [200, 401]);
  }
  assertEquals(await status(`${a.admin}/requests`, b.token), 401);
  const { pid, ...health } = await (await fetch(`${a.admin}/health`)).json();
  assertEquals([pid, health.status, health.workers], [a.pid, "ok", 1]);
  assertEquals(filesIn(data.path).sort(), [`${a.pid}.json`, `${b.pid}.json`].sort());
  const file = `${data.path}/servers/${a.pid}.json`;
  assertEquals(JSON.parse(await Deno.readTextFile(file)), {
    pid: a.pid,
    admin: `${a.admin}/`,
    token: a.token,
    file: null,
    place: a.folder,
  });
  assertEquals((await Deno.stat(file)).mode! & 0o777, 0o600);
  a.kill("SIGTERM");
  assertEquals([await a.status, filesIn(data.path)], [0, [`${b.pid}.json`]]);
  assertEquals(await status(`${a.admin}/health`), 0);
});

Deno.test("without it there is no inspector, no file and no word of it", async () => {
  await using data = await temporaryFolder();
  await using server = await startServer({ env: { WEBSERV_DATA: data.path } });
  assertEquals([filesIn(data.path), server.output().stderr.includes("inspector")], [[], false]);
});

Deno.test("an address that is taken, that others reach, or that is none, says so", async () => {
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using folder = await temporaryFolder();
  const cases: [admin: string, code: number, said: string][] = [
    [
      `127.0.0.1:${taken.addr.port}`,
      1,
      `the inspector cannot listen on 127.0.0.1:${taken.addr.port}: port ${taken.addr.port} is taken`,
    ],
    ["0.0.0.0:8079", 2, "for this machine alone"],
    ['"[::]:8079"', 2, "for this machine alone"],
    ["192.0.2.1:8079", 2, "for this machine alone"],
    ["example.test:8079", 2, "for this machine alone"],
    ["8079 ssl", 2, "no TLS"],
  ];
  for (const [admin, code, said] of cases) {
    await writeFiles(folder.path, {
      "webserv.yaml": `admin: ${admin}\nservers: [{ listen: "127.0.0.1:0", root: . }]`,
    });
    const result = await runProgram(["-c", `${folder.path}/webserv.yaml`], {
      env: { WEBSERV_DATA: folder.path },
    });
    assertEquals(result.code, code, result.stderr);
    assertStringIncludes(result.stderr, said);
  }
  taken.close();
});

Deno.test("a reload brings it, moves it, keeps its token, and takes it away; a bad address leaves it", async () => {
  await using data = await temporaryFolder();
  const plain = CONFIG.replace(/^admin.*\n/, "");
  await using server = await startServer({
    config: plain,
    files: { "a.txt": "a" },
    env: { WEBSERV_DATA: data.path },
  });
  const path = `${server.folder}/webserv.yaml`;
  const reload = async (text: string, what: RegExp) => {
    const before = server.output().stderr.length;
    await Deno.writeTextFile(path, text.replace("LISTEN", `"127.0.0.1:${server.port}"`));
    server.kill("SIGHUP");
    await waitUntil(() => what.test(server.output().stderr.slice(before)), `${what} is said`);
    return server.output().stderr.slice(before);
  };
  const first = inspectorIn(await reload(CONFIG, /inspector at .*\n/));
  assertEquals(await get(server.port, "/a.txt"), "200 a");
  await waitUntil(
    async () => (await (await fetch(`${first.admin}/requests?token=${first.token}`)).json()).length === 1,
    "it is there",
  );
  await waitUntil(() => filesIn(data.path).length === 1, "its file is there");

  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 }), { port } = listener.addr;
  const config = CONFIG.replace("127.0.0.1:0", `127.0.0.1:${port}`);
  await reload(config, /inspector cannot listen on .*[^]*the old one stays/);
  assertEquals(await status(`${first.admin}/requests`, first.token), 200);
  listener.close();
  const second = inspectorIn(await reload(config, /inspector at .*\n/));
  assertEquals(second, { admin: `http://127.0.0.1:${port}`, token: first.token });
  assertEquals([
    await status(`${first.admin}/health`),
    await status(`${second.admin}/requests`, second.token),
  ], [0, 200]);
  await reload(plain, /is loaded again/);
  await waitUntil(async () => await status(`${second.admin}/health`) === 0, "it is gone");
  await waitUntil(() => filesIn(data.path).length === 0, "its file is gone");
  assertEquals(await get(server.port, "/a.txt"), "200 a");
});

Deno.test("webserv requests finds the server, shows its requests as asked, and says where it finds none", async () => {
  await using data = await temporaryFolder();
  const env = { WEBSERV_DATA: data.path };
  const none = await runProgram(["requests"], { env });
  assertEquals([none.code, none.stdout], [1, ""]);
  assertStringIncludes(none.stderr, "no server with an inspector runs: start one with --inspect");

  await using server = await startInspected({ config: CONFIG, files: { "a.txt": "a" } }, data.path);
  await get(server.port, "/a.txt");
  await get(server.port, "/nix?token=S3CRET");
  const file = `${server.folder}/webserv.yaml`;
  for (
    const args of [[], ["-c", file], ["--admin", server.admin], [
      "--admin",
      `${server.admin}/?token=${server.token}`,
    ]]
  ) {
    const { code, stdout, stderr } = await server.requests(...args);
    assertEquals([code, stderr], [0, ""], args.join(" "));
    const [head, ...rows] = stdout.trimEnd().split("\n");
    assertMatch(head!, /^ +id {2}time +status {2}method +took {2}url {2}location$/);
    assertEquals(rows.length, 2);
    assertMatch(
      rows[1]!,
      / 2 {2}\d\d:\d\d:\d\d {2}404 {5}GET .* ms {2}localhost\/nix\?token=\*\*\* {2}\/ \(line 2\)$/,
    );
  }
  const json = await server.requests(
    "--json",
    "--status",
    "4xx",
    "--method",
    "get",
    "--path",
    "/n",
    "--host",
    "localhost",
    "--since",
    "1",
  );
  assertEquals(JSON.parse(json.stdout).map(({ id }: { id: number }) => id), [2]);
  assertEquals(JSON.parse((await server.requests("--json", "--status=200,301")).stdout).length, 1);

  const wrong: [args: string[], code: number, said: string][] = [
    [["--since", "x"], 2, "--since must be"],
    [["--admin", "http://127.0.0.1:1/"], 1, "no token is known"],
    [["-c", `${server.folder}/other.yaml`], 1, "no server with an inspector runs with"],
  ];
  for (const [args, code, said] of wrong) {
    const result = await server.requests(...args);
    assertEquals([result.code, result.stdout], [code, ""], args.join(" "));
    assertStringIncludes(result.stderr, said);
  }

  await using other = await startInspected({}, data.path);
  const several = await server.requests();
  assertEquals(several.code, 1);
  for (
    const text of [
      "2 servers run",
      `--admin ${server.admin}/  ${file}`,
      `--admin ${other.admin}/  ${other.folder}`,
    ]
  ) {
    assertStringIncludes(several.stderr, text);
  }
  assertEquals((await server.requests("-c", file)).code, 0);
  other.kill("SIGKILL");
  await other.status;
  assertEquals(filesIn(data.path).length, 2);
  assertEquals(
    [(await server.requests()).code, filesIn(data.path)],
    [0, [`${server.pid}.json`]],
    "what it left is removed",
  );
});

Deno.test("webserv requests --follow shows each request as it comes, survives a reload, and ends with the server", async () => {
  await using server = await startInspected({ config: CONFIG, files: { "a.txt": "a" } });
  await get(server.port, "/first");
  await using following = launch(["requests", "--follow", "--json"], { env: { WEBSERV_DATA: server.data } });
  const shows = (path: string) =>
    waitUntil(() => following.output().stdout.includes(path), `${path} is shown`);
  await shows("/first");
  await get(server.port, "/second");
  await shows("/second");
  const extra = CONFIG.replace("LISTEN", `[127.0.0.1:${server.port}, 127.0.0.1:0]`);
  await Deno.writeTextFile(`${server.folder}/webserv.yaml`, extra);
  server.kill("SIGHUP");
  await server.waitFor(/is loaded again/);
  await get(server.port, "/third");
  await shows("/third");
  server.kill("SIGTERM");
  await server.status;
  assertEquals(await following.status, 1);
  await following.says(/the server has ended/);
});

Deno.test("--ready-json has the inspector's address, for programs that start a server", async () => {
  await using server = await startInspected({ args: ["--ready-json"] });
  await server.waitFor(/"ready":true.*\n/);
  const { inspector } = JSON.parse(server.output().stdout.split("\n")[0]!);
  assertEquals(inspector, `${server.admin}/?token=${server.token}`);
});

Deno.test({
  name:
    "on a terminal the address is a row of the start, told once; requests are coloured rows that fit (needs python3)",
  ignore: !hasPython,
  async fn() {
    await using data = await temporaryFolder();
    await writeFiles(data.path, { "site/a.txt": "a" });
    const env = { WEBSERV_DATA: data.path };
    await using server = onTerminal(["--inspect", "-p", "0", `${data.path}/site`], { env });
    const [, token] = await server.shows(/\n {2}inspect {2}http:\/\/127\.0\.0\.1:\d+\/\?token=([\w-]{32})\n/);
    await server.shows(/Ctrl\+C stops it/);
    const port = await server.port();
    await get(port, `/nix/${"x".repeat(200)}`);
    await server.shows(/404 GET/);
    assertEquals(server.shown.split(token!).length - 1, 1);
    await using table = onTerminal(["requests"], { env });
    assertEquals(await table.status, 0);
    const rows = table.shown.trimEnd().split("\n");
    assertMatch(rows.at(-1)!, / 404 .* GET .*…/);
    assert(rows.every((row) => row.length <= 80), table.shown);
    assert(table.raw.includes("\x1b[33m"), "404 has its colour");
  },
});
