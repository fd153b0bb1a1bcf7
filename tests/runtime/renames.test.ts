import { assertEquals, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { FileError } from "../../lib/ports.ts";
import { renameNew, renameOver } from "../../lib/runtime/renames.ts";
import { temporaryFolder } from "../support/launch.ts";

/** Runs a case in a folder with a file `a` and a folder `d` in it. @returns what is there then, with the files' content */
async function after(act: (path: (name: string) => string) => void): Promise<string[]> {
  await using folder = await temporaryFolder();
  const path = (name: string) => join(folder.path, name);
  Deno.writeTextFileSync(path("a"), "a");
  Deno.mkdirSync(path("d"));
  act(path);
  return [...Deno.readDirSync(folder.path)].map(({ name, isFile }) =>
    isFile ? `${name}: ${Deno.readTextFileSync(path(name))}` : name
  ).sort();
}

Deno.test("renameNew() gives a file, a folder and a link a name that nothing has", async () => {
  assertEquals(await after((path) => renameNew(path("a"), path("b"))), ["b: a", "d"]);
  assertEquals(await after((path) => renameNew(path("d"), path("e"))), ["a: a", "e"]);
  assertEquals(await after((path) => renameNew(path("a"), path("A"))), ["A: a", "d"]);
  const linked = await after((path) => {
    Deno.symlinkSync("nowhere", path("l"));
    renameNew(path("l"), path("m"));
    assertEquals(Deno.readLinkSync(path("m")), "nowhere");
  });
  assertEquals(linked, ["a: a", "d", "m"]);
});

Deno.test("renameNew() replaces nothing, not even an empty folder", async () => {
  const both = await after((path) => {
    Deno.writeTextFileSync(path("b"), "b");
    Deno.mkdirSync(path("e"));
    for (const [from, to] of [["a", "b"], ["a", "d"], ["d", "b"], ["d", "e"]] as const) {
      const error = assertThrows(() => renameNew(path(from), path(to)));
      const isKnown = error instanceof FileError
        ? error.problem === "exists"
        : error instanceof Deno.errors.AlreadyExists;
      assertEquals(isKnown, true, `${from} to ${to}: ${error}`);
    }
  });
  assertEquals(both, ["a: a", "b: b", "d", "e"]);
});

Deno.test("renameOver() replaces a file, and leaves one name of a file that has two", async () => {
  assertEquals(
    await after((path) => {
      Deno.writeTextFileSync(path("b"), "b");
      renameOver(path("a"), path("b"));
    }),
    ["b: a", "d"],
  );
  assertEquals(
    await after((path) => {
      Deno.linkSync(path("a"), path("b"));
      renameOver(path("a"), path("b"));
    }),
    ["b: a", "d"],
  );
});
