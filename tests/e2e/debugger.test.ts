/**
 * SIGUSR1 has the runtime open its debugger, with which every program of the machine could run code in the server. A
 * program that polls for it finds nothing, whenever the signal comes.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import type { Attack } from "./debugger_entry.ts";

const ENTRY = fromFileUrl(new URL("./debugger_entry.ts", import.meta.url));

/** A network of its own, where no other server holds the port; undefined where the system has none to give. */
function ownNetwork(): readonly string[] | undefined {
  const alone = ["--user", "--map-root-user", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"];
  try {
    const tried = new Deno.Command("unshare", { args: [...alone, "true"], stderr: "null" }).outputSync();
    return tried.success ? alone : undefined;
  } catch {
    return undefined;
  }
}

Deno.test({
  name: "SIGUSR1 opens no debugger, whenever it comes, and the server goes on serving",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const alone = ownNetwork();
    const run = [Deno.execPath(), "run", "-A", "--no-lock", "--no-check", ENTRY];
    const [command, ...args] = alone === undefined ? run : ["unshare", ...alone, ...run, "alone"];
    const { success, stdout, stderr } = await new Deno.Command(command!, { args, stdin: "null" }).output();
    const text = new TextDecoder();
    assert(success, text.decode(stderr));
    const attacks: Attack[] = JSON.parse(text.decode(stdout));
    for (const { name, debugger: answers, page, status } of attacks) {
      assertEquals(answers, [], `${name}: a debugger answers`);
      // Before the program has begun, the signal ends it as it ends any other.
      const ended = /after (0|50|100) ms/.test(name) && page === undefined && status !== 0;
      if (!ended) assertEquals([page, status], ["served", 0], name);
    }
    assert(attacks.some(({ page }) => page !== undefined));
  },
});
