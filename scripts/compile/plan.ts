/**
 * What is to be made, and how: the pure part of scripts/compile.ts.
 *
 * @module
 */

/** Deno's names of the systems that an executable is made for. */
export const TARGETS = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
] as const;

export type Target = typeof TARGETS[number];

/** What people call these systems. */
const NAMES: Readonly<Record<Target, string>> = {
  "x86_64-unknown-linux-gnu": "linux-x64",
  "aarch64-unknown-linux-gnu": "linux-arm64",
  "x86_64-apple-darwin": "macos-x64",
  "aarch64-apple-darwin": "macos-arm64",
  "x86_64-pc-windows-msvc": "windows-x64",
};

/** One executable to make. */
export interface Build {
  readonly target: Target;
}

/** For example `webserv-linux-x64`. */
export function fileName(target: Target): string {
  return `webserv-${NAMES[target]}${target.includes("windows") ? ".exe" : ""}`;
}

/** @throws {Error} for a target that is none */
export function planBuilds(wish: { all: boolean; target: string | undefined; here: string }): Build[] {
  if (wish.all) return TARGETS.map((target) => ({ target }));
  const name = wish.target ?? wish.here;
  const target = TARGETS.find((known) => known === name || NAMES[known] === name);
  if (!target) {
    throw new Error(`"${name}" is no target: ${TARGETS.map((known) => NAMES[known]).join(", ")}`);
  }
  return [{ target }];
}

/** The folder of the bundle. */
export const BUNDLE = "bundle";

/** What the threads other than the main one begin with. */
const THREADS = ["worker", "admin_worker", "login_thread"] as const;

/**
 * Arguments for `deno`, to make a few files of all modules: one for what each thread begins with, and one for whatever is
 * loaded later or by several. PERF: loading 150 modules one by one takes 45 ms of the start, and reading the text of
 * what nobody asked for took 100 ms of it twice, once for each thread.
 */
export function bundleArgs(): string[] {
  const options = ["--quiet", "--platform", "deno", "--code-splitting", "--outdir", BUNDLE];
  return ["bundle", ...options, "main.ts", ...THREADS.map((thread) => `lib/supervisor/${thread}.ts`)];
}

/** What the bundler puts before everything, for the sake of packages that call `require`. */
const REQUIRE = 'import { createRequire as __deno_internal_createRequire } from "node:module";\n' +
  "var __require = __deno_internal_createRequire(import.meta.url);\n";

/**
 * A file of the bundle, without node:module, which a start would load for the YAML library alone, that asks for modules
 * of the runtime and for nothing else. PERF: 15 ms of the start with Deno 2.9.
 *
 * @param text of a file
 * @returns undefined where node:module is not in it
 */
export function withoutNodeModule(text: string): string | undefined {
  return text.includes(REQUIRE)
    ? text.replace(REQUIRE, "var __require = (name) => process.getBuiltinModule(name);\n")
    : undefined;
}

/** The lock file of esbuild alone. SECURITY: all of the program passes through it, and is signed afterwards. */
export const ESBUILD_LOCK = "esbuild.lock";

/**
 * Arguments for `deno`, to take blanks and comments out of the bundle. PERF: 8 % of the start, 5 MiB of memory. Names stay
 * as they are, for traces, and since the YAML library does not survive another one.
 * Only blanks and comments: where esbuild minifies syntax, it puts the value of a `using` declaration in place of its name
 * where that is used once, and nothing is ever disposed of.
 */
export function minifyArgs(): string[] {
  return [
    "run",
    "--no-config",
    `--lock=${ESBUILD_LOCK}`,
    "--frozen",
    "--allow-all",
    "npm:esbuild@0.25.12",
    "--minify-whitespace",
    "--legal-comments=eof",
    "--charset=utf8",
    "--log-level=error",
    `--outdir=${BUNDLE}`,
    `--outbase=${BUNDLE}`,
    "--allow-overwrite",
    `./${BUNDLE}/**/*.js`,
  ];
}

/**
 * Modules to be written beside those of the bundle, by path: who starts a thread finds its entry beside itself, and what
 * starts it lies where all that is loaded later does.
 */
export function threadEntries(): ReadonlyMap<string, string> {
  return new Map(
    THREADS.map((thread) => [`${BUNDLE}/${thread}.ts`, `import "./lib/supervisor/${thread}.js";\n`]),
  );
}

/**
 * The most that V8 takes for a half of the young objects before it looks which of them live, for each thread, in MiB. Left
 * alone it takes more than 16 where thousands of clients come, and has it for as long as they stay. No smaller: of
 * thousands that are answered at one time it would look too often.
 */
const YOUNG = 8;

/**
 * Arguments for `deno`. The executable may ask for everything: its workers get what the configuration names, and nobody is ever asked for
 * more. A worker may ask for a collection (`--expose-gc`, see runtime/collect). Types
 * have been checked by `deno task check`. No cache of compiled code: it would be a file of a known name in a folder
 * that everybody may write to.
 */
export function compileArgs(target: Target, out: string): string[] {
  return [
    "compile",
    "--quiet",
    "--no-check",
    "--no-code-cache",
    `--v8-flags=--max-semi-space-size=${YOUNG},--expose-gc`,
    "--allow-all",
    "--no-prompt",
    ...[...threadEntries().keys()].flatMap((entry) => ["--include", entry]),
    "--target",
    target,
    "--output",
    out,
    `${BUNDLE}/main.js`,
  ];
}

/** The project file for the executable: the same, without what only tests and scripts import. */
export function stagedProject(project: { imports: Record<string, string> }): unknown {
  const imports = Object.entries(project.imports).filter(([name]) => !TEST_ONLY.has(name));
  return { ...project, imports: Object.fromEntries(imports), tasks: {} };
}

const TEST_ONLY: ReadonlySet<string> = new Set(["@std/assert", "@std/media-types"]);
