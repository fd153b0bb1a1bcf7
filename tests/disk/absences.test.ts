import { assert, assertEquals } from "@std/assert";
import { DiskOrigin } from "../../lib/disk/disk_origin.ts";
import { FileCache } from "../../lib/disk/file_cache.ts";
import type { DiskFile } from "../../lib/disk/found.ts";
import { FileError } from "../../lib/ports.ts";
import { FakeClock, FakeFiles } from "./fake_files.ts";

const ROOT = "/root", PATH = `${ROOT}/folder/a.js`;
/** Long after everything was written. */
const NOW = 1_000_000;

/** A folder with a file, whose times say that it changed some time ago. */
class Files extends FakeFiles {
  constructor() {
    super();
    this.write(PATH, "content");
    this.stamp(`${ROOT}/folder`, NOW - 60_000);
  }

  stamp(path: string, time: number): void {
    const node = this.nodes.get(path)!;
    node.stat = { ...node.stat, modified: time, changed: time };
  }
}

function make() {
  const files = new Files(), clock = new FakeClock(), cache = new FileCache(files, clock);
  const origin = new DiskOrigin(cache, ROOT);
  clock.time = NOW;
  const file = (): DiskFile => {
    const found = cache.find(PATH, ROOT);
    assert(found?.kind === "file");
    return found;
  };
  file();
  const beside = (ending = ".gz") => origin.findBeside(file(), ending)?.path;
  /** How often a name was looked for, one look after the other. */
  const looks = (count = 5) => {
    const before = files.counts.probe;
    for (let i = 0; i < count; i++) assertEquals(beside(), undefined);
    return files.counts.probe - before;
  };
  return { files, clock, file, origin, beside, looks };
}

Deno.test("what is not beside a file is looked for once while its folder stays as it is", () => {
  const { looks, beside, origin, file } = make();
  assertEquals(looks(), 1);
  assertEquals(beside(".br"), undefined);
  assertEquals(looks(), 0);
  assertEquals([...origin.absentBeside(file())!], [".gz", ".br"]);
});

Deno.test("what comes beside a file is found with the next look", () => {
  const { files, beside } = make();
  assertEquals(beside(), undefined);
  files.write(`${PATH}.gz`, "coded");
  files.stamp(`${ROOT}/folder`, NOW - 10);
  assertEquals(beside(), `${PATH}.gz`);
  files.nodes.delete(`${PATH}.gz`);
  files.stamp(`${ROOT}/folder`, NOW - 5);
  assertEquals(beside(), undefined);
});

Deno.test("what is not beside a file is looked for each time where a change of its folder might not be seen", () => {
  for (const time of [NOW, NOW - 40, NOW - 1040, 0]) {
    const { files, looks } = make();
    files.stamp(`${ROOT}/folder`, time);
    assertEquals(looks(), 5, `${time}`);
  }
});

Deno.test("a file is looked for again after a second, since not every file system tells when one comes", () => {
  const { files, clock, looks, beside } = make();
  assertEquals(looks(), 1);
  files.write(`${PATH}.gz`, "coded");
  clock.time += 999;
  assertEquals(beside(), undefined);
  clock.time += 1;
  assertEquals(beside(), `${PATH}.gz`);
});

Deno.test("a link beside a file is followed each time: what it leads to may come and go elsewhere", () => {
  const { files, beside, looks } = make();
  files.links.set(`${PATH}.gz`, `${ROOT}/elsewhere`);
  assertEquals(looks(), 5);
  files.write(`${ROOT}/elsewhere`, "coded");
  assertEquals(beside(), `${PATH}.gz`);
});

Deno.test("where a folder may not be looked at, each name is", () => {
  const { files, looks } = make();
  files.failures.set(`${ROOT}/folder`, new FileError("denied", `${ROOT}/folder`));
  assertEquals(looks(), 5);
});

Deno.test("what lies beside a file is found under the rules for every file of its root", () => {
  const { files, beside } = make();
  files.write("/outside", "coded");
  files.links.set(`${PATH}.gz`, "/outside");
  files.links.set(`${PATH}.br`, `${ROOT}/.hidden`);
  files.write(`${ROOT}/.hidden`, "coded");
  assertEquals([beside(".gz"), beside(".br")], [undefined, undefined]);
});
