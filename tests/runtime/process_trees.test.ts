// How programs are ended on Windows, with a taskkill made of this system's kill: the branches are those of Windows.
import { assert, assertEquals } from "@std/assert";
import type { ProcessCommand } from "../../lib/ports.ts";
import { RunningCommand } from "../../lib/runtime/command.ts";
import { ProcessGroups, SharedGroups } from "../../lib/runtime/process_groups.ts";
import { killArguments, killedOf } from "../../lib/runtime/process_trees.ts";
import { launch, processRunner } from "../../lib/runtime/processes.ts";
import { temporaryFolder } from "../support/launch.ts";
import { isThere } from "../support/processes.ts";
import { waitUntil } from "../support/wait.ts";

const ignore = Deno.build.os !== "linux";

const COMMAND: ProcessCommand = {
  program: "sh",
  args: ["-c", 'sleep 60 & echo "$!"; wait'],
  folder: "/",
  environment: { PATH: "/usr/bin:/bin" },
  hasInput: false,
};

/** Notes how it was called, and kills the children of each process and the process. */
const TASKKILL = `#!/bin/sh
echo "$@" >> "$0.log"
while [ $# -gt 0 ]; do
  if [ "$1" = /PID ]; then
    shift
    # It would end by itself where its children do first.
    kill -STOP $1 2>/dev/null
    for child in $(cat /proc/$1/task/*/children 2>/dev/null); do kill -KILL $child; done
    kill -KILL $1 || echo "ERROR: The process \\"$1\\" not found." >&2
  fi
  shift
done
`;

async function makeTaskkill(folder: string): Promise<{ path: string; calls: () => string[] }> {
  const path = `${folder}/taskkill`;
  await Deno.writeTextFile(path, TASKKILL);
  await Deno.chmod(path, 0o755);
  const calls = () => {
    try {
      return Deno.readTextFileSync(`${path}.log`).trim().split("\n");
    } catch {
      return [];
    }
  };
  return { path, calls };
}

Deno.test("the words for the program that kills", () => {
  assertEquals(killArguments([1, 22], "linux"), ["-KILL", "--", "-1", "-22"]);
  assertEquals(killArguments([1, 22], "darwin"), ["-KILL", "--", "-1", "-22"]);
  assertEquals(killArguments([1, 22], "windows"), ["/T", "/F", "/PID", "1", "/PID", "22"]);
});

Deno.test("whom it has killed", () => {
  assertEquals(killedOf([12, 123], "kill: sending signal to -12 failed: No such process", "linux"), [123]);
  assertEquals(killedOf([12, 123], "kill: -123: No such process", "darwin"), [12]);
  assertEquals(killedOf([12, 123, 23], 'ERROR: The process "123" not found.', "windows"), [12, 23]);
});

Deno.test("how programs are started on each system", () => {
  const host = { environment: { SystemRoot: "C:\\Windows", PATH: "no" } } as const;
  const [program, linux] = launch(COMMAND, "/usr/bin/setsid", { os: "linux", environment: {} });
  assertEquals([program, linux.args?.[0], linux.detached], ["/usr/bin/setsid", "sh", false]);
  const [, macos] = launch(COMMAND, undefined, { os: "darwin", environment: {} });
  assertEquals(macos.detached, true);
  const [alone, windows] = launch(COMMAND, undefined, { ...host, os: "windows" });
  assertEquals([alone, windows.detached, windows.clearEnv], ["sh", false, true]);
  assertEquals(windows.env, { SystemRoot: "C:\\Windows", PATH: "/usr/bin:/bin" });
});

Deno.test({
  name: "Windows: a program is ended with its children, and never alone",
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    const taskkill = await makeTaskkill(folder.path);
    const groups = new ProcessGroups(taskkill.path, "windows"), worker = groups.open();
    const registry = new SharedGroups(worker.memory, { kill: worker.kill, sweep: worker.sweep });
    for (const how of ["terminate", "kill"] as const) {
      const runner = processRunner({}, registry, { os: "windows", environment: {}, endsTrees: true });
      const process = runner.spawn(COMMAND);
      const child = Number(new TextDecoder().decode((await process.readOutput())!));
      assert(isThere(child));
      process[how]();
      assertEquals(await process.exited, "SIGKILL", how);
      await waitUntil(() => !isThere(child), "its child is gone");
      process.killRest(undefined);
      process.release();
    }
    assertEquals(taskkill.calls().length, 2);
    // What has ended by itself is not asked for: its number may be another's.
    const short = processRunner({}, registry, { os: "windows", environment: {}, endsTrees: true })
      .spawn({ ...COMMAND, args: ["-c", "exit 3"] });
    assertEquals(await short.exited, 3);
    short.killRest("short");
    short.kill();
    short.release();
    worker.close();
    groups.killAll();
    assertEquals(taskkill.calls().length, 2);
  },
});

Deno.test({
  name: "Windows: what still runs at the end of the server is ended with its children, all in one call",
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    const taskkill = await makeTaskkill(folder.path);
    const groups = new ProcessGroups(taskkill.path, "windows"), worker = groups.open();
    const registry = new SharedGroups(worker.memory, { kill: worker.kill, sweep: worker.sweep });
    const runner = processRunner({}, registry, { os: "windows", environment: {}, endsTrees: true });
    const processes = [runner.spawn(COMMAND), runner.spawn(COMMAND)];
    const children: number[] = [];
    for (const process of processes) {
      children.push(Number(new TextDecoder().decode((await process.readOutput())!)));
    }
    groups.killAll();
    for (const process of processes) assertEquals(await process.exited, "SIGKILL");
    for (const child of children) await waitUntil(() => !isThere(child), "its child is gone");
    assertEquals(taskkill.calls().length, 1);
    processes.forEach((process) => process.release());
    worker.close();
  },
});

Deno.test({
  name: "Windows: without taskkill a program is ended alone",
  ignore,
  fn: async () => {
    const groups = new ProcessGroups(undefined, "windows"), worker = groups.open();
    const registry = new SharedGroups(worker.memory, { kill: worker.kill, sweep: worker.sweep });
    const runner = processRunner({}, registry, { os: "windows", environment: {}, endsTrees: false });
    const process = runner.spawn({ ...COMMAND, args: ["-c", "exec sleep 60"] });
    process.kill();
    assertEquals(await process.exited, "SIGKILL");
    process.killRest(undefined);
    process.release();
    worker.close();
  },
});

Deno.test({
  name: "Windows: a command beside the server is told by the console, and killed with its children",
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    const taskkill = await makeTaskkill(folder.path);
    const groups = new ProcessGroups(taskkill.path, "windows");
    const command = RunningCommand.start({
      words: ["sh", "-c", COMMAND.args[1]!],
      environment: {},
      piped: true,
    }, {
      groups,
      guardShell: undefined,
      killProgram: taskkill.path,
      searchPath: "/usr/bin:/bin",
      os: "windows",
    });
    const [stdout, stderr] = command.streams, reader = stdout!.getReader();
    const child = Number(new TextDecoder().decode((await reader.read()).value));
    command.signal("SIGINT");
    assertEquals([isThere(child), taskkill.calls()], [true, []]);
    await command.kill();
    await waitUntil(() => !isThere(child), "its child is gone");
    assertEquals(taskkill.calls().length, 1);
    await command.ended;
    await command.kill();
    assertEquals(taskkill.calls().length, 1);
    reader.releaseLock();
    await stdout!.cancel();
    await stderr!.cancel();
  },
});
