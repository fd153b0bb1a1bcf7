import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { FileError, type NewFile } from "../../lib/ports.ts";
import { ensureFolder, storeFiles } from "../../lib/runtime/store_files.ts";
import { sweep } from "../../lib/runtime/sweep.ts";
import { removeUnfinished, setUnfinishedRegistry, unfinishedFiles } from "../../lib/runtime/unfinished.ts";
import { FakeLog } from "../support/fakes.ts";
import { temporaryFolder } from "../support/launch.ts";
import { toBytes } from "../support/wire.ts";

const namesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

/** As a run before this one would have left it. */
function leftover(folder: string, pid: number, age = 60_000): string {
  const path = join(folder, `.webserv-upload-${pid}-${crypto.randomUUID()}`);
  Deno.writeTextFileSync(path, "half");
  const time = new Date(Date.now() - performance.now() - age);
  Deno.utimeSync(path, time, time);
  return path;
}

/** No process has it: it is above what Linux gives. */
const NOBODY = 2 ** 22 + 1;

Deno.test("a new file is hidden until commit() gives it its name, with all that was written", async () => {
  await using folder = await temporaryFolder();
  const file = storeFiles.create(folder.path);
  assertMatch(namesIn(folder.path).join(), /^\.webserv-upload-[^,]*$/);
  const large = new Uint8Array(300_000).fill(7);
  await file.write(toBytes("small, "));
  await file.write(large);
  file.commit(join(folder.path, "name"), true);
  assertEquals(namesIn(folder.path), ["name"]);
  const content = Deno.readFileSync(join(folder.path, "name"));
  assertEquals([content.length, content.subarray(7).every((byte) => byte === 7)], [300_007, true]);
  file.discard();
  assertEquals(namesIn(folder.path), ["name"]);
});

Deno.test("discard() leaves nothing, whatever was done before, and may be called twice", async () => {
  await using folder = await temporaryFolder();
  const file = storeFiles.create(folder.path), ended = storeFiles.create(folder.path);
  await file.write(toBytes("x"));
  ended.end();
  ended.end();
  for (let i = 0; i < 2; i++) {
    file.discard();
    ended.discard();
  }
  assertEquals(namesIn(folder.path), []);
});

Deno.test("commit() that replaces keeps the old content for whoever has it open", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "name");
  Deno.writeTextFileSync(path, "old");
  using reader = Deno.openSync(path);
  const file = storeFiles.create(folder.path);
  await file.write(toBytes("new"));
  file.commit(path, true);
  const buffer = new Uint8Array(10);
  assertEquals([reader.readSync(buffer), new TextDecoder().decode(buffer.subarray(0, 3))], [3, "old"]);
  assertEquals(Deno.readTextFileSync(path), "new");
});

Deno.test("commit() that must not replace refuses a file, a folder and a dangling link, and discards", async () => {
  await using folder = await temporaryFolder();
  Deno.writeTextFileSync(join(folder.path, "file"), "old");
  Deno.mkdirSync(join(folder.path, "folder"));
  Deno.symlinkSync("nothing", join(folder.path, "link"));
  for (const name of ["file", "folder", "link"]) {
    const file = storeFiles.create(folder.path);
    const error = assertThrows(() => file.commit(join(folder.path, name), false), FileError);
    assertEquals(error.problem, "exists");
  }
  assertEquals(namesIn(folder.path), ["file", "folder", "link"]);
  const file = storeFiles.create(folder.path);
  file.commit(join(folder.path, "new"), false);
  assertEquals(namesIn(folder.path), ["file", "folder", "link", "new"]);
});

Deno.test("commit() onto a folder or into a missing folder fails and discards", async () => {
  await using folder = await temporaryFolder();
  Deno.mkdirSync(join(folder.path, "sub"));
  for (const name of ["sub", "missing/x"]) {
    const file = storeFiles.create(folder.path);
    assertThrows(() => file.commit(join(folder.path, name), true), FileError);
    assertEquals(namesIn(folder.path), ["sub"]);
  }
  assertThrows(() => storeFiles.create(join(folder.path, "missing")), FileError);
});

const ON_LINUX = Deno.build.os === "linux";

Deno.test({
  name: `a disk that is full is told as such${ON_LINUX ? "" : " (ignored: there is no /dev/full)"}`,
  ignore: !ON_LINUX,
  fn: async () => {
    await using folder = await temporaryFolder();
    const create = () => {
      const file = storeFiles.create(folder.path) as NewFile & { file: Deno.FsFile };
      file.file.close();
      file.file = Deno.openSync("/dev/full", { write: true });
      return file;
    };
    const large = create();
    assertEquals(
      (await assertRejects(() => large.write(new Uint8Array(100_000)), FileError)).problem,
      "full",
    );
    large.discard();
    // What is small is written at the end, or when it gets its name.
    for (const finish of [(file: NewFile) => file.end(), (file: NewFile) => file.commit("/x", true)]) {
      const small = create();
      await small.write(new Uint8Array(10));
      assertEquals(assertThrows(() => finish(small), FileError).problem, "full");
      small.discard();
    }
    assertEquals(namesIn(folder.path), []);
  },
});

