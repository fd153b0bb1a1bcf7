import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import project from "../../deno.json" with { type: "json" };
import {
  bundleArgs,
  compileArgs,
  fileName,
  minifyArgs,
  planBuilds,
  stagedProject,
  type Target,
  TARGETS,
  threadEntries,
  withoutNodeModule,
} from "../../scripts/compile/plan.ts";
import { temporaryFolder } from "../support/launch.ts";

const LINUX = "x86_64-unknown-linux-gnu";

/** Runs the script in another folder than the project's. */
async function compile(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  await using folder = await temporaryFolder();
  const script = fromFileUrl(new URL("../../scripts/compile.ts", import.meta.url));
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", script, ...args],
    cwd: folder.path,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

const FILES: Readonly<Record<Target, string>> = {
  "x86_64-unknown-linux-gnu": "webserv-linux-x64",
  "aarch64-unknown-linux-gnu": "webserv-linux-arm64",
  "x86_64-apple-darwin": "webserv-macos-x64",
  "aarch64-apple-darwin": "webserv-macos-arm64",
  "x86_64-pc-windows-msvc": "webserv-windows-x64.exe",
};

Deno.test("each target's executable has a name that people know", () => {
  assertEquals(
    TARGETS.map((target) => [target, fileName(target)]),
    Object.entries(FILES) as [Target, string][],
  );
});

Deno.test("without a wish the executable of this machine is made", () => {
  for (const here of TARGETS) {
    assertEquals(planBuilds({ all: false, target: undefined, here }), [{ target: here }]);
  }
});

Deno.test("a target is named as Deno does, or as people do", () => {
  for (const target of TARGETS) {
    const short = fileName(target).replace(/^webserv-|\.exe$/g, "");
    for (const name of [target, short]) {
      assertEquals(planBuilds({ all: false, target: name, here: LINUX }), [{ target }]);
    }
  }
});

Deno.test("--all is every target, whatever else is wished", () => {
  const all = TARGETS.map((target) => ({ target }));
  assertEquals(planBuilds({ all: true, target: undefined, here: LINUX }), all);
  assertEquals(planBuilds({ all: true, target: "macos-arm64", here: "riscv64gc-unknown-linux-gnu" }), all);
});

Deno.test("what is no target is refused with those that are", () => {
  for (const target of ["", "linux", "x86_64", "LINUX-X64", "webserv-linux-x64"]) {
    const { message } = assertThrows(() => planBuilds({ all: false, target, here: LINUX }));
    assertEquals(
      message,
      `"${target}" is no target: linux-x64, linux-arm64, macos-x64, macos-arm64, windows-x64`,
    );
  }
  assertThrows(
    () => planBuilds({ all: false, target: undefined, here: "aarch64-pc-windows-msvc" }),
    Error,
    '"aarch64-pc-windows-msvc" is no target',
  );
});

Deno.test("the arguments name the target, the file, the main module and the worker's", () => {
  for (const target of TARGETS) {
    const args = compileArgs(target, "out/file");
    assertEquals([args[0], args.at(-1)], ["compile", "bundle/main.js"]);
    const behind = (option: string) => args[args.indexOf(option) + 1];
    assertEquals(
      [behind("--target"), behind("--output"), behind("--include")],
      [target, "out/file", "bundle/worker.ts"],
    );
    for (
      const flag of [
        "--allow-all",
        "--no-prompt",
        "--no-check",
        "--v8-flags=--max-semi-space-size=8,--expose-gc",
      ]
    ) {
      assert(args.includes(flag), flag);
    }
    assert(!args.some((arg) => arg.startsWith("--unstable")), "deno.json says what is unstable");
  }
});

Deno.test("all threads are bundled together from modules that are there, and what is compiled names each", async () => {
  const args = bundleArgs(), sources = args.slice(args.indexOf("--outdir") + 2);
  assertEquals(sources, [
    "main.ts",
    "lib/supervisor/worker.ts",
    "lib/supervisor/admin_worker.ts",
    "lib/supervisor/login_thread.ts",
  ]);
  for (const name of sources) {
    assert((await Deno.stat(new URL(`../../${name}`, import.meta.url))).isFile, name);
  }
  const compiled = compileArgs(LINUX, "out");
  for (const [path, text] of threadEntries()) {
    assert(compiled.includes(path), path);
    const [, module] = /^import "\.\/(.*)\.js";\n$/.exec(text)!;
    assert(sources.includes(`${module}.ts`), text);
  }
  assertEquals(threadEntries().size, sources.length - 1);
});

Deno.test("no syntax is minified: what is declared with using is disposed of in the executable, too", () => {
  assertEquals(minifyArgs().filter((arg) => arg.startsWith("--minify")), ["--minify-whitespace"]);
});

Deno.test("what the bundler puts before everything is replaced, and nothing else", () => {
  const before =
    'var a = 1;\nimport { createRequire as __deno_internal_createRequire } from "node:module";\n' +
    "var __require = __deno_internal_createRequire(import.meta.url);\nvar b = 2;\n";
  assertEquals(
    withoutNodeModule(before),
    "var a = 1;\nvar __require = (name) => process.getBuiltinModule(name);\nvar b = 2;\n",
  );
  assertEquals(withoutNodeModule('import { createRequire } from "node:module";\n'), undefined);
});

Deno.test("the staged project has what the program imports, and neither tests' packages nor tasks", () => {
  const staged = stagedProject(project) as typeof project;
  const { "@std/assert": _assert, "@std/media-types": _types, ...imports } = project.imports;
  assertEquals(staged.imports as Record<string, string>, imports);
  assertEquals(staged.tasks as Record<string, string>, {});
  assertEquals(
    [staged.name, staged.version, staged.unstable],
    [project.name, project.version, ["net", "worker-options"]],
  );
  assert("@std/assert" in project.imports, "the project itself stays as it was");
});

Deno.test("--dry-run --all prints a command for each target and makes nothing", async () => {
  const { code, stdout, stderr } = await compile("--dry-run", "--all");
  assertEquals([code, stderr], [0, ""]);
  const lines = stdout.trimEnd().split("\n");
  assertEquals(lines.length, 5);
  for (const [index, target] of TARGETS.entries()) {
    assert(lines[index]!.startsWith("deno compile "), lines[index]);
    assertStringIncludes(
      lines[index]!,
      ` --target ${target} --output dist/${FILES[target]} bundle/main.js`,
    );
  }
});

Deno.test("--dry-run prints the one command that is asked for", async () => {
  const { code, stdout } = await compile("--dry-run", "--target", "windows-x64");
  assertEquals([code, stdout.match(/--target \S+/g)], [0, ["--target x86_64-pc-windows-msvc"]]);
});

Deno.test("wrong arguments end it with 1 and one line that says what is known", async () => {
  const cases: [string[], string][] = [
    [
      ["--dry-run", "--target", "plan9"],
      '"plan9" is no target: linux-x64, linux-arm64, macos-x64, macos-arm64, windows-x64',
    ],
    [["--dry-rum"], "Unknown option '--dry-rum': --target T, --all and --dry-run are known"],
    [
      ["linux-x64"],
      "Unexpected argument 'linux-x64'. This command does not take positional arguments: " +
      "--target T, --all and --dry-run are known",
    ],
  ];
  for (const [args, message] of cases) {
    assertEquals(await compile(...args), { code: 1, stdout: "", stderr: `${message}\n` });
  }
});

/** Compiles a copy of the project without a runtime: what is said. It fails, and leaves nothing in the temporary folder. */
async function compileInVain(folder: string): Promise<string> {
  const root = fromFileUrl(new URL("../../", import.meta.url));
  for (const name of ["deno.json", "deno.lock", "main.ts", "lib", "types", "scripts"]) {
    await copy(join(root, name), join(folder, name));
  }
  await Deno.mkdir(join(folder, "tmp"));
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", join(folder, "scripts/compile.ts"), "--target", "linux-x64"],
    env: { NO_COLOR: "1", DENORT_BIN: "/missing/denort", TMPDIR: join(folder, "tmp") },
    stdin: "null",
  }).output();
  const said = new TextDecoder().decode(stderr);
  assertEquals(code, 1, said);
  assertEquals([...Deno.readDirSync(join(folder, "tmp"))].map(({ name }) => name), []);
  return said;
}

