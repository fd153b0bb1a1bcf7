/**
 * `--sites`, and `$host_label`: folders that are sites by their names.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { ask, get } from "../support/ask.ts";
import { keptServer } from "../support/kept_server.ts";
import { http1Test, test } from "../support/protocols.ts";
import { runProgram, startServer, writeFiles } from "../support/server.ts";

/** A program that says where it runs. */
const PROGRAM =
  '#!/bin/sh\necho "Content-Type: text/plain"; echo; echo "$HTTP_HOST $DOCUMENT_ROOT $SCRIPT_NAME"';

const FILES = {
  "shop/index.html": "shop",
  "shop/cgi-bin/hello.sh": PROGRAM,
  "shop/cgi-bin/data.txt": "data",
  "blog/post.txt": "post",
  "blog/cgi-bin/hello.sh": PROGRAM,
  "Upper/index.html": "upper",
  ".hidden/index.html": "hidden",
  "file.txt": "a file",
};

test("--sites serves each folder by its name, with the other options of a folder", async () => {
  const server = await keptServer({ args: ["--sites", "--cgi", "--upload", "--spa"], files: FILES });
  const { port, folder } = server;
  const of = (site: string) => `${site}.localhost:${port}`;
  const status = async (host: string, target: string, options = {}) =>
    (await ask(port, target, { host, ...options })).status;
  assertEquals(await get(port, "/", of("shop")), "200 shop");
  assertEquals(await get(port, "/post.txt", of("blog")), "200 post");
  assertStringIncludes(await get(port, "/", of("blog")), "Index of /");
  assertEquals(await get(port, "/users/7", of("shop")), "200 shop");
  for (const name of ["nosuch", "upper", "hidden", ".hidden", "file", "%73hop", "a..b"]) {
    assertEquals(await status(of(name), "/"), 404, name);
  }
  for (const name of ["shop", "blog"]) {
    assertEquals(
      await get(port, "/cgi-bin/hello.sh", of(name)),
      `200 ${of(name)} ${join(folder, name)} /cgi-bin/hello.sh\n`,
    );
  }
  assertEquals(await status(of("shop"), "/cgi-bin/data.txt"), 404);
  assertEquals(await status("localhost", "/shop/index.html"), 404);
  assertEquals(await status("localhost", "/x", { method: "PUT", body: "x" }), 404);
});

test("--sites --upload stores in the site that is asked for, and runs nothing that was stored", async () => {
  await using server = await startServer({ args: ["--sites", "--cgi", "--upload"], files: FILES });
  const { port, folder } = server;
  const put = async (host: string, target: string) =>
    (await ask(port, target, { host, method: "PUT", body: PROGRAM })).status;
  assertEquals(await put("shop.localhost", "/a.sh"), 201);
  assertEquals(await Deno.readTextFile(join(folder, "shop/a.sh")), PROGRAM);
  assertEquals(await put("nosuch.localhost", "/a.sh"), 404);
  assertEquals(await put("localhost", "/a.sh"), 404);
  assert((await put("shop.localhost", "/cgi-bin/a.sh")) >= 400);
  assert((await put("shop.localhost", "/../blog/a.sh")) >= 400);
  assertEquals(await get(port, "/a.sh", "shop.localhost"), `200 ${PROGRAM}`);
  assertEquals([...Deno.readDirSync(join(folder, "blog/cgi-bin"))].map(({ name }) => name), ["hello.sh"]);
});

test("a folder that is made while it is served is a site at once, and a link that leads out is none", async () => {
  await using server = await startServer({ args: ["--sites"], files: FILES });
  const { port, folder } = server, url = (name: string) => `http://${name}.localhost:${port}/`;
  const list = async () => (await get(port, "/", `localhost:${port}`)).slice("200 ".length).split("\n");
  assertEquals(await list(), [url("blog"), url("shop"), ""]);
  assertEquals((await ask(port, "/", { host: "new.localhost" })).status, 404);
  await writeFiles(folder, { "new/index.html": "new" });
  assertEquals(await get(port, "/", "new.localhost"), "200 new");
  await Deno.symlink("/etc", join(folder, "etc"));
  await Deno.symlink("shop", join(folder, "store"));
  assertEquals((await ask(port, "/hostname", { host: "etc.localhost" })).status, 404);
  assertEquals(await get(port, "/", "store.localhost"), "200 shop");
  assertEquals(await list(), [url("blog"), url("new"), url("shop"), url("store"), ""]);
  await Deno.remove(join(folder, "new"), { recursive: true });
  await Deno.symlink("/etc", join(folder, "new"));
  assertEquals((await ask(port, "/hostname", { host: "new.localhost" })).status, 404);
  const json = await ask(port, "/", { host: `127.0.0.1:${port}`, fields: { Accept: "application/json" } });
  assertEquals(JSON.parse(json.text).map(({ name }: { name: string }) => name), ["blog", "shop", "store"]);
});

http1Test(
  "process",
  "permissions and check name the folder that has the sites in it, and one request needs no more",
  async () => {
    await using server = await startServer({
      config: `servers:
  - { listen: LISTEN, server_name: "*.localhost", root: sites/$host_label, autoindex: on }
`,
      files: { "sites/shop/a.txt": "a" },
    });
    const { folder } = server;
    const { stdout: flags } = await runProgram(["permissions"], { cwd: folder });
    assertStringIncludes(flags, `${folder}/sites`);
    assert(!flags.includes("host_label"), flags);
    const { stdout: told } = await runProgram(["check"], { cwd: folder });
    assertMatch(told, /otherwise: files of \S+\/sites\/\$host_label, listing/);
    assertEquals(await get(server.port, "/a.txt", "shop.localhost"), "200 a");
  },
);
