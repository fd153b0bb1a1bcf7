/**
 * Makes the packages of what is in dist/: dist/npm/*.tgz and dist/webserv_VERSION_ARCH.deb. `deno task package [--only
 * npm|deb]`. The executable of this machine is made where it is missing; those of other systems get packages where they
 * are there (`deno task compile --all`). Nothing is published. Needs npm, and for the .deb dpkg-deb, gzip and md5sum.
 *
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import project from "../deno.json" with { type: "json" };
import { optionValues } from "./option_values.ts";
import { packDeb } from "./package/deb.ts";
import { packNpm } from "./package/npm.ts";
import { type Platform, PLATFORMS } from "./package/platforms.ts";
import { runProgram as run, runScript } from "./run_program.ts";

const ROOT = fromFileUrl(new URL("../", import.meta.url));
const DIST = join(ROOT, "dist");

async function exists(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The platforms whose executable is in dist/, after that of this machine was made if it was not there. */
async function platformsAtHand(): Promise<Platform[]> {
  const here = PLATFORMS.find(({ target }) => target === Deno.build.target);
  const ownThere = here !== undefined && await exists(join(DIST, here.executable));
  if (!ownThere || !await exists(join(DIST, "webserv.1"))) {
    console.log("making the executable of this machine: deno task compile");
    await run(Deno.execPath(), ["task", "compile"], ROOT);
  }
  const there = await Promise.all(PLATFORMS.map(({ executable }) => exists(join(DIST, executable))));
  return PLATFORMS.filter((_, index) => there[index]);
}

/** Of the last commit, in seconds since the epoch; now, outside a clone. */
async function lastChange(): Promise<number> {
  try {
    return Number(await run("git", ["log", "-1", "--format=%ct"], ROOT));
  } catch {
    return Math.floor(Date.now() / 1000);
  }
}

/** Printed by the source, so that an executable of another architecture needs not be run. */
function completions(shell: string): Promise<string> {
  const args = ["run", "--quiet", "--allow-all", "--no-lock", "main.ts", "completions", shell];
  return run(Deno.execPath(), args, ROOT).then((text) => `${text}\n`);
}

async function makeDebs(platforms: readonly Platform[], work: string): Promise<string[]> {
  const made: string[] = [];
  const texts = {
    bash: await completions("bash"),
    zsh: await completions("zsh"),
    fish: await completions("fish"),
  };
  for (const { debian: architecture, executable } of platforms) {
    if (architecture === undefined) continue;
    const folder = join(work, architecture);
    await Deno.mkdir(folder);
    const out = join(DIST, `webserv_${project.version}_${architecture}.deb`);
    await packDeb(
      {
        version: project.version,
        architecture,
        executable: join(DIST, executable),
        manual: join(DIST, "webserv.1"),
        completions: texts,
        sources: join(ROOT, "packaging/debian"),
        license: await Deno.readTextFile(join(ROOT, "LICENSE")),
        epoch: await lastChange(),
      },
      folder,
      out,
      run,
    );
    made.push(out);
  }
  return made;
}

async function main(): Promise<void> {
  const { only } = optionValues(Deno.args, { only: { type: "string" } }, (problem) => {
    throw new Error(`${problem}: --only npm and --only deb are known`);
  });
  if (only !== undefined && only !== "npm" && only !== "deb") {
    throw new Error(`--only "${only}": npm or deb`);
  }
  const platforms = await platformsAtHand();
  const work = await Deno.makeTempDir({ prefix: "webserv-package-" });
  try {
    const made: string[] = [];
    if (only !== "deb") {
      const folder = join(work, "npm");
      await Deno.mkdir(folder);
      made.push(...await packNpm(platforms, project, { root: ROOT, dist: DIST, work: folder }, run));
    }
    if (only !== "npm") made.push(...await makeDebs(platforms, work));
    for (const path of made) console.log(`made ${path}`);
    const missing = PLATFORMS.filter((platform) => !platforms.includes(platform));
    if (missing.length > 0) {
      console.log(`no packages for ${missing.map(({ executable }) => executable).join(", ")}: not in dist/`);
    }
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

if (import.meta.main) await runScript(main);
