/**
 * install.sh of a release: scripts/install.sh with the release's version, checksums and key within it.
 *
 * @module
 */
import { fileName, TARGETS } from "../compile/plan.ts";
import type { Release } from "./release.ts";
import { sumsOf, sumsText } from "./sums.ts";

const BEGIN = "# release: begin\n", END = "# release: end\n";

/**
 * The script, from its template.
 *
 * @param publicKey by which the script verifies other versions, in PEM; without one it installs its own alone
 * @throws {Error} if the template has not the marks
 */
export function installScript(template: string, release: Release, publicKey: string | undefined): string {
  const [begin, end] = [template.indexOf(BEGIN), template.indexOf(END)];
  if (begin < 0 || end < begin) {
    throw new Error(`install.sh has no lines "${BEGIN.trim()}" and "${END.trim()}"`);
  }
  const address = release.address.slice(0, -`/v${release.version}`.length);
  const values = {
    RELEASES: address,
    VERSION: release.version,
    SUMS: sumsText(sumsOf(release.sums, executables())).trim(),
    PUBLIC_KEY: publicKey ?? "",
  };
  const lines = Object.entries(values).map(([name, value]) => `${name}=${quoted(value)}\n`);
  return template.slice(0, begin + BEGIN.length) + lines.join("") + template.slice(end);
}

/** The script puts nothing in place on Windows. */
function executables(): string[] {
  return TARGETS.filter((target) => !target.includes("windows")).map(fileName);
}

/** As a word of a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
