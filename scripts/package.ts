/**
 * Makes packages of the executables in dist/, in dist/ too: `deno task package`. Those of systems whose executable is not
 * there are left out, and named; without any, that of this machine is made first. Nothing is published.
 *
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import project from "../deno.json" with { type: "json" };
import { fileName, type Target, TARGETS } from "./compile/plan.ts";
import { mainPackage, type NpmPackage, packedName, platformPackage } from "./package/npm.ts";
import { copyAll, run } from "./package/files.ts";

const ROOT = fromFileUrl(new URL("../", import.meta.url));
const DIST = join(ROOT, "dist");

/** The targets whose executable is in dist/. */
function madeTargets(): Target[] {
  return TARGETS.filter((target) => {
    try {
      return Deno.statSync(join(DIST, fileName(target))).isFile;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  });
}

/** Packs a package with npm, into dist/npm. */
async function pack(folder: string, npmPackage: NpmPackage): Promise<void> {
  const content = join(folder, npmPackage.name);
  await Deno.mkdir(content);
  await Deno.writeTextFile(join(content, "package.json"), npmPackage.manifest);
  await copyAll(ROOT, npmPackage.files, content);
  await run(
    "npm",
    ["pack", "--silent", "--ignore-scripts", "--pack-destination", join(DIST, "npm")],
    content,
  );
  console.log(`made dist/npm/${packedName(npmPackage, project)}`);
}

async function main(): Promise<void> {
  if (madeTargets().length === 0) {
    console.log("there is no executable in dist/: making that of this machine");
    await run(Deno.execPath(), ["task", "compile"], ROOT);
  }
  const targets = madeTargets(), missing = TARGETS.filter((target) => !targets.includes(target));
  await Deno.mkdir(join(DIST, "npm"), { recursive: true });
  const folder = await Deno.makeTempDir({ prefix: "webserv-package-" });
  try {
    // All are named, whichever of them were made here: npm leaves out what it does not find.
    for (
      const made of [
        mainPackage(TARGETS, project),
        ...targets.map((target) => platformPackage(target, project)),
      ]
    ) {
      await pack(folder, made);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  if (missing.length > 0) {
    console.log(`not made, for want of their executables: packages with ${missing.map(fileName).join(", ")}`);
  }
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    Deno.exit(1);
  }
}
