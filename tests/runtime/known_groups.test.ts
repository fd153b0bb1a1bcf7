import { assert, assertEquals } from "@std/assert";
import { KnownGroups } from "../../lib/runtime/known_groups.ts";
import { factsOf, knowsProcesses, membersOf } from "../../lib/runtime/process_facts.ts";
import { strangeProcess } from "../support/processes.ts";
import { pause } from "../support/wait.ts";

const ignore = !knowsProcesses();

/** A group whose leader has ended, and which has one process left. */
async function leftBehind(): Promise<{ readonly group: number; readonly [Symbol.dispose]: () => void }> {
  const child = new Deno.Command("sh", { args: ["-c", "sleep 60 &"], detached: true }).spawn();
  await child.status;
  return { group: child.pid, [Symbol.dispose]: () => Deno.kill(-child.pid, "SIGKILL") };
}

Deno.test({
  name: "the facts of a process are those of proc(5), whatever its name",
  ignore,
  fn: async () => {
    await using folder = { path: await Deno.makeTempDir(), [Symbol.asyncDispose]: () => remove() };
    const remove = () => Deno.remove(folder.path, { recursive: true });
    await Deno.copyFile("/bin/sleep", `${folder.path}/a) 1 2 (b`);
    const child = new Deno.Command(`${folder.path}/a) 1 2 (b`, { args: ["60"], detached: true }).spawn();
    const { pid } = child;
    const facts = factsOf(pid)!;
    assertEquals([facts.parent, facts.group, facts.session], [Deno.pid, pid, pid]);
    assertEquals(membersOf(pid), [facts]);
    child.kill("SIGKILL");
    await child.status;
    assertEquals([factsOf(pid), membersOf(pid)], [undefined, []]);
  },
});

Deno.test({
  name: "a running program is ours if it is our child",
  ignore,
  fn: async () => {
    using stranger = await strangeProcess();
    const child = new Deno.Command("sleep", { args: ["60"], detached: true }).spawn();
    const known = new KnownGroups();
    assertEquals([child.pid, stranger.pid, 1, Deno.pid].map((pid) => known.runs(pid)), [
      true,
      false,
      false,
      false,
    ]);
    child.kill("SIGKILL");
    await child.status;
    assert(!known.runs(child.pid));
  },
});

Deno.test({
  name: "what is left of a group is ours if it was started after the last look, or its program was seen",
  ignore,
  fn: async () => {
    using before = await leftBehind();
    // Longer than the clocks are inexact.
    await pause(300);
    const known = new KnownGroups();
    using after = await leftBehind();
    assertEquals([known.isLeftBy(before.group), known.isLeftBy(after.group)], [false, true]);
    const seen = new Deno.Command("sh", { args: ["-c", "sleep 60 & read x"], detached: true, stdin: "piped" })
      .spawn();
    known.look([seen.pid], known.time());
    await pause(300);
    known.look([seen.pid], known.time());
    await seen.stdin.close();
    await seen.status;
    assertEquals([known.isLeftBy(seen.pid), known.isLeftBy(after.group)], [true, false]);
    Deno.kill(-seen.pid, "SIGKILL");
  },
});

Deno.test({
  name: "what ended before a look and is asked for after it is judged by the look before, once",
  ignore,
  fn: async () => {
    using before = await leftBehind();
    await pause(300);
    const known = new KnownGroups();
    using missed = await leftBehind();
    await pause(300);
    const groups = [before.group, missed.group];
    known.look(groups, known.time());
    assertEquals(groups.map((group) => known.isLeftBy(group)), [false, true]);
    known.look(groups, known.time());
    assertEquals(groups.map((group) => known.isLeftBy(group)), [false, false]);
  },
});
