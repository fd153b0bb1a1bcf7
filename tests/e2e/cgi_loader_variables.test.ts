/**
 * LD_* and DYLD_* in cgi_env: the runtime hands them to a program only with the permission to run every program.
 *
 * @module
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { get } from "../support/ask.ts";
import { launch, temporaryFolder } from "../support/launch.ts";
import { test } from "../support/protocols.ts";
import { runProgram, writeFiles } from "../support/server.ts";

const SHOW = '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\n%s" "$LD_LIBRARY_PATH"\n';

async function folderWith(key: string): ReturnType<typeof temporaryFolder> {
  const folder = await temporaryFolder();
  await writeFiles(folder.path, {
    "cgi/show.sh": SHOW,
    "webserv.yaml": `
servers:
  - listen: "127.0.0.1:0"
    cgi_env: { LD_LIBRARY_PATH: /opt/lib }
    locations: { /p/: { ${key} } }
`,
  });
  await Deno.chmod(join(folder.path, "cgi/show.sh"), 0o755);
  return folder;
}

for (const key of ["alias: cgi, cgi: { .sh: sh }", "cgi_script: cgi/show.sh"]) {
  test(`LD_LIBRARY_PATH reaches the program of { ${key} }, and check says what that takes`, async () => {
    await using folder = await folderWith(key);
    await using server = launch([], { cwd: folder.path });
    assertEquals(await get(await server.port(), "/p/show.sh"), "200 /opt/lib");
    const { code, stdout, stderr } = await runProgram(["check"], { cwd: folder.path });
    assertEquals([code, stderr], [0, ""]);
    assertMatch(
      stdout,
      /run any program: to hand on LD_LIBRARY_PATH \(cgi_env\) takes the permission for all/,
    );
  });
}

test("permissions prints --allow-run for all programs where LD_* is handed on, and says why", async () => {
  await using folder = await folderWith("cgi_script: cgi/show.sh");
  const { code, stdout, stderr } = await runProgram(["permissions"], { cwd: folder.path });
  assertEquals(code, 0);
  assertMatch(stdout, / --allow-run\n$/);
  assertStringIncludes(stderr, "--allow-run is for every program, since cgi_env has LD_LIBRARY_PATH");
});
