/**
 * Makes a release of what is in dist/, in dist/release/vVERSION/: copies of it, install.sh, the list of materials, what
 * package managers read, SHA256SUMS and its signature. Nothing is uploaded. `deno task release [--only-here]
 * [--unsigned] [--dist DIR] [--address URL]`.
 *
 * WEBSERV_RELEASE_KEY is the private key of releases in PEM, or a file that has it: ECDSA of P-256.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { fromFileUrl, join } from "@std/path";
import { bundleArgs, fileName, stagedProject, TARGETS } from "./compile/plan.ts";
import { optionValues } from "./option_values.ts";
import { readLicences } from "./release/npm_cache.ts";
import { bundledPackages, packagesWithin } from "./release/packages.ts";
import { madeFiles } from "./release/plan.ts";
import { checkedVersion, expectedFiles, releaseOf, RELEASES } from "./release/release.ts";
import { sbom, sbomName } from "./release/sbom.ts";
import { type ReleaseKey, releaseKey } from "./release/signature.ts";
import { sha256OfFile, sumsText } from "./release/sums.ts";
import { runProgram, runScript } from "./run_program.ts";

const ROOT = fromFileUrl(new URL("../", import.meta.url));

/** Runs a program in the project's folder. */
const run = (command: string, args: readonly string[]) => runProgram(command, args, ROOT);

/** The key, or undefined where none is wished for. */
async function readKey(isUnsigned: boolean): Promise<ReleaseKey | undefined> {
  const value = Deno.env.get("WEBSERV_RELEASE_KEY") ?? "";
  if (isUnsigned && value === "") return undefined;
  if (isUnsigned) throw new Error("--unsigned does not go with WEBSERV_RELEASE_KEY: leave one of them out");
  if (value === "") {
    throw new Error(
      "WEBSERV_RELEASE_KEY is not set: it is the private key of releases in PEM, or a file that has it; " +
        "--unsigned makes a release that install.sh of no other version can install",
    );
  }
  return releaseKey(value.includes("-----BEGIN") ? value : await Deno.readTextFile(value));
}

