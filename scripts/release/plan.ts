/**
 * What is made of the files of a release, and in which order: the pure part of scripts/release.ts.
 *
 * SHA256SUMS has everything else of the release, and SHA256SUMS.sig signs it. install.sh has the checksums of the
 * executables within it, and not those of SHA256SUMS, so it can be made before and be in SHA256SUMS, too: whoever has an
 * older install.sh, or the key, can verify the new one before it is run.
 *
 * @module
 */
import { fileName, type Target } from "../compile/plan.ts";
import { HOMEBREW_TARGETS, homebrewFormula } from "./homebrew.ts";
import { installScript } from "./install_script.ts";
import { executableOf, expectedFiles, type Release } from "./release.ts";
import { SCOOP_TARGET, scoopManifest } from "./scoop.ts";
import { WINGET_TARGET, wingetManifests } from "./winget.ts";

/** What is to be made. */
export interface Made {
  /** Texts, by the names of their files. */
  readonly files: ReadonlyMap<string, string>;
  /** What could not be made, or has less in it than it should, each as a sentence. */
  readonly notes: readonly string[];
}

/**
 * The files that are made of a release.
 *
 * @param wish `isOnlyHere`: what is missing may be missing
 * @throws {Error} naming all that is missing
 */
export function madeFiles(
  release: Release,
  wish: { readonly template: string; readonly publicKey: string | undefined; readonly isOnlyHere: boolean },
): Made {
  const missing = expectedFiles(release.version).filter((name) => !release.sums.has(name));
  if (missing.length > 0 && !wish.isOnlyHere) {
    throw new Error(
      `there is no ${
        missing.join(", no ")
      }: make them with deno task compile --all and deno task package, or ` +
        "release what is here with --only-here",
    );
  }
  const files = new Map([["install.sh", installScript(wish.template, release, wish.publicKey)]]);
  const notes = missing.map((name) => `${name} is not here and not released`);
  const without = (targets: readonly Target[]) =>
    targets.filter((target) => !executableOf(release, target)).map(fileName).join(" and ");

  const holes = without(HOMEBREW_TARGETS);
  if (HOMEBREW_TARGETS.some((target) => executableOf(release, target))) {
    files.set("webserv.rb", homebrewFormula(release));
    if (holes !== "") notes.push(`webserv.rb is without ${holes}`);
  } else notes.push(`webserv.rb is not made: it takes ${holes}`);

  if (without([WINGET_TARGET, SCOOP_TARGET]) === "") {
    for (const [name, text] of wingetManifests(release)) files.set(name, text);
    files.set("webserv.json", scoopManifest(release));
  } else notes.push(`what winget and scoop read is not made: it takes ${fileName(WINGET_TARGET)}`);
  return { files, notes };
}
