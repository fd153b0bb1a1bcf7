import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { FileCache } from "../../lib/disk/file_cache.ts";
import type { DiskFile } from "../../lib/disk/found.ts";
import { FileError } from "../../lib/ports.ts";
import { FakeClock, FakeFiles } from "./fake_files.ts";

const MIB = 1024 * 1024;

function make() {
  const files = new FakeFiles(), clock = new FakeClock(), cache = new FileCache(files, clock);
  const file = (path: string): DiskFile => {
    if (!files.nodes.has(`/root/${path}`)) files.write(`/root/${path}`, path);
    const found = cache.find(`/root/${path}`, "/root");
    assert(found?.kind === "file");
    return found;
  };
  return { files, clock, file };
}

const made = (size = 10) => () => Promise.resolve(new Uint8Array(size));

Deno.test("what is made of a file's content is kept with it until the file changes", async () => {
  const { files, file } = make();
  assertEquals(file("a").derived("gzip"), undefined);
  const content = await file("a").derive("gzip", made());
  assertStrictEquals(file("a").derived("gzip"), content);
  assertEquals(file("a").derived("br"), undefined);
  files.write("/root/a", "another", 1);
  assertEquals(file("a").derived("gzip"), undefined);
});

Deno.test("who asks for what is being made waits for that; what fails is made anew, and not kept", async () => {
  const { file } = make();
  const first = Promise.withResolvers<Uint8Array>();
  let count = 0;
  const slowly = () => (count++, first.promise);
  const all = [file("a").derive("gzip", slowly), file("a").derive("gzip", slowly)];
  const other = file("a").derive("br", made(5));
  assertEquals([count, (await other).length], [1, 5]);
  first.reject(new FileError("changed", "/root/a"));
  for (const one of all) await assertRejects(() => one, FileError);
  assertEquals(file("a").derived("gzip"), undefined);
  await file("a").derive("gzip", made());
  assert(file("a").derived("gzip"));
});

Deno.test("what is made of a file that may change unseen is for its own request alone", async () => {
  const { files, clock, file } = make();
  files.write("/root/a", "content", clock.time - 40);
  let count = 0;
  const count1 = () => (count++, made()());
  await Promise.all([file("a").derive("gzip", count1), file("a").derive("gzip", count1)]);
  assertEquals([count, file("a").derived("gzip")], [2, undefined]);
});

Deno.test("what is made of a file that has changed meanwhile is not kept, and counts nothing", async () => {
  const { files, file } = make();
  const end = Promise.withResolvers<Uint8Array>(), old = file("a");
  const making = old.derive("gzip", () => end.promise);
  files.write("/root/a", "another", 1);
  const now = file("a");
  end.resolve(new Uint8Array(20 * MIB));
  assertEquals((await making).length, 20 * MIB);
  assertEquals([old.derived("gzip"), now.derived("gzip")], [undefined, undefined]);
  // Nothing had to leave for it.
  await file("b").derive("gzip", made());
  assertStrictEquals(file("a"), now);
});

Deno.test("what is made of all files is within the bound for their contents", async () => {
  const { file } = make();
  const kept = () => Array.from({ length: 40 }, (_, i) => i).filter((i) => file(`f${i}`).derived("gzip"));
  for (let i = 0; i < 40; i++) await file(`f${i}`).derive("gzip", made(MIB));
  const all = kept();
  assert(all.length >= 14 && all.length <= 16, `${all}`);
  assert(all.includes(39));
  // The count is right, whatever has come and gone.
  for (let i = 0; i < 40; i++) await file(`f${i}`).derive("br", made(MIB));
  const both = Array.from({ length: 40 }, (_, i) => file(`f${i}`))
    .reduce((sum, one) => sum + ["gzip", "br"].filter((name) => one.derived(name)).length, 0);
  assert(both >= 14 && both <= 16, `${both}`);
});
