import { assert, assertEquals, assertThrows } from "@std/assert";
import { FileError } from "../../lib/ports.ts";
import { ServerFiles, serversFolder } from "../../lib/runtime/server_files.ts";
import { temporaryFolder } from "../support/launch.ts";

Deno.test("each server has a file, which nobody else may read, in a folder that is made for it", async () => {
  await using folder = await temporaryFolder();
  const path = serversFolder(`${folder.path}/data`),
    files = new ServerFiles({ path, user: Deno.uid() ?? undefined });
  assertEquals(files.list(), []);
  files.write(20, "b");
  files.write(3, "a");
  files.write(20, "c");
  assertEquals(files.list(), [{ pid: 3, text: "a" }, { pid: 20, text: "c" }]);
  const mode = (name: string) => (Deno.statSync(`${path}${name}`).mode! & 0o777).toString(8);
  assertEquals([mode(""), mode("/3.json"), mode("/20.json")], ["700", "600", "600"]);
  files.remove(3);
  files.remove(4);
  assertEquals(files.list(), [{ pid: 20, text: "c" }]);
});

Deno.test("what is no such file is not read: other names, folders, links, what is too large", async () => {
  await using folder = await temporaryFolder();
  const files = new ServerFiles({ path: folder.path, user: undefined });
  for (const name of ["0.json", "x.json", "1.txt", ".1.new", "01.json"]) {
    Deno.writeTextFileSync(`${folder.path}/${name}`, "x");
  }
  Deno.mkdirSync(`${folder.path}/2.json`);
  Deno.symlinkSync("x.json", `${folder.path}/3.json`);
  Deno.writeTextFileSync(`${folder.path}/4.json`, "x".repeat(70_000));
  Deno.writeTextFileSync(`${folder.path}/5.json`, "x");
  assertEquals(files.list(), [{ pid: 5, text: "x" }]);
});

Deno.test("a folder that others may use, or that cannot be made, gets nothing", async () => {
  await using folder = await temporaryFolder();
  Deno.mkdirSync(`${folder.path}/open`);
  Deno.chmodSync(`${folder.path}/open`, 0o755);
  Deno.writeTextFileSync(`${folder.path}/file`, "");
  Deno.symlinkSync("open", `${folder.path}/link`);
  for (const name of ["open", "file", "link", "file/below"]) {
    const files = new ServerFiles({ path: `${folder.path}/${name}`, user: Deno.uid() ?? undefined });
    assertThrows(() => files.write(1, "secret"), FileError, undefined, name);
  }
  assertEquals([...Deno.readDirSync(`${folder.path}/open`)], []);
  assert(Deno.readTextFileSync(`${folder.path}/file`) === "");
});
