/**
 * Licences of packages, from what Deno keeps of npm.
 *
 * @module
 */
import { join } from "@std/path";
import type { NpmPackage } from "./packages.ts";

/**
 * SPDX licence expressions by `name@version`.
 *
 * @param cache the folder `npmCache` of `deno info --json`, with a folder for each registry
 * @throws {Error} if a package is not there or does not say its licence
 */
export async function readLicences(
  cache: string,
  packages: readonly NpmPackage[],
): Promise<ReadonlyMap<string, string>> {
  const registries: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(cache)) if (isDirectory) registries.push(name);
  const licences = new Map<string, string>();
  for (const { name, version } of packages) {
    licences.set(
      `${name}@${version}`,
      await licenceOf(registries.map((one) => join(cache, one, name, version))),
    );
  }
  return licences;
}

async function licenceOf(folders: readonly string[]): Promise<string> {
  for (const folder of folders) {
    const path = join(folder, "package.json");
    const text = await Deno.readTextFile(path).catch((error) => {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    });
    if (text === undefined) continue;
    const { license }: { license?: unknown } = JSON.parse(text);
    if (typeof license === "string" && license !== "") return license;
    throw new Error(`${path} does not say its licence in SPDX's terms`);
  }
  throw new Error(`there is no package.json in ${folders.join(" nor in ")}: run deno cache main.ts`);
}
