/**
 * Stores that lie on different file systems: no rename leads from one to the other.
 *
 * @module
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { byProtocol, test } from "../support/protocols.ts";
import { filesIn, send } from "./store_support.ts";
import { mountDisk, MOUNTS, unmount } from "./mount_support.ts";
import { sharedServer } from "./wire_support.ts";

const apart = MOUNTS ? mounted() : undefined;
if (apart !== undefined) {
  globalThis.addEventListener("unload", () => {
    unmount(apart);
    Deno.removeSync(apart);
  });
}

const server = apart === undefined ? undefined : await sharedServer({
  config: `access_log: off
servers:
  - listen: LISTEN
    locations:
      /here/: { upload_store: here }
      /there/: { upload_store: ${apart} }
`,
  files: { here: null },
});

function mounted(): string {
  const folder = Deno.makeTempDirSync({ prefix: "webserv-apart-" });
  if (!mountDisk(folder)) throw new Error(`nothing can be mounted at ${folder}`);
  return folder;
}

function plant(name: string): string {
  const folder = join(server!.folder, "here", name);
  Deno.mkdirSync(join(folder, "d/e"), { recursive: true });
  Deno.writeTextFileSync(join(folder, "a"), "a");
  Deno.writeTextFileSync(join(folder, "d/e/b"), "b".repeat(200_000));
  return folder;
}

const ignore = server === undefined;

test({
  name: "MOVE to another file system takes a file, and a folder with all that is in it",
  ignore,
  fn: async () => {
    const name = byProtocol("tree", "tree-2"), folder = plant(name), then = new Date("2001-09-09");
    Deno.utimeSync(join(folder, "a"), then, then);
    const move = (from: string, to: string, fields = {}) =>
      send(server!, "MOVE", from, undefined, { Destination: to, ...fields });
    assertEquals((await move(`/here/${name}/a`, `/there/${name}.txt`)).status, 201);
    assertEquals((await move(`/here/${name}/`, `/there/${name}/`)).status, 201);
    assertEquals(filesIn(join(apart!, name)), ["d/e/b"]);
    assertEquals(Deno.readTextFileSync(join(apart!, name, "d/e/b")).length, 200_000);
    assertEquals(Deno.readTextFileSync(join(apart!, `${name}.txt`)), "a");
    assertEquals(Deno.statSync(join(apart!, `${name}.txt`)).mtime, then);
    assertEquals(filesIn(join(folder, "..")).filter((path) => path.startsWith(name)), []);
    // And back, over what is there.
    plant(name);
    assertEquals((await move(`/there/${name}`, `/here/${name}`, { Overwrite: "T" })).status, 204);
    assertEquals([filesIn(folder), filesIn(apart!).filter((path) => path !== `${name}.txt`)], [
      ["d/e/b"],
      ["tree.txt"].filter((one) => one !== `${name}.txt`),
    ]);
  },
});

test({
  name: "MOVE to another file system leaves a folder where it is of which something cannot be copied",
  ignore,
  fn: async () => {
    const name = byProtocol("part", "part-2"), folder = plant(name);
    Deno.writeTextFileSync(join(folder, "d/.hidden"), "hidden");
    const answer = await send(server!, "MOVE", `/here/${name}/`, undefined, {
      Destination: `/there/${name}/`,
    });
    assertEquals(answer.status, 207);
    assertStringIncludes(answer.text, `<D:href>/here/${name}/d</D:href>`);
    assertEquals(filesIn(folder), ["a", "d/.hidden", "d/e/b"]);
    Deno.removeSync(join(apart!, name), { recursive: true });
  },
});

test({
  name: "what lies in a store on a file system of its own is removed with all that is in it",
  ignore,
  fn: async () => {
    const name = byProtocol("gone", "gone-2"), folder = join(server!.folder, "here", name);
    Deno.mkdirSync(folder);
    if (!mountDisk(folder)) throw new Error(`nothing can be mounted at ${folder}`);
    try {
      Deno.mkdirSync(join(folder, "d/e"), { recursive: true });
      Deno.writeTextFileSync(join(folder, "d/e/b"), "b");
      const { status } = await send(server!, "DELETE", `/here/${name}/d`, undefined, { Depth: "infinity" });
      assertEquals([status, [...Deno.readDirSync(folder)]], [204, []]);
      // What is mounted has no other name.
      assertEquals(
        (await send(server!, "MOVE", `/here/${name}`, undefined, { Destination: `/here/${name}-x` }))
          .status >= 400,
        true,
      );
      assertEquals(
        (await send(server!, "DELETE", `/here/${name}`, undefined, { Depth: "infinity" })).status >= 400,
        true,
      );
    } finally {
      unmount(folder);
    }
  },
});

test({
  name: "a folder that is to be replaced stays where it is if the copy in its place fails half-way",
  ignore,
  fn: async () => {
    const name = byProtocol("half", "half-2"), folder = plant(name), there = join(apart!, name);
    const copy = (method: string) =>
      send(server!, method, `/here/${name}/`, undefined, { Destination: `/there/${name}/`, Overwrite: "T" });
    Deno.writeTextFileSync(join(folder, "big"), "b".repeat(1_200_000));
    Deno.mkdirSync(there);
    Deno.writeTextFileSync(join(there, "old"), "old");
    for (const method of ["COPY", "MOVE"]) {
      const answer = await copy(method);
      assertEquals(answer.status, 207);
      assertStringIncludes(answer.text, `<D:href>/here/${name}/big</D:href>`);
      assertEquals([filesIn(there), filesIn(folder)], [["old"], ["a", "big", "d/e/b"]]);
    }
    Deno.removeSync(there, { recursive: true });
  },
});
