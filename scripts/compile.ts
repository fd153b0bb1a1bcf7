/**
 * Makes the executables: one file a target into dist/, SHA256SUMS over all of them, and the manual. `deno task compile [--target T]
 * [--all] [--dry-run]`; without options for this machine. The runtime under the program is downloaded by Deno; where
 * that cannot be done, DENORT_BIN names one (of this machine's target).
 *
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { writeManPage } from "./man.ts";
import {
  type Build,
  BUNDLE,
  bundleArgs,
  compileArgs,
  ESBUILD_LOCK,
  fileName,
  minifyArgs,
  planBuilds,
  stagedProject,
  TARGETS,
  threadEntries,
  withoutNodeModule,
} from "./compile/plan.ts";
import { optionValues } from "./option_values.ts";
import { messageOf, runProgram as run, runScript } from "./run_program.ts";

const ROOT = fromFileUrl(new URL("../", import.meta.url));
const DIST = join(ROOT, "dist");

/** The commit that is checked out, with a mark if files differ from it; undefined outside a clone. */
async function commit(): Promise<string | undefined> {
  try {
    const hash = await run("git", ["rev-parse", "--short=12", "HEAD"], ROOT);
    const changes = await run("git", ["status", "--porcelain", "--untracked-files=no"], ROOT);
    return changes === "" ? hash : `${hash}-changed`;
  } catch {
    return undefined;
  }
}

/** Copies what belongs into the executable: neither the tests nor the packages that only they use. */
async function stage(folder: string): Promise<void> {
  await Deno.copyFile(join(ROOT, "main.ts"), join(folder, "main.ts"));
  await copyFolder(join(ROOT, "lib"), join(folder, "lib"));
  await copyFolder(join(ROOT, "types"), join(folder, "types"));
  const project = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  await Deno.writeTextFile(join(folder, "deno.json"), JSON.stringify(stagedProject(project)));
  // So that packages are those that were tested, down to the last one.
  await Deno.copyFile(join(ROOT, "deno.lock"), join(folder, "deno.lock"));
  await Deno.copyFile(join(ROOT, "scripts/compile", ESBUILD_LOCK), join(folder, ESBUILD_LOCK));
  const made = `/** @module */\nexport const COMMIT: string | undefined = ${
    JSON.stringify(await commit())
  };\n`;
  await Deno.writeTextFile(join(folder, "lib/cli/build.ts"), made);
  await run(Deno.execPath(), bundleArgs(), folder);
  await replaceRequire(join(folder, BUNDLE));
  await run(Deno.execPath(), minifyArgs(), folder);
  for (const [path, text] of threadEntries()) await Deno.writeTextFile(join(folder, path), text);
}

/** @throws {Error} where the bundler writes it otherwise than it did */
async function replaceRequire(bundle: string): Promise<void> {
  for await (const { name, isFile } of Deno.readDir(bundle)) {
    if (!isFile) continue;
    const text = withoutNodeModule(await Deno.readTextFile(join(bundle, name)));
    if (text !== undefined) return await Deno.writeTextFile(join(bundle, name), text);
  }
  throw new Error("no file of the bundle imports node:module as expected: see withoutNodeModule()");
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copyFolder(join(from, name), join(to, name));
    else await Deno.copyFile(join(from, name), join(to, name));
  }
}

async function build(folder: string, { target }: Build): Promise<void> {
  const out = join(DIST, fileName(target));
  console.log(`making ${out}`);
  try {
    await run(Deno.execPath(), compileArgs(target, out), folder);
  } catch (error) {
    const hint = Deno.env.has("DENORT_BIN")
      ? "DENORT_BIN names a runtime: is it of this target, and of this Deno's version?"
      : "if the runtime (denort) could not be downloaded, name one with DENORT_BIN";
    throw new Error(`${messageOf(error)}\n${hint}`);
  }
}

async function writeSums(): Promise<void> {
  const lines: string[] = [];
  for (const target of TARGETS) {
    try {
      const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(join(DIST, fileName(target))));
      const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
      lines.push(`${hex}  ${fileName(target)}\n`);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  await Deno.writeTextFile(join(DIST, "SHA256SUMS"), lines.join(""));
}

async function main(): Promise<number> {
  const { target, all = false, "dry-run": isDryRun } = optionValues(
    Deno.args,
    { target: { type: "string" }, all: { type: "boolean" }, "dry-run": { type: "boolean" } },
    (problem) => {
      throw new Error(`${problem}: --target T, --all and --dry-run are known`);
    },
  );
  const builds = planBuilds({ all, target, here: Deno.build.target });
  if (isDryRun) {
    for (const { target } of builds) {
      console.log(["deno", ...compileArgs(target, `dist/${fileName(target)}`)].join(" "));
    }
    return 0;
  }
  await Deno.mkdir(DIST, { recursive: true });
  const folder = await Deno.makeTempDir({ prefix: "webserv-compile-" });
  const failures = await failuresOf([
    async () => {
      await stage(folder);
      await writeManPage(join(DIST, "webserv.1"));
      for (const planned of builds) await build(folder, planned);
    },
    // Also after a failure, which may have taken an older executable away.
    writeSums,
    () => Deno.remove(folder, { recursive: true }),
  ]);
  for (const failure of failures) console.error(messageOf(failure));
  return failures.length > 0 ? 1 : 0;
}

/** Takes all steps, whatever becomes of those before. What failed first, which the rest may come of, comes first. */
async function failuresOf(steps: readonly (() => Promise<void>)[]): Promise<unknown[]> {
  const failures: unknown[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      failures.push(error);
    }
  }
  return failures;
}

if (import.meta.main) await runScript(main);