Deno.test("remove() removes a file or a link, and says that there is none", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "a"), link = join(folder.path, "l");
  Deno.writeTextFileSync(path, "");
  Deno.symlinkSync("a", link);
  assertEquals([storeFiles.isLink(path), storeFiles.isLink(link)], [false, true]);
  storeFiles.remove(link);
  assertEquals(namesIn(folder.path), ["a"]);
  storeFiles.remove(path);
  assertEquals(assertThrows(() => storeFiles.remove(path), FileError).problem, "not found");
  assertEquals(storeFiles.isLink(link), false);
});

Deno.test("sweep() removes what earlier runs left, in every folder, and nothing else", async () => {
  await using folder = await temporaryFolder();
  await using elsewhere = await temporaryFolder();
  const sub = join(folder.path, "a/b");
  ensureFolder(sub);
  ensureFolder(sub);
  for (const place of [folder.path, sub]) {
    leftover(place, NOBODY);
    leftover(place, Deno.pid);
    Deno.writeTextFileSync(join(place, "file"), "kept");
    Deno.writeTextFileSync(join(place, ".webserv"), "kept");
  }
  const outside = leftover(elsewhere.path, NOBODY);
  Deno.symlinkSync(elsewhere.path, join(folder.path, "link"));
  Deno.mkdirSync(join(sub, ".webserv-upload-1-folder"));
  const log = new FakeLog();
  await sweep(folder.path, log);
  assertEquals(namesIn(folder.path), [".webserv", "a", "file", "link"]);
  assertEquals(namesIn(sub), [".webserv", ".webserv-upload-1-folder", "file"]);
  assert(Deno.statSync(outside).isFile);
  assertEquals(log.lines.length, 4);
  for (const line of log.lines) {
    assertMatch(line, /^notice: removed an unfinished upload of an earlier run from /);
  }
});

Deno.test("sweep() leaves alone what is being written, by this program or another", async () => {
  await using folder = await temporaryFolder();
  const ours = storeFiles.create(folder.path);
  await ours.write(toBytes("x"));
  // Another program's, that began before us and has not written for a while.
  const path = leftover(folder.path, 1);
  using held = Deno.openSync(path, { write: true });
  held.lockSync(true);
  // One that another thread has just made and not locked yet.
  Deno.utimeSync(leftover(folder.path, Deno.pid), new Date(), new Date());
  const log = new FakeLog();
  await sweep(folder.path, log);
  assertEquals([namesIn(folder.path).length, log.lines], [3, []]);
  ours.discard();
});

Deno.test("sweep() of a folder that is missing says nothing", async () => {
  await using folder = await temporaryFolder();
  const log = new FakeLog();
  await sweep(join(folder.path, "missing"), log);
  assertEquals(log.lines, []);
});

Deno.test("whoever keeps unfinished files hears of each that begins and is over", async () => {
  await using folder = await temporaryFolder();
  const paths = new Set<string>();
  let begun = 0;
  setUnfinishedRegistry({
    begun: (path) => {
      begun++;
      paths.add(path);
    },
    over: (path) => void paths.delete(path),
  });
  try {
    storeFiles.create(folder.path).discard();
    storeFiles.create(folder.path).commit(join(folder.path, "a"), true);
    storeFiles.create(folder.path).commit(join(folder.path, "b"), false);
    assertThrows(() => storeFiles.create(folder.path).commit(join(folder.path, "a"), false));
    assertEquals([begun, paths.size], [4, 0]);
    const file = storeFiles.create(folder.path);
    assertEquals([...paths].map((path) => path.startsWith(`${folder.path}/.webserv-upload-`)), [true]);
    file.discard();
  } finally {
    setUnfinishedRegistry(unfinishedFiles);
  }
});

Deno.test("removeUnfinished() removes only what has the name of an unfinished upload", async () => {
  await using folder = await temporaryFolder();
  const path = leftover(folder.path, NOBODY), other = join(folder.path, "other");
  Deno.writeTextFileSync(other, "kept");
  for (const each of [other, path, path, `${path}/../other`]) removeUnfinished(each);
  assertEquals(namesIn(folder.path), ["other"]);
});

Deno.test("what is unfinished when a program ends is removed", async () => {
  await using folder = await temporaryFolder();
  const module = new URL("../../lib/runtime/store_files.ts", import.meta.url);
  const code = `import { storeFiles } from "${module}";
    await storeFiles.create("${folder.path}").write(new Uint8Array(5));
    console.log([...Deno.readDirSync("${folder.path}")].length);
    Deno.exit(3);`;
  const path = join(folder.path, "../", `${crypto.randomUUID()}.ts`);
  Deno.writeTextFileSync(path, code);
  try {
    const { code: status, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--no-lock",
        "--config",
        new URL("../../deno.json", import.meta.url).pathname,
        path,
      ],
    }).output();
    assertEquals([status, new TextDecoder().decode(stdout)], [3, "1\n"], new TextDecoder().decode(stderr));
    assertEquals(namesIn(folder.path), []);
  } finally {
    Deno.removeSync(path);
  }
});
