/**
 * The three manifests for winget, in the schema 1.6: https://learn.microsoft.com/windows/package-manager/package/manifest
 *
 * @module
 */
import { stringify } from "yaml";
import type { Target } from "../compile/plan.ts";
import { DESCRIPTION, executableOf, HOMEPAGE, LICENCE, type Release } from "./release.ts";

export const WINGET_TARGET: Target = "x86_64-pc-windows-msvc";

const SCHEMA = "1.6.0", IDENTIFIER = "webserv.webserv", LOCALE = "en-US";

/**
 * The manifests, by the names of their files.
 *
 * @throws {Error} if the release has no executable for Windows
 */
export function wingetManifests(release: Release): ReadonlyMap<string, string> {
  const executable = executableOf(release, WINGET_TARGET);
  if (!executable) throw new Error("winget takes an executable for Windows, and the release has none");
  const head = { PackageIdentifier: IDENTIFIER, PackageVersion: release.version };
  return new Map([
    [
      `${IDENTIFIER}.yaml`,
      manifest("version", { ...head, DefaultLocale: LOCALE }),
    ],
    [
      `${IDENTIFIER}.installer.yaml`,
      manifest("installer", {
        ...head,
        InstallerType: "portable",
        Commands: ["webserv"],
        Installers: [{
          Architecture: "x64",
          InstallerUrl: executable.url,
          InstallerSha256: executable.sha256.toUpperCase(),
        }],
      }),
    ],
    [
      `${IDENTIFIER}.locale.${LOCALE}.yaml`,
      manifest("defaultLocale", {
        ...head,
        PackageLocale: LOCALE,
        Publisher: "webserv",
        PackageName: "webserv",
        PackageUrl: HOMEPAGE,
        License: LICENCE,
        ShortDescription: DESCRIPTION,
        Moniker: "webserv",
        Tags: ["cgi", "http", "https", "server", "web-server"],
      }),
    ],
  ]);
}

function manifest(type: string, value: object): string {
  return `# yaml-language-server: $schema=https://aka.ms/winget-manifest.${type}.${SCHEMA}.schema.json\n` +
    stringify({ ...value, ManifestType: type, ManifestVersion: SCHEMA });
}
