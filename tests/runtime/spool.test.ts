import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { describeFileError } from "../../lib/http/errors.ts";
import { FileError } from "../../lib/ports.ts";
import { spooler, type SpoolFolder, spoolFolder, spoolProblem } from "../../lib/runtime/spool.ts";
import { temporaryFolder } from "../support/launch.ts";
import { toBytes, toText } from "../support/wire.ts";

const ignore = Deno.build.os === "windows";
const USER = Deno.uid() ?? undefined;

/** Writes to a new spool file and reads it. */
async function goesThrough(folder: SpoolFolder): Promise<void> {
  const file = spooler(folder).create();
  await file.write(toBytes("large"));
  const buffer = new Uint8Array(9);
  assertEquals(toText(buffer.subarray(0, await file.readAt(buffer, 0))), "large");
  file.close();
}

Deno.test("spoolFolder() has the user in its name, and is absolute whatever TMPDIR says", () => {
  for (
    const [temporary, user, path] of [
      [undefined, 1000, "/tmp/webserv-spool-1000"],
      ["", 0, "/tmp/webserv-spool-0"],
      ["/var/tmp/", 7, "/var/tmp/webserv-spool-7"],
      ["tmp", 7, `${Deno.cwd()}/tmp/webserv-spool-7`],
      [undefined, undefined, "/tmp/webserv-spool"],
    ] as const
  ) assertEquals(spoolFolder(temporary, user), { path, user });
});

Deno.test({
  name: "the folder is made when it is needed first, for this user alone, and again when it is gone",
  ignore,
  fn: async () => {
    await using temporary = await temporaryFolder();
    const folder = spoolFolder(temporary.path, USER);
    for (let round = 0; round < 3; round++) {
      assertEquals([...Deno.readDirSync(temporary.path)], []);
      await goesThrough(folder);
      await goesThrough(folder);
      assertEquals((await Deno.lstat(folder.path)).mode! & 0o777, 0o700);
      await Deno.remove(folder.path);
    }
  },
});

/** What somebody may have laid where the folder is to be, and what is said of it. */
const WRONG: readonly (readonly [name: string, lay: (path: string) => void, said: RegExp])[] = [
  ["a link to a folder", (path) => {
    Deno.mkdirSync(`${path}-other`, { mode: 0o700 });
    Deno.symlinkSync(`${path}-other`, path);
  }, /it is no folder: remove it, or set TMPDIR/],
  ["a link to nothing", (path) => Deno.symlinkSync("/nowhere/at/all", path), /it is no folder/],
  ["a file", (path) => Deno.writeTextFileSync(path, ""), /it is no folder/],
  ["a folder that others may use", (path) => {
    Deno.mkdirSync(path);
    Deno.chmodSync(path, 0o777);
  }, /others may use it \(its mode is to be 0700\): remove it, or set TMPDIR/],
];

for (const [name, lay, said] of WRONG) {
  Deno.test({
    name: `${name} is not taken for the folder, and nothing is written there`,
    ignore,
    fn: async () => {
      await using temporary = await temporaryFolder();
      const folder = spoolFolder(temporary.path, USER);
      lay(folder.path);
      const error = assertThrows(() => spooler(folder).create(), FileError);
      assertEquals(error.problem, "failed");
      assertMatch(describeFileError(error), said);
      assertMatch(spoolProblem(folder)!, /large chunked bodies for programs will be answered 500: remove it/);
    },
  });
}

Deno.test({
  name: "a folder of another user is not taken",
  ignore,
  fn: async () => {
    await using temporary = await temporaryFolder();
    const { path } = spoolFolder(temporary.path, USER);
    await Deno.mkdir(path, { mode: 0o700 });
    const folder = { path, user: USER! + 1 };
    const error = assertThrows(() => spooler(folder).create(), FileError);
    assertMatch(describeFileError(error), /it belongs to another user: remove it, or set TMPDIR/);
    assertEquals([...Deno.readDirSync(path)], []);
    assertMatch(spoolProblem(folder)!, /it belongs to another user/);
  },
});

Deno.test({
  name:
    "a folder for temporary files that is not there is said at the start and at each body, and may come later",
  ignore,
  fn: async () => {
    await using temporary = await temporaryFolder();
    const folder = spoolFolder(`${temporary.path}/missing`, USER);
    assertMatch(spoolProblem(folder)!, /missing does not exist, and large .* answered 500: set TMPDIR to a/);
    const error = assertThrows(() => spooler(folder).create(), FileError);
    assertEquals(error.problem, "failed");
    assertMatch(describeFileError(error), /it cannot be made \(No such file.*\): set TMPDIR to a folder/);
    await Deno.mkdir(`${temporary.path}/missing`);
    assertEquals(spoolProblem(folder), undefined);
    await goesThrough(folder);
    assert((await Deno.lstat(folder.path)).isDirectory);
  },
});
