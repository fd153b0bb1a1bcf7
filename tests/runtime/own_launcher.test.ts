/**
 * Our own launcher as a file without a name, and programs that are started by it.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { ProcessCommand } from "../../lib/ports.ts";
import { openOwnLauncher } from "../../lib/runtime/own_launcher.ts";
import { type Launchers, processRunner } from "../../lib/runtime/processes.ts";
import { temporaryFolder } from "../support/launch.ts";
import { toText } from "../support/wire.ts";

const GROUPS = { started: () => {}, ended: () => {}, kill: () => {} };

const ignore = Deno.build.os !== "linux";

/** Runs a program to its end. */
async function outcome(
  launchers: Launchers,
  command: Partial<ProcessCommand> & { readonly program: string },
) {
  const process = processRunner(launchers, GROUPS).spawn({
    args: [],
    folder: "/",
    environment: { PATH: "/usr/bin:/bin" },
    hasInput: false,
    ...command,
  });
  const all = async (next: () => Promise<Uint8Array | null>) => {
    let text = "";
    for (let piece = await next(); piece !== null; piece = await next()) text += toText(piece);
    return text;
  };
  const [output, errors] = await Promise.all([
    all(() => process.readOutput()),
    all(() => process.readErrors()),
  ]);
  const status = await process.exited;
  process.release();
  return { output, errors, status, problem: process.startProblem };
}

Deno.test({
  name: "our own launcher has no name, is closed to programs, and is gone when it is closed",
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    const launcher = openOwnLauncher(folder.path, false);
    assert(launcher);
    assertEquals([...Deno.readDirSync(folder.path)], []);
    // A fall-back would fail.
    const listing = await outcome({ own: launcher.path, setsid: "/nowhere/setsid" }, {
      program: "/bin/ls",
      args: ["-l", "/proc/self/fd"],
    });
    assertEquals(/webserv/.test(listing.output), false, listing.output);
    launcher.close();
    // Then the other ways are as good.
    const { status, output } = await outcome({ own: launcher.path, setsid: "/usr/bin/setsid" }, {
      program: "/bin/echo",
      args: ["still here"],
    });
    assertEquals([status, output], [0, "still here\n"]);
  },
});

Deno.test({
  name: "where nothing can be written or run there is no launcher, and nothing is left",
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    const file = `${folder.path}/file`;
    await Deno.writeTextFile(file, "");
    // It may be in another place then, where that is not mounted noexec.
    for (const wrong of [`${folder.path}/missing`, file, "/proc"]) openOwnLauncher(wrong, false)?.close();
    assertEquals([...Deno.readDirSync(folder.path)].length, 1);
    for (
      const [system, arch] of [["darwin", "aarch64"], ["windows", "x86_64"], ["linux", "riscv64"]] as const
    ) {
      assertEquals(openOwnLauncher(folder.path, false, system, arch), undefined);
    }
    // Code of another architecture cannot be run, unless the system does that all the same.
    openOwnLauncher(folder.path, false, "linux", Deno.build.arch === "x86_64" ? "aarch64" : "x86_64")
      ?.close();
    assertEquals([...Deno.readDirSync(folder.path)].length, 1);
  },
});

Deno.test({
  name: "programs that our own launcher starts: how they end, what they say, and why they did not start",
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    const launcher = openOwnLauncher(folder.path, false);
    assert(launcher);
    const found = { searchPath: "/usr/bin:/bin", programs: { sh: "/bin/sh" } };
    const launchers = { own: launcher.path, setsid: "/nowhere/setsid", found };
    const script = (text: string) => ({ program: "sh", args: ["-c", text] });
    const cases: readonly (readonly [
      command: Partial<ProcessCommand> & { readonly program: string },
      expected: Partial<Awaited<ReturnType<typeof outcome>>>,
    ])[] = [
      [script("echo out; echo err >&2; exit 7"), {
        output: "out\n",
        errors: "err\n",
        status: 7,
        problem: undefined,
      }],
      [script("exit 127"), { status: 127, problem: undefined, errors: "" }],
      [script("kill -TERM $$"), { status: "SIGTERM", problem: undefined }],
      [{ program: "/nowhere/x" }, { status: 127, problem: "not found", errors: "", output: "" }],
      [{ program: folder.path }, { status: 126, problem: "denied", errors: "", output: "" }],
    ];
    for (const [command, expected] of cases) {
      const seen = await outcome(launchers, command);
      assertEquals([command, { ...seen, ...expected }], [command, seen]);
    }
    launcher.close();
  },
});

Deno.test({
  name:
    "names that were not found at the start, or that are given another search path, are looked for by setsid",
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    const launcher = openOwnLauncher(folder.path, false);
    assert(launcher);
    const found = { searchPath: "/usr/bin:/bin", programs: { sh: "/bin/sh" } };
    const launchers = { own: launcher.path, setsid: "/usr/bin/setsid", found };
    assertEquals((await outcome(launchers, { program: "echo", args: ["found"] })).output, "found\n");
    assertEquals((await outcome(launchers, { program: "no-such-program" })).problem, "not found");
    await Deno.writeTextFile(`${folder.path}/sh`, "#!/bin/sh\necho another\n", { mode: 0o700 });
    const environment = { PATH: `${folder.path}:/usr/bin:/bin` };
    const sh = { program: "sh", args: ["-c", "echo the same"] };
    assertEquals((await outcome(launchers, { ...sh, environment })).output, "another\n");
    assertEquals((await outcome(launchers, sh)).output, "the same\n");
    launcher.close();
    // Closing it again closes nobody else's.
    launcher.close();
  },
});

Deno.test({
  name:
    "a thread that may run our own launcher and nothing else runs programs by it, and by no other file that is open",
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    const launcher = openOwnLauncher(folder.path, false), other = openOwnLauncher(folder.path, false);
    assert(launcher && other);
    const worker = new Worker(new URL("./launching_worker.ts", import.meta.url), {
      type: "module",
      deno: { permissions: { run: [launcher.path] } },
    } as WorkerOptions);
    const said = (path: string) =>
      new Promise<string>((resolve) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.postMessage(path);
      });
    assertEquals(await said(launcher.path), "started\n");
    assertMatch(await said(other.path), /NotCapable/);
    worker.terminate();
    launcher.close();
    other.close();
  },
});

Deno.test({
  name: "a name alone is never taken for a file of the program's folder",
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    await Deno.writeTextFile(`${folder.path}/tool`, "#!/bin/sh\necho wrong\n", { mode: 0o700 });
    const launcher = openOwnLauncher(folder.path, false);
    assert(launcher);
    const { output, problem } = await outcome({ own: launcher.path, setsid: "/usr/bin/setsid" }, {
      program: "tool",
      folder: folder.path,
    });
    assertEquals([output, problem], ["", "not found"]);
    launcher.close();
  },
});
