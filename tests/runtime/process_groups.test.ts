import { assert, assertEquals } from "@std/assert";
import { ProcessGroups, SharedGroups, type WorkerGroups } from "../../lib/runtime/process_groups.ts";
import { findProgram } from "../../lib/runtime/find_program.ts";
import { isThere } from "../support/processes.ts";
import { waitUntil } from "../support/wait.ts";

/** Groups are a matter of POSIX systems. */
const ignore = Deno.build.os === "windows";

/** A worker's side that talks to the main thread's without a message. */
function registryOf(groups: WorkerGroups): SharedGroups {
  return new SharedGroups(groups.memory, { kill: groups.kill, sweep: groups.sweep });
}

/** The main thread's side and a worker's. */
function start() {
  const groups = new ProcessGroups(undefined);
  const worker = groups.open();
  return { groups, worker, registry: registryOf(worker) };
}

/** A program in a group of its own, with another in it. */
function longProgram(): Deno.ChildProcess {
  return new Deno.Command("sh", { args: ["-c", "sleep 60 & sleep 60"], detached: true }).spawn();
}

/** The group of a program that has ended and left another behind. */
async function leftBehind(): Promise<number> {
  const child = new Deno.Command("sh", { args: ["-c", "sleep 60 &"], detached: true }).spawn();
  await child.status;
  assert(isThere(-child.pid));
  return child.pid;
}

/** A group that has been empty for a moment. */
async function emptyGroup(): Promise<number> {
  const child = new Deno.Command("true", { detached: true }).spawn();
  await child.status;
  return child.pid;
}

/** Its group lives, and may end now. */
async function assertSpared(child: Deno.ChildProcess): Promise<void> {
  assert(isThere(-child.pid));
  Deno.kill(-child.pid, "SIGKILL");
  await child.status;
}

/** No process of a group is left. */
async function gone(group: number): Promise<void> {
  await waitUntil(() => !isThere(-group), `no process of the group ${group} is left`);
}

Deno.test({
  name: "kill() reaches a whole group at once, and no other",
  ignore,
  fn: async () => {
    const { worker, registry } = start();
    const [killed, other] = [longProgram(), longProgram()];
    registry.started(killed.pid);
    registry.started(other.pid);
    registry.kill(killed.pid);
    assertEquals((await killed.status).signal, "SIGKILL");
    await gone(killed.pid);
    assert(isThere(-other.pid));
    worker.close();
    assertEquals((await other.status).signal, "SIGKILL");
  },
});

Deno.test({
  name: "what a program left behind is killed soon after it has ended",
  ignore,
  fn: async () => {
    const { groups, registry } = start();
    const pids = [await leftBehind(), await emptyGroup(), await leftBehind()];
    pids.forEach((pid) => registry.started(pid));
    pids.forEach((pid) => registry.ended(pid));
    assert(isThere(-pids[0]!));
    for (const pid of pids) await gone(pid);
    // And again: the next ones are asked for again.
    const later = await leftBehind();
    registry.started(later);
    registry.ended(later);
    await gone(later);
    groups.killAll();
  },
});

Deno.test({
  name: "what had left something behind is told, with its name, and what had not is not",
  ignore,
  fn: async () => {
    for (const isAllowed of [true, false]) {
      const groups = new ProcessGroups(findProgram("kill", Deno.env.get("PATH")!));
      const told: (string | undefined)[] = [];
      const worker = groups.open((pid) => told.push(registry.nameOf(pid)));
      const registry = registryOf(worker);
      const left = await leftBehind(), unnamed = await leftBehind(), empty = await emptyGroup();
      for (const pid of [left, unnamed, empty]) registry.started(pid);
      const { kill } = Deno;
      if (!isAllowed) {
        Deno.kill = () => {
          throw new Deno.errors.NotCapable();
        };
      }
      try {
        registry.ended(left, "/left.sh");
        registry.ended(unnamed);
        registry.ended(empty, "/empty.sh");
        await waitUntil(() => told.length > 0, "it is told");
      } finally {
        Deno.kill = kill;
      }
      await gone(left);
      assertEquals(new Set(told), new Set(["/left.sh", undefined]));
      worker.close();
    }
  },
});

Deno.test("names of programs that have ended are not kept for ever", () => {
  const { registry } = start();
  for (let pid = 10; pid < 1010; pid++) registry.ended(pid, `/${pid}`);
  assertEquals([registry.nameOf(10), registry.nameOf(1009)], [undefined, "/1009"]);
});

Deno.test({
  name: "a number that has been given to another process is left alone",
  ignore,
  fn: async () => {
    const { worker, registry } = start();
    const other = longProgram(), left = await leftBehind();
    for (const pid of [other.pid, left]) {
      registry.started(pid);
      registry.ended(pid);
    }
    // Over means over: nothing kills it any more,
    registry.kill(other.pid);
    worker.kill(other.pid);
    // not the sweep either, which kills what is left of the other group.
    await gone(left);
    worker.close();
    await assertSpared(other);
  },
});

Deno.test({
  name: "nothing that was not noted is killed",
  ignore,
  fn: async () => {
    const { groups, worker, registry } = start();
    const other = longProgram();
    worker.kill(other.pid);
    registry.kill(other.pid);
    registry.ended(other.pid);
    for (const pid of [0, 1, -1]) {
      registry.started(pid);
      registry.kill(pid);
      worker.kill(pid);
      registry.ended(pid);
    }
    groups.killAll();
    await assertSpared(other);
  },
});

Deno.test({
  name: "a worker that is gone has nothing killed any more",
  ignore,
  fn: async () => {
    const { groups, worker, registry } = start();
    const other = longProgram();
    worker.close();
    registry.started(other.pid);
    registry.kill(other.pid);
    registry.ended(other.pid);
    groups.killAll();
    await assertSpared(other);
  },
});

for (const end of ["close", "killAll"] as const) {
  Deno.test({
    name: `${end}() leaves nothing of a worker, whether its programs run or have ended, and no timer`,
    ignore,
    fn: async () => {
      const { groups, worker, registry } = start();
      const alive = longProgram(), over = await leftBehind();
      for (const pid of [alive.pid, over]) registry.started(pid);
      registry.ended(over);
      if (end === "close") worker.close();
      groups.killAll();
      await alive.status;
      await gone(alive.pid);
      await gone(over);
    },
  });
}

Deno.test({
  name: "where the runtime may not kill, a program does",
  ignore: ignore || findProgram("kill", "/usr/bin:/bin") === undefined,
  permissions: { run: ["sh", "true", findProgram("kill", "/usr/bin:/bin") ?? "kill"], read: true },
  fn: async () => {
    const groups = new ProcessGroups(findProgram("kill", "/usr/bin:/bin"));
    const worker = groups.open(), registry = registryOf(worker);
    // Here nobody may ask whether a group is there: the pipe ends with the last process of it.
    const spawn = (script: string) =>
      new Deno.Command("sh", { args: ["-c", script], detached: true, stdout: "piped" }).spawn();
    const alive = spawn("sleep 60 & sleep 60"), over = spawn("sleep 60 &"), empty = spawn("true");
    await Promise.all([over.status, empty.status]);
    for (const { pid } of [alive, over, empty]) registry.started(pid);
    registry.ended(empty.pid);
    registry.ended(over.pid);
    await over.stdout.pipeTo(new WritableStream());
    registry.kill(alive.pid);
    assertEquals((await alive.status).signal, "SIGKILL");
    await alive.stdout.pipeTo(new WritableStream());
    await empty.stdout.cancel();
    groups.killAll();
  },
});
