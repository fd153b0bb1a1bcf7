/**
 * Nothing that was uploaded is run or obeyed, with real links, a real check and real signals. Every overlap of stores
 * and programs by itself: tests/site/never_run.test.ts.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { needs, PLAIN } from "./cgi_support.ts";
import { ask, get } from "../support/ask.ts";
import { launch, temporaryFolder } from "../support/launch.ts";
import { test } from "../support/protocols.ts";
import { runProgram, startServer, writeFiles } from "../support/server.ts";
import { waitUntil } from "../support/wait.ts";

/** They need links, sh and SIGHUP. */
const ignore = Deno.build.os === "windows";

const put = (port: number, target: string, body: string) => ask(port, target, { method: "PUT", body });

test({
  name: "a link among the programs to what was uploaded is 403, and the error log says why",
  ignore,
  fn: async () => {
    await using server = await startServer({
      config: `
access_log: off
servers:
  - listen: LISTEN
    locations:
      /up/: { upload_store: up }
      /run/: { alias: run, cgi: { .sh: sh, .cgi: true } }
      /one/: { cgi_script: one }
`,
      files: { "run/good.sh": `${PLAIN}echo good`, "one": "#!/bin/sh\n" },
    });
    await Deno.chmod(`${server.folder}/one`, 0o755);
    assertEquals((await put(server.port, "/up/evil.sh", `${PLAIN}echo evil`)).status, 201);
    // Later than the start, which would have refused a folder of programs that leads into a store.
    await Deno.symlink("../up/evil.sh", `${server.folder}/run/link.sh`);
    await Deno.rename(`${server.folder}/run`, `${server.folder}/moved`);
    await Deno.symlink("moved", `${server.folder}/run`);
    await Deno.remove(`${server.folder}/one`);
    await Deno.symlink("up/evil.sh", `${server.folder}/one`);
    await Deno.chmod(`${server.folder}/up/evil.sh`, 0o755);
    assertEquals(await get(server.port, "/run/good.sh"), "200 good\n");
    for (const target of ["/run/link.sh", "/one/"]) {
      const { status, text } = await ask(server.port, target);
      // A link that leads out of the folder of programs leads nowhere.
      assertEquals(status, target === "/one/" ? 403 : 404);
      assert(!text.includes("evil"));
    }
    await server.waitFor(/GET \/one\/: .*\/one lies in .*\/up: nothing that strangers write is ever run/);
    await Deno.remove(`${server.folder}/run`);
    await Deno.symlink("up", `${server.folder}/run`);
    assertEquals((await ask(server.port, "/run/evil.sh")).status, 403);
    assertEquals(await get(server.port, "/up/evil.sh"), `200 ${PLAIN}echo evil`);
  },
});

test({
  name: "with --upload and --cgi the programs of cgi-bin run, and what was uploaded does not",
  ignore,
  fn: async () => {
    await using server = await startServer({
      args: ["--upload", "--cgi"],
      files: { "cgi-bin/good.sh": `${PLAIN}echo good` },
    });
    assertEquals((await put(server.port, "/evil.sh", `${PLAIN}echo evil`)).status, 201);
    assertEquals((await put(server.port, "/cgi-bin/evil.sh", `${PLAIN}echo evil`)).status, 405);
    assertEquals(await get(server.port, "/cgi-bin/good.sh"), "200 good\n");
    assertEquals(await get(server.port, "/evil.sh"), `200 ${PLAIN}echo evil`);
  },
});

test({
  ...needs(
    ["deno"],
    "with --upload and --cgi no deno.json or package.json that was uploaded says what a program runs",
  ),
  fn: async () => {
    await using server = await startServer({
      args: ["--upload", "--cgi"],
      files: {
        "cgi-bin/good.ts": 'console.log("Content-Type: text/plain\\n\\ngood");',
        "cgi-bin/x.ts": 'import "bare";\nconsole.log("Content-Type: text/plain\\n\\nx");',
      },
    });
    const evil = 'console.log("Content-Type: text/plain\\n\\nevil");';
    assertEquals((await put(server.port, "/evil.ts", evil)).status, 201);
    const settings = {
      "deno.json": '{ "imports": { "bare": "./evil.ts" } }',
      "package.json": '{ "name": "bare", "exports": "./evil.ts" }',
    };
    for (const [name, text] of Object.entries(settings)) {
      assertEquals((await put(server.port, `/${name}`, text)).status, 201);
      assertMatch(await get(server.port, "/cgi-bin/x.ts"), /^502 /);
      assertEquals(await get(server.port, "/cgi-bin/good.ts"), "200 good\n");
      assertEquals((await ask(server.port, `/${name}`, { method: "DELETE" })).status, 204);
    }
  },
});

