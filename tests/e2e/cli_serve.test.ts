import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { ask, get, redirect } from "../support/ask.ts";
import { launch, temporaryFolder } from "../support/launch.ts";
import { isFile, startServer, writeFiles } from "../support/server.ts";
import { waitUntil } from "../support/wait.ts";

/** A configuration on any free port, of one line. */
const CONFIG = 'servers: [{ listen: "127.0.0.1:0", root: site }]\n';

Deno.test("a folder is served with listings and an access log unless asked otherwise", async () => {
  await using server = await startServer({ files: { "a.txt": "a", ".hidden": "" } });
  assertStringIncludes(await get(server.port, "/"), "Index of /");
  const answer = await ask(server.port, "/a.txt");
  assertEquals(answer.field("access-control-allow-origin"), undefined);
  assertEquals((await ask(server.port, "/a.txt", { method: "PUT", body: "b" })).status, 405);
  assertMatch(await get(server.port, "/missing"), /^404 /);
  await server.waitFor('"GET /a.txt HTTP/1.1" 200 1 "-" "-"');
  assertEquals(server.output().stderr, `listening on http://127.0.0.1:${server.port}/\n`);
});

Deno.test("--no-listing refuses to list, and an index is still found", async () => {
  await using server = await startServer({
    args: ["--no-listing"],
    files: { "dir/x": "", "with/index.html": "index" },
  });
  assertMatch(await get(server.port, "/dir/"), /^403 /);
  assertEquals(await get(server.port, "/with/"), "200 index");
});

Deno.test("--spa answers the front page where nothing matches", async () => {
  await using server = await startServer({
    args: ["--spa"],
    files: { "index.html": "app", "app.js": "code", "docs/index.html": "docs", "assets/x.js": "" },
  });
  assertEquals(await get(server.port, "/"), "200 app");
  assertEquals(await get(server.port, "/app.js"), "200 code");
  assertEquals(await get(server.port, "/users/7?tab=1"), "200 app");
  assertEquals((await ask(server.port, "/users/7")).field("content-type"), "text/html; charset=utf-8");
  assertEquals(await redirect(server.port, "/docs"), "301 /docs/");
  assertEquals(await get(server.port, "/docs/"), "200 docs");
  assertStringIncludes(await get(server.port, "/assets/"), "Index of");
  // Not everything is a page of the application.
  assertMatch(await get(server.port, "/.env"), /^404 /);
  assertMatch(await get(server.port, "/%zz"), /^400 /);
});

Deno.test("--spa answers pages alone: what takes no HTML, or has an extension, is missing as ever", async () => {
  await using server = await startServer({
    args: ["--spa"],
    files: { "index.html": "app", "a.b/page.html": "" },
  });
  const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";
  const cases: readonly (readonly [target: string, accept: string | undefined, status: number])[] = [
    ["/users/7", browser, 200],
    ["/users/7/", browser, 200],
    ["/users/7", undefined, 200],
    ["/users/7", "*/*", 200],
    ["/users/7", "text/html", 200],
    ["/users/7", "application/json", 404],
    ["/users/7", "text/html;q=0, */*", 404],
    ["/users/7", "image/avif,image/webp,image/*", 404],
    ["/missing.js", "*/*", 404],
    ["/missing.js", browser, 404],
    ["/a.b/missing", browser, 200],
    ["/users/jane.doe", browser, 404],
  ];
  for (const [target, accept, status] of cases) {
    for (const method of ["GET", "HEAD"]) {
      const fields = accept === undefined ? {} : { Accept: accept };
      const answer = await ask(server.port, target, { method, fields });
      assertEquals(answer.status, status, `${method} ${target} ${accept}`);
    }
  }
});

Deno.test("--header and --isolate go with every answer of the folder, errors and programs too", async () => {
  await using server = await startServer({
    args: [
      "--cgi",
      "--isolate",
      "--header",
      "Cache-Control: no-store",
      "--header",
      "X-A: 1",
      "--header",
      "X-A: 2",
    ],
    files: { "a.txt": "a", "cgi-bin/a.sh": "echo Cache-Control: max-age=60\necho\n" },
  });
  for (const target of ["/a.txt", "/", "/missing", "/%zz", "/cgi-bin/a.sh", "/cgi-bin/missing.sh"]) {
    const answer = await ask(server.port, target);
    assertEquals(
      ["Cache-Control", "X-A", "Cross-Origin-Opener-Policy", "Cross-Origin-Embedder-Policy"].map((name) =>
        answer.fields.filter(([field]) => field.toLowerCase() === name.toLowerCase()).map(([, value]) =>
          value
        )
      ),
      [["no-store"], ["1", "2"], ["same-origin"], ["require-corp"]],
      target,
    );
  }
});

Deno.test("--spa without a front page is a plain 404", async () => {
  await using server = await startServer({ args: ["--spa"], files: { "x": "" } });
  assertMatch(await get(server.port, "/missing"), /^404 /);
});

Deno.test("--cors marks every answer and answers preflights", async () => {
  await using server = await startServer({ args: ["--cors"], files: { "a.txt": "a" } });
  for (const target of ["/a.txt", "/", "/missing"]) {
    assertEquals((await ask(server.port, target)).field("access-control-allow-origin"), "*", target);
  }
  const fromPublicSite = await ask(server.port, "/a.txt", {
    method: "OPTIONS",
    fields: {
      Origin: "https://a.test",
      "Access-Control-Request-Method": "GET",
      "Access-Control-Request-Private-Network": "true",
    },
  });
  assertEquals(fromPublicSite.field("access-control-allow-private-network"), "true");
  const preflight = await ask(server.port, "/a.txt", {
    method: "OPTIONS",
    fields: {
      Origin: "http://a.test",
      "Access-Control-Request-Method": "PUT",
      "Access-Control-Request-Headers": "x-a",
    },
  });
  assertEquals([preflight.status, preflight.field("access-control-allow-methods")], [204, "PUT"]);
  assertEquals(preflight.field("access-control-allow-headers"), "x-a");
});

