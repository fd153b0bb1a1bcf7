/**
 * `webserv FILE`: one file, and nothing else of its folder.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { ask, get } from "../support/ask.ts";
import { launch, type Launched, temporaryFolder } from "../support/launch.ts";
import { runProgram, writeFiles } from "../support/server.ts";

/** Serves a file of a folder that has others. */
async function serving(
  folder: string,
  file: string,
  args: readonly string[] = [],
): Promise<readonly [server: Launched, port: number]> {
  await writeFiles(folder, { "beside.txt": "beside", "index.html": "front", "sub/x.txt": "x" });
  const server = launch(["-p", "0", ...args, `./${file}`], { cwd: folder });
  return [server, await server.port()];
}

Deno.test("one file is sent at / and under its own name, and nothing else of its folder", async () => {
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, { "a page.html": "<p>page</p>" });
  const [server, port] = await serving(folder.path, "a page.html");
  await using _ = server;
  for (const target of ["/", "/a%20page.html", "/?x=1"]) {
    const answer = await ask(port, target);
    assertEquals([answer.status, answer.text], [200, "<p>page</p>"], target);
    assertEquals(answer.field("content-type"), "text/html; charset=utf-8");
    assertEquals(answer.field("accept-ranges"), "bytes");
  }
  assertEquals((await ask(port, "/")).field("content-disposition"), 'inline; filename="a page.html"');
  assertEquals((await ask(port, "/a%20page.html")).field("content-disposition"), undefined);
  for (
    const target of [
      "/beside.txt",
      "/index.html",
      "/sub/",
      "/sub/x.txt",
      "/a%20page.html/",
      "/a%20page.html/x",
    ]
  ) {
    assertMatch(await get(port, target), /^404 /, target);
  }
  assertEquals((await ask(port, "/", { method: "PUT", body: "b" })).status, 405);
});

Deno.test("one file has ranges, conditions and HEAD as any file has, and is sent anew when it was changed", async () => {
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, { "a.txt": "0123456789" });
  const [server, port] = await serving(folder.path, "a.txt");
  await using _ = server;
  for (const target of ["/", "/a.txt"]) {
    const part = await ask(port, target, { fields: { Range: "bytes=2-4" } });
    assertEquals([part.status, part.text, part.field("content-range")], [206, "234", "bytes 2-4/10"]);
    const tag = part.field("etag")!;
    assertEquals((await ask(port, target, { fields: { "If-None-Match": tag } })).status, 304);
    const head = await ask(port, target, { method: "HEAD" });
    assertEquals([head.status, head.text, head.field("content-length")], [200, "", "10"]);
  }
  await Deno.writeTextFile(join(folder.path, "a.txt"), "changed");
  assertEquals(await get(port, "/"), "200 changed");
  // As editors do it.
  await Deno.writeTextFile(join(folder.path, "new"), "replaced");
  await Deno.rename(join(folder.path, "new"), join(folder.path, "a.txt"));
  for (const target of ["/", "/a.txt"]) assertEquals(await get(port, target), "200 replaced");
  await Deno.remove(join(folder.path, "a.txt"));
  assertMatch(await get(port, "/"), /^404 /);
});

Deno.test("one file may have a name that no path has, or be a link to a file elsewhere", async () => {
  await using folder = await temporaryFolder();
  await using other = await temporaryFolder();
  await writeFiles(folder.path, { ".hidden": "hidden", "back\\slash": "slash", "%zz ü": "odd" });
  await writeFiles(other.path, { "real.txt": "real" });
  await Deno.symlink(join(other.path, "real.txt"), join(folder.path, "link.txt"));
  for (
    const [file, content] of [[".hidden", "hidden"], ["back\\slash", "slash"], ["link.txt", "real"], [
      "%zz ü",
      "odd",
    ]]
  ) {
    const [server, port] = await serving(folder.path, file!);
    await using _ = server;
    assertEquals(await get(port, "/"), `200 ${content}`);
    assertMatch(await get(port, "/beside.txt"), /^404 /);
    assertEquals(server.output().stderr.trim().split("\n").length, 1, server.output().stderr);
  }
});

Deno.test("one file takes the options that fit it", async () => {
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, { "a.txt": "a" });
  const [server, port] = await serving(folder.path, "a.txt", ["--cors", "--header", "X-A: 1", "-q"]);
  await using _ = server;
  for (const target of ["/", "/a.txt", "/missing"]) {
    const answer = await ask(port, target);
    assertEquals([answer.field("x-a"), answer.field("access-control-allow-origin")], ["1", "*"], target);
  }
});

Deno.test({
  name: "one file that may not be read is said at the start",
  ignore: Deno.build.os === "windows" || Deno.uid() === 0,
  async fn() {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, { "a.txt": "a" });
    await Deno.chmod(join(folder.path, "a.txt"), 0);
    const { code, stderr } = await runProgram([join(folder.path, "a.txt")]);
    assertEquals(code, 1);
    assert(!stderr.includes("listening"));
    assertStringIncludes(stderr, "may not be read: check its permissions");
  },
});
