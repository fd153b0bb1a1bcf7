import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { ask, get } from "../support/ask.ts";
import { launch, temporaryFolder } from "../support/launch.ts";
import { runProgram, writeFiles } from "../support/server.ts";

const WRITTEN = ["webserv.yaml", "site/index.html", "cgi-bin/hello.sh"];

Deno.test("init writes a configuration that check finds right and serve serves", async () => {
  await using folder = await temporaryFolder();
  const { code, stdout, stderr } = await runProgram(["init"], { cwd: folder.path });
  assertEquals([code, stdout], [0, ""]);
  for (const name of WRITTEN) assertStringIncludes(stderr, `wrote ${name}\n`);
  assertStringIncludes(stderr, "now run: webserv\n");
  const checked = await runProgram(["check"], { cwd: folder.path });
  assertEquals([checked.code, checked.stderr], [0, ""]);

  await using server = launch(["-p", "0"], { cwd: folder.path });
  const front = await ask(await server.port(), "/");
  assertEquals([front.status, front.field("content-type")], [200, "text/html; charset=utf-8"]);
  assertStringIncludes(front.text, "It works");
  const program = await ask(await server.port(), "/cgi-bin/hello.sh");
  assertEquals([program.status, program.text], [200, "Hello from a program. You asked with GET.\n"]);
  for (const target of ["/webserv.yaml", "/../webserv.yaml"]) {
    assert((await get(await server.port(), target)).startsWith("404 "), target);
  }
});

Deno.test("init makes the folder that is named, and says how to serve it", async () => {
  await using folder = await temporaryFolder();
  const { code, stderr } = await runProgram(["init", "new/site"], { cwd: folder.path });
  assertEquals(code, 0);
  assertStringIncludes(stderr, "now run: webserv -c new/site/webserv.yaml\n");
  for (const name of WRITTEN) assert((await Deno.stat(join(folder.path, "new/site", name))).isFile);
  const { mode } = await Deno.stat(join(folder.path, "new/site/cgi-bin/hello.sh"));
  assert(mode === null || (mode & 0o111) === 0o111, "the program must be executable");
  await using server = launch(["-c", "new/site/webserv.yaml", "-p", "0"], { cwd: folder.path });
  assertStringIncludes(await get(await server.port(), "/"), "200 <!DOCTYPE html>");
});

Deno.test("init --full writes every key, and what check finds right", async () => {
  await using folder = await temporaryFolder();
  assertEquals((await runProgram(["init", "--full"], { cwd: folder.path })).code, 0);
  const text = await Deno.readTextFile(join(folder.path, "webserv.yaml"));
  for (const key of ["#workers: 1", "  #header: 10s", "    root: site", "        #upload_store: files"]) {
    assertStringIncludes(text, `\n${key}\n`);
  }
  const checked = await runProgram(["check"], { cwd: folder.path });
  assertEquals([checked.code, checked.stderr], [0, ""]);
  await using server = launch(["-p", "0"], { cwd: folder.path });
  assertStringIncludes(await get(await server.port(), "/"), "200 <!DOCTYPE html>");
  assertStringIncludes(await get(await server.port(), "/cgi-bin/hello.sh"), "200 Hello from a program.");
});

Deno.test("init writes over nothing, and then writes nothing at all", async () => {
  for (const name of WRITTEN) {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, { [name]: "mine" });
    const { code, stdout, stderr } = await runProgram(["init"], { cwd: folder.path });
    assertEquals([code, stdout, stderr], [
      2,
      "",
      `webserv: ${name} is there already: nothing was written\n`,
    ]);
    assertEquals(await Deno.readTextFile(join(folder.path, name)), "mine");
    for (const other of WRITTEN.filter((written) => written !== name)) {
      const there = await Deno.stat(join(folder.path, other)).then(() => true, () => false);
      assert(!there, `${other} was written beside ${name}`);
    }
  }
});

Deno.test("init says so where a part of the path is a file", async () => {
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, { "file": "" });
  const { code, stderr } = await runProgram(["init", "file"], { cwd: folder.path });
  assert(code === 2 && stderr.startsWith("webserv: file/"), stderr);
});
