import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { waitUntil } from "../support/wait.ts";

const ENTRY = fromFileUrl(new URL("./end_entry.ts", import.meta.url));

for (
  const [how, code] of [["throws", 1], ["rejects", 1], ["exits", 3], ["comes to its end", 0]] as const
) {
  Deno.test({
    name: `a program that ${how} leaves no other behind`,
    ignore: Deno.build.os === "windows",
    fn: async () => {
      const output = await new Deno.Command(Deno.execPath(), { args: ["run", "-A", ENTRY, how] }).output();
      assertEquals(output.code, code, new TextDecoder().decode(output.stderr));
      const group = Number(new TextDecoder().decode(output.stdout));
      await waitUntil(() => !isThere(group), `no process of the group ${group} is left`);
    },
  });
}

function isThere(group: number): boolean {
  try {
    Deno.kill(-group, 0 as unknown as Deno.Signal);
    return true;
  } catch {
    return false;
  }
}