Deno.test("without a runtime to put under the program, DENORT_BIN is named and nothing is left", async () => {
  await using folder = await temporaryFolder();
  const said = await compileInVain(folder.path);
  assertStringIncludes(said, "Could not find denort at '/missing/denort'");
  assertStringIncludes(
    said,
    "\nDENORT_BIN names a runtime: is it of this target, and of this Deno's version?\n",
  );
  assertEquals(await Deno.readTextFile(join(folder.path, "dist/SHA256SUMS")), "");
});

Deno.test("what fails first is told first, whatever fails after it", async () => {
  await using folder = await temporaryFolder();
  await Deno.mkdir(join(folder.path, "dist/SHA256SUMS"), { recursive: true });
  assertMatch(
    await compileInVain(folder.path),
    /Could not find denort[^]*DENORT_BIN names[^]*Is a directory/,
  );
});

Deno.test("where dist/ cannot be made nothing is begun", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(join(folder.path, "dist"), "");
  const said = await compileInVain(folder.path);
  assert(/exists/.test(said) && !said.includes("denort"), said);
});

async function copy(from: string, to: string): Promise<void> {
  if ((await Deno.stat(from)).isFile) return await Deno.copyFile(from, to);
  await Deno.mkdir(to);
  for await (const { name } of Deno.readDir(from)) await copy(join(from, name), join(to, name));
}
