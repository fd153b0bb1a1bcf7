/**
 * Links that are set to another place while they are read: at every step, and back again at every later one.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { DiskOrigin } from "../../lib/disk/disk_origin.ts";
import { FileCache } from "../../lib/disk/file_cache.ts";
import { HeldFile } from "../../lib/disk/held_file.ts";
import { FileError } from "../../lib/ports.ts";
import { FakeClock, FakeFiles } from "./fake_files.ts";

const OUTSIDE = "secret";

interface Case {
  readonly name: string;
  /** What is turned, and the path that is asked for. */
  readonly link: string;
  readonly path: string;
  /** Where it leads while nobody interferes; undefined: it is no link then but a folder or file. */
  readonly inside?: string;
  readonly outside: string;
  /** Links that nobody turns. */
  readonly links?: Readonly<Record<string, string>>;
  /** All folders have just been made: nothing is proved by their times. */
  readonly young?: boolean;
}

const CASES: readonly Case[] = [
  { name: "a link to a file", link: "/root/l", path: "/l", inside: "/root/a/f", outside: "/out/f" },
  { name: "a link to a folder", link: "/root/l", path: "/l/f", inside: "/root/a", outside: "/out" },
  { name: "a link deep down", link: "/root/a/b/l", path: "/a/b/l", inside: "/root/a/f", outside: "/out/f" },
  { name: "a folder that is replaced by a link", link: "/root/a", path: "/a/f", outside: "/out" },
  { name: "a folder above another", link: "/root/a", path: "/a/b/g", outside: "/out" },
  { name: "a file that is replaced by a link", link: "/root/a/f", path: "/a/f", outside: "/out/f" },
  { name: "a link to an allowed file", link: "/root/l", path: "/l", inside: "/ok/a/f", outside: "/out/f" },
  { name: "a link to an allowed folder", link: "/root/l", path: "/l/f", inside: "/ok/a", outside: "/out" },
  {
    name: "a link within an allowed folder",
    link: "/ok/l",
    path: "/m/l/f",
    inside: "/ok/a",
    outside: "/out",
    links: { "/root/m": "/ok" },
  },
  {
    name: "an allowed folder that is replaced by a link",
    link: "/ok/a",
    path: "/m/a/b/g",
    outside: "/out",
    links: { "/root/m": "/ok" },
  },
].flatMap((each) => [each, { ...each, name: `${each.name}, just made`, young: true }]);

interface Scene {
  readonly files: FakeFiles;
  readonly origin: DiskOrigin;
  turn(out: boolean): void;
}

function scene({ link, inside, outside, links = {}, young }: Case): Scene {
  const files = new FakeFiles(), clock = new FakeClock();
  const made = young ? clock.time : clock.time - 10_000;
  for (const folder of ["/root", "/ok"]) {
    for (const path of ["a/f", "a/b/g"]) files.write(`${folder}/${path}`, "public", made);
  }
  for (const [path, target] of Object.entries(links)) files.links.set(path, target);
  for (const path of ["/out/f", "/out/b/g", "/out/only", "/out/b/only"]) files.write(path, OUTSIDE, made);
  for (const [path, { stat, content }] of files.nodes) {
    files.nodes.set(path, { stat: { ...stat, modified: made, changed: made }, content });
  }
  const turn = (out: boolean) => {
    const target = out ? outside : inside;
    if (target === undefined) files.links.delete(link);
    else files.links.set(link, target);
    // A folder whose entry is another has changed.
    const parent = link.slice(0, link.lastIndexOf("/")), node = files.nodes.get(parent)!;
    node.stat = { ...node.stat, modified: clock.time, changed: clock.time };
  };
  if (inside !== undefined) files.links.set(link, inside);
  return { files, origin: new DiskOrigin(new FileCache(files, clock), "/root", ["/ok"]), turn };
}

/** The content; undefined where there is none, or it was another meanwhile. */
function read(origin: DiskOrigin, path: string, how: "find" | "hold" = "find"): string | undefined {
  return orChanged(() => {
    const found = origin[how](path);
    if (found?.kind !== "file") return undefined;
    const content = found.content();
    if (found instanceof HeldFile) found.close();
    return content && new TextDecoder().decode(content);
  });
}

function orChanged<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (error instanceof FileError && (error.problem === "changed" || error.problem === "not found")) return;
    throw error;
  }
}

/** Calls `act` with every pair of steps between which the link is turned; `to` may be behind the last one. */
async function atEveryStep(
  each: Case,
  act: (scene: Scene, label: string) => unknown,
  after: (scene: Scene, label: string) => unknown = () => {},
): Promise<void> {
  let steps = 0;
  const first = scene(each);
  first.files.beforeStep = () => void steps++;
  await act(first, "untouched");
  assert(steps > 0);
  for (let from = 0; from < Math.min(steps, 24); from++) {
    for (let to = from + 1; to <= Math.min(steps, 24) + 1; to++) {
      const turned = scene(each), label = `${each.name}: from step ${from} to ${to}`;
      let step = 0;
      turned.files.beforeStep = () => {
        if (step === from) turned.turn(true);
        if (step === to) turned.turn(false);
        step++;
      };
      await act(turned, label);
      turned.files.beforeStep = () => {};
      await after(turned, label);
      assertEquals(turned.files.counts.closed, turned.files.counts.open, label);
    }
  }
}

for (const each of CASES) {
  for (const how of ["find", "hold"] as const) {
    Deno.test(`${each.name} (${how}): nothing from outside is read or remembered, whenever it is turned`, async () => {
      assertEquals(read(scene(each).origin, each.path, how), "public");
      await atEveryStep(
        each,
        ({ origin }, label) => assert(read(origin, each.path, how) !== OUTSIDE, label),
        ({ origin, turn }, label) => {
          // And no race any more: what was remembered shows.
          turn(true);
          for (let i = 0; i < 2; i++) assert(read(origin, each.path) !== OUTSIDE, `${label}, remembered`);
          turn(false);
          assertEquals(read(origin, each.path), "public", label);
        },
      );
    });
  }
}

Deno.test("a listing shows nothing of another folder, whenever a folder on the way is turned", async () => {
  for (const each of CASES.filter(({ name }) => name.includes("folder"))) {
    const folder = each.path.slice(0, each.path.lastIndexOf("/"));
    await atEveryStep(each, async ({ origin }, label) => {
      try {
        const names = (await origin.list(folder, () => true)).map(({ name }) => name);
        assert(!names.includes("only"), `${label}: ${names}`);
      } catch (error) {
        assert(error instanceof FileError && /^(?:changed|not found)$/.test(error.problem), label);
      }
    });
  }
});

Deno.test("a file below folders that have rested is looked at once more, and nothing is repeated", () => {
  const [deep] = CASES.filter(({ path }) => path === "/a/b/g");
  const { files, origin } = scene(deep!);
  assertEquals(origin.find("/a/b/g")?.kind, "file");
  // The file itself, and the folders that have a folder of the way in them.
  assertEquals([files.counts.lstat, files.counts.realPath], [3, 3]);
});