/** Paths of the files that are released as they are, by name. */
async function filesIn(dist: string, version: string): Promise<Map<string, string>> {
  const found = new Map<string, string>(), expected = expectedFiles(version);
  for (const folder of [dist, join(dist, "npm")]) {
    try {
      for await (const { name, isFile } of Deno.readDir(folder)) {
        if (isFile && expected.includes(name)) found.set(name, join(folder, name));
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return found;
}

/**
 * Asks the executable of this system for its version, and gives that of its runtime.
 *
 * @param mayDiffer from the commit that it names, as what is only tried here may
 * @throws {Error} if it is of another version, made before the version was changed, or of no commit
 */
async function runtimeOf(
  files: ReadonlyMap<string, string>,
  version: string,
  mayDiffer: boolean,
): Promise<string | undefined> {
  const name = TARGETS.filter((target) => target === Deno.build.target).map(fileName)[0];
  const path = name === undefined ? undefined : files.get(name);
  if (path === undefined) return undefined;
  const said = await run(path, ["--version"]);
  if (!`${said} `.startsWith(`webserv ${version} `)) {
    throw new Error(
      `${path} is ${said}, and deno.json says ${version}: make it again with deno task compile`,
    );
  }
  if (/\(commit \w+-changed\b/.test(said) && !mayDiffer) {
    throw new Error(`${path} was made of files that differ from their commit: commit them and make it again`);
  }
  return /\bDeno (\d[^\s,)]*)/.exec(said)?.[1];
}

/**
 * SECURITY: what is signed is of the commit that is checked out, for every system, and no package is older than what it
 * holds.
 *
 * @throws {Error} with what is to be made again
 */
async function refuseStale(files: ReadonlyMap<string, string>): Promise<void> {
  const commit = await run("git", ["rev-parse", "--short=12", "HEAD"]);
  const executables = TARGETS.map(fileName).flatMap((name) => files.get(name) ?? []);
  for (const path of executables) {
    const text = Buffer.from(await Deno.readFile(path));
    if (text.includes(commit) && !text.includes(`${commit}-changed`)) continue;
    throw new Error(
      `${path} was not made of the commit ${commit}: make it again with deno task compile --all`,
    );
  }
  const changed = (path: string) => Deno.statSync(path).mtime?.getTime() ?? 0;
  const newest = Math.max(...executables.map(changed));
  for (const [name, path] of files) {
    if (/\.(?:deb|tgz)$/.test(name) && changed(path) < newest) {
      throw new Error(`${path} is older than an executable: make it again with deno task package`);
    }
  }
}

/** The text of the program as it goes into the executable, with the paths of its modules. */
async function bundledText(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "webserv-release-" });
  try {
    const args = bundleArgs();
    args[args.indexOf("--outdir") + 1] = folder;
    await run(Deno.execPath(), args);
    return await textBelow(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function textBelow(folder: string): Promise<string> {
  let text = "";
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    text += isDirectory ? await textBelow(path) : `${await Deno.readTextFile(path)}\n`;
  }
  return text;
}

/** When the commit was made that is checked out; outside a clone, now. */
async function commitTime(): Promise<string> {
  const time = await run("git", ["log", "-1", "--format=%cI"]).catch(() => undefined);
  return (time === undefined ? new Date() : new Date(time)).toISOString().replace(/\.\d+Z$/, "Z");
}

async function main(): Promise<void> {
  const { "only-here": isOnlyHere = false, unsigned = false, dist = join(ROOT, "dist"), address = RELEASES } =
    optionValues(
      Deno.args,
      {
        "only-here": { type: "boolean" },
        unsigned: { type: "boolean" },
        dist: { type: "string" },
        address: { type: "string" },
      },
      (problem) => {
        throw new Error(`${problem}: --only-here, --unsigned, --dist DIR and --address URL are known`);
      },
    );
  const project: { version: string; imports: Record<string, string> } = JSON.parse(
    await Deno.readTextFile(join(ROOT, "deno.json")),
  );
  const version = checkedVersion(project.version);
  const key = await readKey(unsigned);
  const sources = await filesIn(dist, version);
  const sums = new Map<string, string>();
  for (const [name, path] of sources) sums.set(name, await sha256OfFile(path));
  const release = releaseOf(version, address, sums);
  const template = await Deno.readTextFile(join(ROOT, "scripts/install.sh"));
  const { files, notes } = madeFiles(release, { template, publicKey: key?.publicKey, isOnlyHere });
  const runtime = await runtimeOf(sources, version, isOnlyHere);
  if (!isOnlyHere) await refuseStale(sources);

  const { imports } = stagedProject(project) as { imports: Record<string, string> };
  const lock = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.lock")));
  const packages = packagesWithin(bundledPackages(await bundledText()), lock, imports);
  const { npmCache } = JSON.parse(await run(Deno.execPath(), ["info", "--json"]));
  const licences = await readLicences(npmCache, packages);
  const list = sbom({ release, time: await commitTime(), packages, imports, licences, runtime });

  const folder = join(dist, "release", `v${version}`);
  await Deno.remove(folder, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await Deno.mkdir(folder, { recursive: true });
  for (const [name, path] of sources) await Deno.copyFile(path, join(folder, name));
  for (const [name, text] of [...files, [sbomName(version), list] as const]) {
    await Deno.writeTextFile(join(folder, name), text);
    sums.set(name, await sha256OfFile(join(folder, name)));
  }
  const text = sumsText(sums);
  await Deno.writeTextFile(join(folder, "SHA256SUMS"), text);
  if (key) await Deno.writeFile(join(folder, "SHA256SUMS.sig"), key.sign(text));
  for (const note of notes) console.error(`note: ${note}`);
  console.log(`${folder}: ${sums.size} files, ${key ? "signed" : "not signed"}`);
}

if (import.meta.main) await runScript(main);