test({
  name: "check and start refuse stores and programs that overlap through a link, with line and key",
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, {
      "up/sub": null,
      "my.yaml": [
        "access_log: link/a.log",
        "servers:",
        '  - listen: "127.0.0.1:0"',
        "    locations:",
        "      /up/: { upload_store: up }",
        "      /run/: { alias: link/sub, cgi: { .sh: sh } }",
        "",
      ].join("\n"),
    });
    await Deno.symlink("up", `${folder.path}/link`);
    for (const command of ["check", "serve", "permissions"]) {
      const { code, stdout, stderr } = await runProgram([command, "-c", "my.yaml"], { cwd: folder.path });
      assertEquals([code, stdout], [2, ""], stderr);
      assertMatch(stderr, /^my\.yaml:1: access_log: the log lies in the upload store on line 5/m);
      assertMatch(
        stderr,
        /^my\.yaml:6: servers\[0\]\.locations\["\/run\/"\]\.cgi: .* lie in the upload store on line 5/m,
      );
    }
  },
});

const IN_ITS_STORE = 'access_log: off\nservers: [{ listen: "127.0.0.1:0", locations: { /: STORE } }]\n';

test("a webserv.yaml in a store of its own is not taken up unless it is named", async () => {
  await using folder = await temporaryFolder();
  const text = IN_ITS_STORE.replace("STORE", "{ upload_store: . }");
  await writeFiles(folder.path, { "webserv.yaml": text });
  for (const command of ["serve", "check"]) {
    const { code, stderr } = await runProgram([command], { cwd: folder.path });
    assertEquals(code, 2);
    assertMatch(stderr, /^webserv\.yaml:2: .*\.upload_store: the configuration file itself lies .* --config/);
  }
  await using server = launch(["-c", "webserv.yaml"], { cwd: folder.path });
  const port = await server.port();
  assertMatch(server.output().stderr, /^warning: webserv\.yaml:2: .*whoever uploads may change what it says/);
  assertEquals((await put(port, "/webserv.yaml", "servers: []")).status, 400);
  assertEquals((await put(port, "/WebServ.YAML", "servers: []")).status, 400);
  assertEquals(await Deno.readTextFile(`${folder.path}/webserv.yaml`), text);
});

test({
  name: "SIGHUP takes up no webserv.yaml where there was none at the start",
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, { "a.txt": "a", "other/a.txt": "other" });
    for (const args of [["-p", "0"], ["-p", "0", "--upload"]]) {
      await using server = launch(args, { cwd: folder.path });
      const port = await server.port();
      if (args.includes("--upload")) assertEquals((await put(port, "/webserv.yaml", "x")).status, 400);
      await writeFiles(folder.path, { "webserv.yaml": "servers: [{ listen: 0, root: other }]" });
      server.kill("SIGHUP");
      await server.says(/there is no configuration file to load again/);
      assertEquals(await get(port, "/a.txt"), "200 a");
      await Deno.remove(`${folder.path}/webserv.yaml`);
    }
  },
});

test({
  name: "SIGHUP takes up no webserv.yaml that lies in a store of the running server by now",
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    const text = IN_ITS_STORE.replace("STORE", "{ upload_store: up }");
    await writeFiles(folder.path, { "webserv.yaml": text, "up/a.txt": "a" });
    await using server = launch([], { cwd: folder.path });
    const port = await server.port();
    server.kill("SIGHUP");
    await server.says(/webserv\.yaml is loaded again/);
    await Deno.remove(`${folder.path}/up`, { recursive: true });
    await Deno.symlink(".", `${folder.path}/up`);
    await writeFiles(folder.path, { "webserv.yaml": text.replace("upload_store: up", "return: 410") });
    server.kill("SIGHUP");
    await server.says(/webserv\.yaml lies in the upload store .*\/up: move it, or start with --config/);
    assertEquals((await ask(port, "/")).status, 403);
    // A file that is gone is said to be gone, and nothing else is served in its place.
    await Deno.remove(`${folder.path}/up`);
    await Deno.remove(`${folder.path}/webserv.yaml`);
    server.kill("SIGHUP");
    await server.says(/webserv\.yaml does not exist/);
    await waitUntil(
      () => server.output().stderr.split("the old one stays").length === 3,
      "both were refused",
    );
    assertStringIncludes(server.output().stderr, "the configuration was not loaded again");
  },
});
