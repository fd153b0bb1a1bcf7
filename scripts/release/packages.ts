/**
 * The npm packages that lie within the executable: those that the bundle has a module of, as the lock file knows them.
 *
 * @module
 */

/** A package of npm. */
export interface NpmPackage {
  readonly name: string;
  readonly version: string;
  /** Subresource Integrity of its archive: an algorithm and a hash in base64. */
  readonly integrity: string;
  /** Those of the packages it uses that lie in the executable, too, each as `name@version`, sorted. */
  readonly dependencies: readonly string[];
}

/** What is read of deno.lock, version 5. */
export interface LockFile {
  readonly version: string;
  readonly npm: Readonly<
    Record<string, { readonly integrity: string; readonly dependencies?: readonly string[] }>
  >;
}

/**
 * `name@version` of all packages that modules of a bundle come from. The bundler writes the path of each module above
 * what it has taken of it; a package of which nothing was taken (types, what only tests ask for) is not named.
 *
 * @param text of the bundle's files, before comments are taken out
 */
export function bundledPackages(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (
    const [, name, version] of text.matchAll(
      /^\/\/ \S*\/npm\/[^/\s]+\/((?:@[^/\s]+\/)?[^/\s]+)\/([^/\s]+)\//gm,
    )
  ) {
    found.add(`${name}@${version}`);
  }
  return found;
}

/**
 * The packages in the executable, sorted by name.
 *
 * @param imports of the project file that the executable is made with
 * @throws {Error} if the lock file does not have a package of the bundle, or the bundle has nothing of an import, which
 *   would mean that it was not read right
 */
export function packagesWithin(
  bundled: ReadonlySet<string>,
  lock: LockFile,
  imports: Readonly<Record<string, string>>,
): NpmPackage[] {
  if (lock.version !== "5") throw new Error(`deno.lock has version ${lock.version}, and 5 is known`);
  for (const direct of directPackages(imports)) {
    if (!bundled.has(direct)) {
      throw new Error(`the bundle has no module of ${direct}, which deno.json imports: remove it there`);
    }
  }
  return [...bundled].sort().map((id) => {
    const locked = lock.npm[id];
    if (!locked) throw new Error(`deno.lock does not have ${id}, which the executable contains`);
    const dependencies = (locked.dependencies ?? []).map((name) => versionedName(name, lock)).filter((id) =>
      bundled.has(id)
    );
    return { ...nameAndVersion(id), integrity: locked.integrity, dependencies: dependencies.sort() };
  });
}

/** `name@version` of what an import map imports from npm, each once. */
export function directPackages(imports: Readonly<Record<string, string>>): string[] {
  const found = Object.values(imports).flatMap((target) =>
    /^npm:\/?((?:@[^/@]+\/)?[^/@]+@[^/]+)/.exec(target)?.[1] ?? []
  );
  return [...new Set(found)].sort();
}

/** The lock file leaves the version out where there is but one. */
function versionedName(dependency: string, lock: LockFile): string {
  if (dependency.lastIndexOf("@") > 0) return dependency;
  const versions = Object.keys(lock.npm).filter((id) => nameAndVersion(id).name === dependency);
  if (versions.length === 1) return versions[0]!;
  throw new Error(`deno.lock has ${versions.length} versions of ${dependency}, and names it without one`);
}

function nameAndVersion(id: string): { name: string; version: string } {
  const at = id.lastIndexOf("@");
  return { name: id.slice(0, at), version: id.slice(at + 1) };
}