Deno.test("--quiet keeps no access log, for a folder and for a configuration", async () => {
  for (const option of ["--quiet", "-q"]) {
    for (const config of [undefined, "servers: [{ listen: LISTEN, root: . }]"]) {
      await using server = await startServer({
        args: [option],
        files: { "a.txt": "a" },
        ...(config !== undefined && { config }),
      });
      assertEquals(await get(server.port, "/a.txt"), "200 a");
      server.kill("SIGTERM");
      assertEquals(await server.status, 0);
      assertEquals(server.output().stdout, "");
    }
  }
});

Deno.test("options may stand behind the folder, and --port=0 tells the real port", async () => {
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, { "--odd/a.txt": "odd", "public/a.txt": "public" });
  const cases: [string[], string][] = [
    [["public", "--port=0", "-q"], "200 public"],
    [["serve", "-qp", "0", "public"], "200 public"],
    [["-p", "0", "serve", "./--odd"], "200 odd"],
  ];
  for (const [args, expected] of cases) {
    await using server = launch(args, { cwd: folder.path });
    const port = await server.port();
    assert(port > 0);
    assertEquals(await get(port, "/a.txt"), expected, args.join(" "));
  }
});

Deno.test("without DIR and -c the webserv.yaml of the current folder is used, else the folder is served", async () => {
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, { "a.txt": "the folder's", "site/a.txt": "the site's" });
  {
    await using server = launch(["-p", "0"], { cwd: folder.path });
    assertEquals(await get(await server.port(), "/a.txt"), "200 the folder's");
  }
  await writeFiles(folder.path, { "webserv.yaml": CONFIG });
  for (const args of [[], ["serve"]]) {
    await using server = launch(args, { cwd: folder.path });
    assertEquals(await get(await server.port(), "/a.txt"), "200 the site's");
  }
  // A folder that is named is served, whatever lies in it.
  await using server = launch(["-p", "0", "."], { cwd: folder.path });
  assertEquals(await get(await server.port(), "/a.txt"), "200 the folder's");
});

Deno.test("-c reads a file anywhere, whose paths start at its own folder", async () => {
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, {
    "webserv.yaml": "servers: wrong",
    "conf/my.yaml": CONFIG,
    "conf/site/a.txt": "beside the configuration",
  });
  for (
    const args of [["-c", "conf/my.yaml"], [`--config=${join(folder.path, "conf/my.yaml")}`, "serve"]]
  ) {
    await using server = launch(args, { cwd: folder.path });
    assertEquals(await get(await server.port(), "/a.txt"), "200 beside the configuration");
  }
});

Deno.test("--port and --host beat the one address of a configuration, and no more than one", async () => {
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, {
    "one.yaml": "servers: [{ listen: 1, root: . }, { listen: 1, server_name: b.test, return: 200 b }]",
    "two.yaml": "servers: [{ listen: [1, 2], root: . }]",
    "a.txt": "a",
  });
  await using server = launch(["-c", "one.yaml", "-p", "0", "--host", "127.0.0.2"], { cwd: folder.path });
  const [, port] = await server.says(/listening on http:\/\/127\.0\.0\.2:(\d+)\/\n/);
  assert(Number(port) > 1);
  await assertRejects(() => Deno.connect({ port: Number(port), hostname: "127.0.0.1" }));
  await using other = launch(["-c", "two.yaml", "-p", "0"], { cwd: folder.path });
  assertEquals(await other.status, 2);
  assertStringIncludes(other.output().stderr, "--port cannot replace 2 addresses");
});

Deno.test("SIGINT and SIGTERM end it with status 0 and without a word", async () => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    await using server = await startServer({ files: { "a.txt": "a" } });
    server.kill(signal);
    assertEquals(await server.status, 0);
    assertEquals(server.output().stderr, `listening on http://127.0.0.1:${server.port}/\n`);
  }
});

Deno.test({
  name: "--open opens the first address, and a browser that stays does not keep the server from stopping",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using folder = await temporaryFolder();
    const script = '#!/bin/sh\necho "$$ $1" > opened.new && mv opened.new opened\nexec sleep 30\n';
    await writeFiles(folder.path, { "bin/xdg-open": script });
    await Deno.chmod(join(folder.path, "bin/xdg-open"), 0o755);
    const env = { PATH: `${join(folder.path, "bin")}:${Deno.env.get("PATH")}` };
    await using server = launch(["--open", "-p", "0", "--host", "0.0.0.0", "."], { cwd: folder.path, env });
    const opened = join(folder.path, "opened");
    await waitUntil(() => isFile(opened), "the browser is started");
    const [, pid, url] = /^(\d+) (.*)\n$/.exec(await Deno.readTextFile(opened))!;
    try {
      assertEquals(url, `http://localhost:${await server.port()}/`);
      server.kill("SIGTERM");
      assertEquals(await server.status, 0);
    } finally {
      Deno.kill(Number(pid), "SIGKILL");
    }
  },
});
