import { assertEquals } from "@std/assert";
import { outwardLinks } from "../../lib/runtime/outward_links.ts";
import { temporaryFolder } from "../support/launch.ts";
import { writeFiles } from "../support/server.ts";

/** Making links takes a right there. */
const ignore = Deno.build.os === "windows";
const PLENTY = { entries: 1000, time: 60_000 };

async function folderWith(links: Readonly<Record<string, string>>) {
  const folder = await temporaryFolder();
  await writeFiles(folder.path, { "root/sub/a": "a", "root-too/b": "b", "other/c": "c", "secret": "s" });
  for (const [path, target] of Object.entries(links)) await Deno.symlink(target, `${folder.path}/${path}`);
  return folder;
}

Deno.test({
  name: "outwardLinks() finds what leads out, at any depth, to files and to folders, over other links too",
  ignore,
  fn: async () => {
    await using folder = await folderWith({
      "root/file": "../secret",
      "root/sub/folder": "../../other",
      "root/sub/absolute": "/",
      "root/over": "file",
      "root/similar": "../root-too",
      "root/inside": "sub/a",
      "root/sub/up": "..",
      "root/itself": "itself",
      "root/dangling": "nothing",
    });
    const at = (name: string) => `${folder.path}/${name}`;
    const searched = [{ path: at("root"), allowed: [at("root")] }];
    const { links, count, isWhole } = await outwardLinks(searched, PLENTY);
    assertEquals(Object.fromEntries(links.map(({ path, target }) => [path, target])), {
      [at("root/file")]: at("secret"),
      [at("root/sub/folder")]: at("other"),
      [at("root/sub/absolute")]: "/",
      [at("root/over")]: at("secret"),
      [at("root/similar")]: at("root-too"),
    });
    assertEquals([count, isWhole], [5, true]);
    const more = [{ path: at("root"), allowed: [at("root"), at("other"), at("root-too")] }];
    assertEquals((await outwardLinks(more, PLENTY)).count, 3);
    // A folder that is given twice, or lies in another, is not told twice.
    assertEquals((await outwardLinks([...searched, ...searched], PLENTY)).count, 5);
    const nested = [...searched, { path: at("root/sub"), allowed: [at("root")] }];
    assertEquals((await outwardLinks(nested, PLENTY)).count, 5);
  },
});

Deno.test({
  name: "outwardLinks() ends at its bounds and says so, and names the first ones only",
  ignore,
  fn: async () => {
    await using folder = await folderWith(
      Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`root/${i}`, "../secret"])),
    );
    const searched = [{ path: `${folder.path}/root`, allowed: [`${folder.path}/root`] }];
    const whole = await outwardLinks(searched, PLENTY);
    assertEquals([whole.links.length, whole.count, whole.isWhole], [20, 50, true]);
    const few = await outwardLinks(searched, { entries: 10, time: 60_000 });
    assertEquals([few.count <= 10, few.isWhole], [true, false]);
    assertEquals((await outwardLinks(searched, { entries: 1000, time: -1 })).isWhole, false);
  },
});

Deno.test("outwardLinks() takes a folder that is not there, or no folder, for an empty one", async () => {
  await using folder = await folderWith({});
  const searched = ["gone", "secret", "root/sub/a"].map((name) => ({
    path: `${folder.path}/${name}`,
    allowed: [],
  }));
  assertEquals(await outwardLinks(searched, PLENTY), { links: [], count: 0, isWhole: true });
});
