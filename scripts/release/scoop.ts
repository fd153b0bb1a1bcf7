/**
 * The manifest for scoop: https://github.com/ScoopInstaller/Scoop/wiki/App-Manifests
 *
 * @module
 */
import { fileName, type Target } from "../compile/plan.ts";
import { DESCRIPTION, executableOf, HOMEPAGE, LICENCE, type Release } from "./release.ts";

export const SCOOP_TARGET: Target = "x86_64-pc-windows-msvc";

/**
 * webserv.json.
 *
 * @throws {Error} if the release has no executable for Windows
 */
export function scoopManifest(release: Release): string {
  const executable = executableOf(release, SCOOP_TARGET);
  if (!executable) throw new Error("scoop takes an executable for Windows, and the release has none");
  const next = release.address.slice(0, -release.version.length) + "$version";
  return JSON.stringify(
    {
      version: release.version,
      description: DESCRIPTION,
      homepage: HOMEPAGE,
      license: LICENCE,
      architecture: {
        // What stands behind # is the name that it is stored under.
        "64bit": { url: `${executable.url}#/webserv.exe`, hash: executable.sha256 },
      },
      bin: "webserv.exe",
      autoupdate: {
        architecture: { "64bit": { url: `${next}/${fileName(SCOOP_TARGET)}#/webserv.exe` } },
        hash: { url: "$baseurl/SHA256SUMS" },
      },
    },
    null,
    2,
  ) + "\n";
}
