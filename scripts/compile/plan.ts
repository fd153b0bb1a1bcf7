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

/** The bundle of the main thread. It lies where the module lies that finds the worker beside itself. */
const MAIN_BUNDLE = "lib/supervisor/main.js";

/** The bundles of the other threads take the place of their sources. */
const THREAD_BUNDLES = [
  "lib/supervisor/worker.ts",
  "lib/supervisor/admin_worker.ts",
  "lib/supervisor/login_thread.ts",
];

/**
 * Arguments for `deno`, to make one file of each thread's modules. PERF: loading some 150 modules twice takes 45 ms of
 * the start; loading one for each takes almost nothing. (Not minified: the YAML library does not survive it.)
 */
export function bundleArgs(): string[][] {
  const bundle = (
    from: string,
    to: string,
  ) => ["bundle", "--quiet", "--platform", "deno", "--output", to, from];
  // A bundle cannot be written over its own source, nor moved there before the next is made.
  const made = THREAD_BUNDLES.map((source, index) => ({ source, bundle: `thread${index}.js` }));
  const moves = made.map(({ source, bundle }) =>
    `Deno.renameSync(${JSON.stringify(bundle)}, ${JSON.stringify(source)});`
  );
  return [
    bundle("main.ts", MAIN_BUNDLE),
    ...made.map(({ source, bundle: to }) => bundle(source, to)),
    ["eval", moves.join("")],
  ];
}

/**
 * Arguments for `deno`. The executable may ask for everything: its workers get what the configuration names, and nobody is ever asked for
 * more. Types
 * have been checked by `deno task check`. No cache of compiled code: it would be a file of a known name in a folder
 * that everybody may write to.
 */
export function compileArgs(target: Target, out: string): string[] {
  return [
    "compile",
    "--quiet",
    "--no-check",
    "--no-code-cache",
    "--allow-all",
    "--no-prompt",
    ...THREAD_BUNDLES.flatMap((bundle) => ["--include", bundle]),
    "--target",
    target,
    "--output",
    out,
    MAIN_BUNDLE,
  ];
}

/** The project file for the executable: the same, without what only tests and scripts import. */
export function stagedProject(project: { imports: Record<string, string> }): unknown {
  const imports = Object.entries(project.imports).filter(([name]) => !TEST_ONLY.has(name));
  return { ...project, imports: Object.fromEntries(imports), tasks: {} };
}

const TEST_ONLY: ReadonlySet<string> = new Set(["@std/assert"]);
