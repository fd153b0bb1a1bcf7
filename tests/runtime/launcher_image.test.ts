/**
 * The launcher's bytes: that they are what an assembler makes of the words beside them, where one is installed, and that
 * they do what they are for, here and, where an emulator is installed, on the other architecture.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { launcherFailure } from "../../lib/runtime/launcher_failure.ts";
import {
  IDLE_STATUS,
  type LauncherArch,
  launcherAssembly,
  launcherCode,
  launcherImage,
} from "../../lib/runtime/launcher_image.ts";
import { findProgram } from "../../lib/runtime/find_program.ts";
import { temporaryFolder } from "../support/launch.ts";
import { toText } from "../support/wire.ts";

const ARCHES = ["x86_64", "aarch64"] as const;

/** What assembles for an architecture, and what runs its programs. */
const TOOLS: Readonly<Record<LauncherArch, { readonly prefix: string; readonly emulator: string }>> = {
  x86_64: { prefix: "x86_64-linux-gnu-", emulator: "qemu-x86_64-static" },
  aarch64: { prefix: "aarch64-linux-gnu-", emulator: "qemu-aarch64-static" },
};

const find = (name: string) => findProgram(name, Deno.env.get("PATH") ?? "");

function run(program: string, ...args: readonly string[]) {
  const { code, stdout, stderr } = new Deno.Command(program, { args: [...args], stdin: "null" }).outputSync();
  return { code, output: toText(stdout), errors: stderr };
}

for (const arch of ARCHES) {
  const { prefix, emulator } = TOOLS[arch];
  const isHere = Deno.build.os === "linux" && Deno.build.arch === arch;
  const assembler = find(`${prefix}as`), objcopy = find(`${prefix}objcopy`);
  Deno.test({
    name: `the launcher for ${arch} is what an assembler makes of its words`,
    ignore: assembler === undefined || objcopy === undefined,
    fn: async () => {
      await using folder = await temporaryFolder();
      const [source, object, code] = ["l.s", "l.o", "l.bin"].map((name) => `${folder.path}/${name}`);
      for (const diesWithParent of [true, false]) {
        const kind = { arch, diesWithParent };
        await Deno.writeTextFile(source!, launcherAssembly(kind));
        assertEquals(run(assembler!, "-o", object!, source!).code, 0);
        assertEquals(run(objcopy!, "-O", "binary", "-j", ".text", object!, code!).code, 0);
        assertEquals(launcherCode(kind).toHex(), (await Deno.readFile(code!)).toHex());
      }
    },
  });

  const emulated = find(emulator);
  Deno.test({
    name:
      `the launcher for ${arch} starts programs in a session of their own, and says what it could not start`,
    ignore: !isHere && (Deno.build.os !== "linux" || emulated === undefined),
    fn: async () => {
      await using folder = await temporaryFolder();
      const file = `${folder.path}/launcher`;
      await Deno.writeFile(file, launcherImage({ arch, diesWithParent: false }), { mode: 0o700 });
      const launch = (...args: readonly string[]) =>
        isHere ? run(file, ...args) : run(emulated!, file, ...args);

      const session = 'read -r _ _ _ _ group session _ < /proc/self/stat; echo $$ $group $session "$@"';
      const [pid, group, id, ...args] = launch("/bin/sh", "-c", session, "sh", "a b", "").output.trimEnd()
        .split(" ");
      assertEquals([group, id, args.join(" ")], [pid, pid, "a b "].map((word) => word?.trimEnd()));
      assertEquals(launch("/bin/sh", "-c", "exit 3").code, 3);

      await Deno.writeTextFile(`${folder.path}/plain`, "echo $1\n", { mode: 0o700 });
      assertEquals(launch(`${folder.path}/plain`, "no first line").output, "no first line\n");

      assertEquals(launch().code, IDLE_STATUS);
      const cases: readonly (readonly [path: string, code: number, problem: string])[] = [
        [`${folder.path}/missing`, 127, "not found"],
        [`${file}/x`, 127, "not found"],
        ["", 127, "not found"],
        [folder.path, 126, "denied"],
        ["/etc/passwd", 126, "denied"],
        [`/${"x".repeat(300)}`, 126, "failed"],
      ];
      for (const [path, code, problem] of cases) {
        const told = launch(path);
        assertEquals([path, told.code, launcherFailure(told.errors)], [path, code, problem]);
      }
    },
  });
}

Deno.test({
  name: "what the launcher has started ends with its parent, or lives on, as it was made",
  ignore: Deno.build.os !== "linux" || !ARCHES.some((arch) => arch === Deno.build.arch),
  fn: async () => {
    await using folder = await temporaryFolder();
    for (const diesWithParent of [true, false]) {
      const arch = ARCHES.find((arch) => arch === Deno.build.arch)!;
      const file = `${folder.path}/launcher-${diesWithParent}`;
      await Deno.writeFile(file, launcherImage({ arch, diesWithParent }), { mode: 0o700 });
      // The parent waits until the launcher has become the program.
      const script = `"$0" /bin/sleep 60 > /dev/null 2>&1 < /dev/null & echo $!
until read -r name < /proc/$!/comm && [ "$name" = sleep ]; do :; done`;
      const pid = Number(run("/bin/sh", "-c", script, file).output);
      const end = performance.now() + (diesWithParent ? 5000 : 300);
      while (isThere(pid) && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
      const lives = isThere(pid);
      if (lives) Deno.kill(pid, "SIGKILL");
      assertEquals(lives, !diesWithParent);
    }
  },
});

Deno.test("what only looks like a launcher's words is a program's own", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  for (
    const text of [
      "",
      "\0webserv launch",
      "\0webserv launch\x02\n",
      "0webserv launch\x02",
      "\0webserv_launch\x02",
    ]
  ) {
    assertEquals([text, launcherFailure(bytes(text))], [text, undefined]);
  }
  assertEquals(launcherFailure(bytes("\0webserv launch\x02")), "not found");
});

/** A zombie is not. */
function isThere(pid: number): boolean {
  try {
    return !/\) Z /.test(Deno.readTextFileSync(`/proc/${pid}/stat`));
  } catch {
    return false;
  }
}
