/**
 * Symbolic links within a store: those that lead outside are refused for reading, writing and deleting, and those that
 * stay inside are followed.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { ask } from "../support/ask.ts";
import { filesIn, formOf, postForm, put, send, STORE_CONFIG, STORE_FILES, storeOf } from "./store_support.ts";
import { launch, temporaryFolder } from "../support/launch.ts";
import { assertShowsNoPath, sharedServer } from "./wire_support.ts";
import { test } from "../support/protocols.ts";

const server = await sharedServer({
  config: STORE_CONFIG,
  files: {
    ...STORE_FILES,
    "outside/secret.txt": "secret",
    "over/sub/deep.txt": "deep",
    "over/real.txt": "real",
    "store-beside/x.txt": "beside",
  },
});
const over = storeOf(server, "over");
const link = (target: string, name: string) => Deno.symlinkSync(target, `${over}/${name}`);
link("../outside/secret.txt", "out.txt");
link(`${server.folder}/outside/secret.txt`, "absolute.txt");
link("../outside", "out");
link("../store-beside", "beside");
link("../outside/nothing", "dangling-out");
link("nothing", "dangling-in");
link("circle", "circle");
link("out", "chain");
link("/", "sub/root");

const before = filesIn(server.folder);

for (
  const target of [
    "/over/out.txt",
    "/over/absolute.txt",
    "/over/out",
    "/over/out/",
    "/over/out/secret.txt",
    "/over/out/new.txt",
    "/over/beside/x.txt",
    "/over/dangling-out",
    "/over/dangling-in",
    "/over/circle",
    "/over/chain/secret.txt",
    "/over/chain",
    `/over/sub/root${server.folder}/outside/secret.txt`,
  ]
) {
  test(`GET, PUT, POST and DELETE of ${target.replace(server.folder, "/...")} are refused`, async () => {
    const get = await ask(server.port, target), remove = await send(server, "DELETE", target);
    const write = await put(server, target, "overwritten");
    const post = await postForm(server, target, formOf({ "new.txt": "x", "secret.txt": "x" }));
    assertEquals([get.status, remove.status], [404, 404]);
    // A slash at the end, or a file below which there is nothing: a folder that is missing.
    assertEquals(write.status, target.endsWith("/") ? 409 : 404);
    assertEquals([404, 409].includes(post.status), true, `POST gave ${post.status}`);
    for (const response of [get, remove, write, post]) assertShowsNoPath(server, response);
    assertEquals(filesIn(server.folder), before);
    assertEquals(Deno.readTextFileSync(`${server.folder}/outside/secret.txt`), "secret");
  });
}

test("a form's file does not take the name of a link that leads outside or nowhere", async () => {
  for (const name of ["out.txt", "out", "dangling-out", "dangling-in", "circle"]) {
    const response = await postForm(server, "/over/", formOf({ "a.txt": "x", [name]: "x" }));
    assertEquals(response.status, 409, name);
  }
  assertEquals(filesIn(server.folder), before);
});

test("links that lead outside or nowhere are not listed", async () => {
  const response = await ask(server.port, "/over/", { fields: { Accept: "application/json" } });
  const names = (JSON.parse(response.text) as { name: string }[]).map(({ name }) => name);
  assertEquals(names.filter((name) => /out|beside|dangling|circle|chain|absolute/.test(name)), []);
});

test("links that stay inside are read, written and deleted through", async () => {
  link("sub/deep.txt", "in.txt");
  link("sub", "in");
  assertEquals((await ask(server.port, "/over/in.txt")).text, "deep");
  assertEquals((await put(server, "/over/in/new.txt", "new")).status, 201);
  assertEquals(Deno.readTextFileSync(`${over}/sub/new.txt`), "new");
  assertEquals((await postForm(server, "/over/in/", formOf({ "form.txt": "form" }))).status, 201);
  assertEquals(Deno.readTextFileSync(`${over}/sub/form.txt`), "form");
  assertEquals((await send(server, "DELETE", "/over/in/form.txt")).status, 204);
  assertEquals((await send(server, "DELETE", "/over/in/new.txt")).status, 204);
  assertEquals((await put(server, "/over/in", "x")).status, 409);
  assertEquals((await send(server, "DELETE", "/over/in")).status, 409);
  // The name is written, not what it leads to.
  assertEquals((await put(server, "/over/in.txt", "own")).status, 204);
  assertEquals(Deno.readTextFileSync(`${over}/sub/deep.txt`), "deep");
  assertEquals((await send(server, "DELETE", "/over/in.txt")).status, 204);
  Deno.removeSync(`${over}/in`);
  assertEquals(filesIn(server.folder), before);
});

test("a store that is itself a link works", async () => {
  await using folder = await temporaryFolder();
  Deno.mkdirSync(`${folder.path}/real/sub`, { recursive: true });
  Deno.symlinkSync("real", `${folder.path}/link`);
  await using program = launch(["serve", "--quiet", "--port", "0", "--upload", `${folder.path}/link`]);
  const linked = { port: await program.port() };
  assertEquals((await put(linked, "/sub/x", "x")).status, 201);
  assertEquals((await put(linked, "/y", "y", { "If-None-Match": "*" })).status, 201);
  assertEquals((await send(linked, "DELETE", "/y")).status, 204);
  assertEquals(filesIn(`${folder.path}/real`), ["sub/x"]);
});
