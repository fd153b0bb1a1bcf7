import { assertEquals } from "@std/assert";
import { setImmediate } from "node:timers";
import { clock } from "../../lib/runtime/clock.ts";
import { fileSystem } from "../../lib/runtime/files.ts";

Deno.test("list() of thousands gives every name, and tells which are links", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (let i = 0; i < 4500; i++) Deno.writeFileSync(`${folder}/${i}`, new Uint8Array());
    Deno.symlinkSync("0", `${folder}/link`);
    const entries = await fileSystem.list(folder);
    assertEquals(entries.length, 4501);
    assertEquals(entries.filter(({ link }) => link), [{ name: "link", link: true }]);
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
