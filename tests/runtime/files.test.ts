import { assertEquals, assertLess, assertThrows } from "@std/assert";
import { setImmediate } from "node:timers";
import { FileCache } from "../../lib/disk/file_cache.ts";
import { FileError, type FileSystem } from "../../lib/ports.ts";
import { clock } from "../../lib/runtime/clock.ts";
import { fileSystem } from "../../lib/runtime/files.ts";
import { fileLog, LogError } from "../../lib/runtime/logs.ts";
import { sweep } from "../../lib/runtime/sweep.ts";
import { FakeLog } from "../support/fakes.ts";
import { temporaryFolder } from "../support/launch.ts";

const HAS_PIPES = Deno.build.os !== "windows";
const note = HAS_PIPES ? "" : " (ignored: no named pipes here)";

/** Makes something that is no file. Whoever opens it in the plain way waits, or fails. */
const OTHERS: Readonly<Record<string, (path: string) => unknown>> = {
  "a pipe": (path) => new Deno.Command("mkfifo", { args: [path] }).outputSync(),
  "a socket": (path) => Deno.listen({ transport: "unix", path }),
  "a folder": (path) => Deno.mkdirSync(path),
  "a terminal": (path) => Deno.symlinkSync("/dev/tty", path),
};

for (const [name, make] of Object.entries(OTHERS)) {
  Deno.test({
    name: `${name} that takes the place of a file before it is opened is refused at once${note}`,
    ignore: !HAS_PIPES,
    // A listener ends with the file.
    sanitizeResources: false,
    fn: async () => {
      await using folder = await temporaryFolder();
      const path = `${folder.path}/file`;
      Deno.writeTextFileSync(path, "content");
      let swap = () => {};
      const files: FileSystem = {
        ...fileSystem,
        openSync: (path) => {
          swap();
          return fileSystem.openSync(path);
        },
      };
      const cache = new FileCache(files, clock), start = performance.now();
      const found = cache.find(path, folder.path);
      if (found?.kind !== "file") throw new Error("not found");
      let made: unknown;
      swap = () => {
        Deno.removeSync(path);
        made = make(path);
      };
      try {
        assertEquals(assertThrows(() => found.content(), FileError).problem, "changed");
        await Promise.resolve();
        assertEquals(cache.find(path, folder.path)?.kind, name === "a folder" ? "directory" : undefined);
        assertLess(performance.now() - start, 5000);
      } finally {
        if (name === "a socket") (made as Deno.Listener).close();
      }
    },
  });
}

Deno.test({
  name:
    `a log that is a pipe without a reader is refused and not waited for; with one it is written to${note}`,
  ignore: !HAS_PIPES,
  fn: async () => {
    await using folder = await temporaryFolder();
    const path = `${folder.path}/pipe`;
    OTHERS["a pipe"]!(path);
    assertThrows(() => fileLog(path), LogError, "nobody reads");
    const reader = new Deno.Command("cat", { args: [path], stdout: "piped" }).spawn();
    const open = async () => {
      for (;;) {
        try {
          return fileLog(path);
        } catch (error) {
          // The reader is still starting.
          if (!(error instanceof LogError)) throw error;
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      }
    };
    const log = await open();
    log.line("hello");
    await log.close();
    assertEquals(new TextDecoder().decode((await reader.output()).stdout), "hello\n");
  },
});

Deno.test({
  name: `a pipe with the name of an unfinished upload does not hold whoever sweeps${note}`,
  ignore: !HAS_PIPES,
  fn: async () => {
    await using folder = await temporaryFolder();
    OTHERS["a pipe"]!(`${folder.path}/.webserv-upload-1-pipe`);
    await sweep(folder.path, new FakeLog());
    assertEquals([...Deno.readDirSync(folder.path)].length, 1);
  },
});

Deno.test("reading at any place of a file, and closing it twice", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/file`, buffer = new Uint8Array(4);
  Deno.writeTextFileSync(path, "0123456789");
  const file = fileSystem.openSync(path),
    text = (count: number) => new TextDecoder().decode(buffer.subarray(0, count));
  assertEquals(file.stat(), fileSystem.stat(path)!);
  assertEquals(file.stat(), fileSystem.lstat(path)!);
  for (const [offset, expected] of [[3, "3456"], [8, "89"], [0, "0123"], [10, ""], [99, ""]] as const) {
    assertEquals(text(file.readAtSync(buffer, offset)), expected);
    assertEquals(text(await file.readAt(buffer, offset)), expected);
  }
  file.close();
  file.close();
  assertThrows(() => file.readAtSync(buffer, 0), FileError);
  await file.readAt(buffer, 0).then(() => Promise.reject(new Error("read")), (error) => {
    if (!(error instanceof FileError)) throw error;
  });
});

Deno.test("list() of thousands gives every name, and tells which are links", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (let i = 0; i < 4500; i++) Deno.writeFileSync(`${folder}/${i}`, new Uint8Array());
    Deno.symlinkSync("0", `${folder}/link`);
    const entries = await fileSystem.list(folder);
    assertEquals(entries.length, 4501);
    assertEquals(entries.filter(({ link }) => link), [{ name: "link", link: true, isFile: false }]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("after(0) lets others have their turn, and can be taken back", async () => {
  const order: string[] = [];
  const done = new Promise<void>((resolve) => {
    clock.after(0, () => {
      order.push("after");
      resolve();
    });
  });
  clock.after(0, () => order.push("taken back"))();
  await Promise.resolve();
  order.push("at once");
  await done;
  await new Promise<void>((resolve) => setImmediate(resolve));
  assertEquals(order, ["at once", "after"]);
});
