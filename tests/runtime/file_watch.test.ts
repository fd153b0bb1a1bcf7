import { assertEquals } from "@std/assert";
import { fileState, LOOK, watchFiles } from "../../lib/runtime/file_watch.ts";
import { FakeClock } from "../support/fakes.ts";
import { temporaryFolder } from "../support/launch.ts";

Deno.test("watchFiles() tells each change once, however the file is written", async (test) => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/a.yaml`;
  const ways: [name: string, steps: (() => void)[]][] = [
    ["written in place", [() => Deno.writeTextFileSync(path, "changed")]],
    ["written piece by piece", [
      () => Deno.writeTextFileSync(path, ""),
      () => Deno.writeTextFileSync(path, "first"),
      () => Deno.writeTextFileSync(path, "first and second"),
    ]],
    ["replaced", [() => {
      Deno.writeTextFileSync(`${path}.new`, "first");
      Deno.renameSync(`${path}.new`, path);
    }]],
    ["moved away and written anew", [
      () => Deno.renameSync(path, `${path}~`),
      () => {},
      () => Deno.writeTextFileSync(path, "first"),
    ]],
    ["a link that leads elsewhere", [() => {
      Deno.writeTextFileSync(`${path}.other`, "first");
      Deno.symlinkSync(`${path}.other`, `${path}.link`);
      Deno.renameSync(`${path}.link`, path);
    }]],
  ];
  for (const [name, steps] of ways) {
    await test.step(name, async () => {
      await Deno.remove(path).catch(() => {});
      Deno.writeTextFileSync(path, "first");
      const clock = new FakeClock();
      let changes = 0;
      const stop = watchFiles(() => [path], new Map([[path, fileState(path)]]), clock, () => changes++);
      await clock.advance(3 * LOOK);
      assertEquals(changes, 0);
      for (const step of steps) {
        step();
        await clock.advance(LOOK);
        assertEquals(changes, 0, "it may still be being written");
      }
      await clock.advance(10 * LOOK);
      assertEquals(changes, 1);
      stop();
      Deno.writeTextFileSync(path, "after the end");
      await clock.advance(10 * LOOK);
      assertEquals([changes, clock.running], [1, 0]);
    });
  }
});

Deno.test("watchFiles() notices what was changed before it began", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/a.yaml`;
  Deno.writeTextFileSync(path, "first");
  const known = fileState(path), clock = new FakeClock();
  Deno.writeTextFileSync(path, "second");
  let changes = 0;
  watchFiles(() => [path], new Map([[path, known]]), clock, () => changes++);
  await clock.advance(5 * LOOK);
  assertEquals(changes, 1);
});

Deno.test("watchFiles() looks at files that are named later, and tells of several changes once", async () => {
  await using folder = await temporaryFolder();
  const [a, b] = [`${folder.path}/a`, `${folder.path}/b`] as const;
  Deno.writeTextFileSync(a, "first");
  Deno.writeTextFileSync(b, "first");
  const clock = new FakeClock();
  const paths: string[] = [a];
  let changes = 0;
  const stop = watchFiles(() => paths, new Map(), clock, () => changes++);
  await clock.advance(3 * LOOK);
  paths.push(b);
  await clock.advance(3 * LOOK);
  assertEquals(changes, 0, "a new name is no change");
  Deno.writeTextFileSync(a, "second one");
  Deno.writeTextFileSync(b, "second one");
  await clock.advance(5 * LOOK);
  assertEquals(changes, 1);
  Deno.writeTextFileSync(b, "third");
  await clock.advance(5 * LOOK);
  assertEquals(changes, 2);
  stop();
});
