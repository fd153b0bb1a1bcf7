/**
 * What a release is: a version, an address, and files with their checksums.
 *
 * @module
 */
import { fileName, type Target, TARGETS } from "../compile/plan.ts";

/** Where releases are, each below `vVERSION/`. Nothing is published there: whoever releases names another. */
export const RELEASES = "https://webserv.example/releases/download";

/** The page of the project. */
export const HOMEPAGE = "https://webserv.example/";

/** In the terms of SPDX. */
export const LICENCE = "MIT";

/** What it is, in one line of package managers: up to 80 characters, without an article and a full stop. */
export const DESCRIPTION = "Web server for your own machine: files, PHP, proxies, HTTPS";

/** Files by name, each with its SHA-256 in lower hexadecimal digits. */
export type Sums = ReadonlyMap<string, string>;

/** One release. */
export interface Release {
  readonly version: string;
  /** Where its files are, without a slash at the end. */
  readonly address: string;
  readonly sums: Sums;
}

/** The release of a version, whose files lie below `releases`. */
export function releaseOf(version: string, releases: string, sums: Sums): Release {
  return { version, address: `${releases.replace(/\/+$/, "")}/v${version}`, sums };
}

/** A file of a release, as package managers ask for it. */
export interface Download {
  readonly url: string;
  readonly sha256: string;
}

/** undefined if the release has it not. */
export function downloadOf({ address, sums }: Release, name: string): Download | undefined {
  const sha256 = sums.get(name);
  return sha256 === undefined ? undefined : { url: `${address}/${name}`, sha256 };
}

/** The executable of a target; undefined if the release has it not. */
export function executableOf(release: Release, target: Target): Download | undefined {
  return downloadOf(release, fileName(target));
}

/** The npm packages, of which all but the first hold an executable. */
const NPM_PACKAGES = [
  "webserv",
  "webserv-linux-x64",
  "webserv-linux-arm64",
  "webserv-darwin-x64",
  "webserv-darwin-arm64",
  "webserv-win32-x64",
];

/** What every release has besides what is made of it: five executables, the manual, Debian's and npm's packages. */
export function expectedFiles(version: string): string[] {
  return [
    ...TARGETS.map(fileName),
    "webserv.1",
    ...["amd64", "arm64"].map((architecture) => `webserv_${version}_${architecture}.deb`),
    ...NPM_PACKAGES.map((name) => `${name}-${version}.tgz`),
  ];
}

/**
 * The version as SemVer has it, which every package manager takes.
 *
 * @throws {Error} if it is none, or has what some of them do not take
 */
export function checkedVersion(version: string): string {
  if (/^\d+\.\d+\.\d+(-[0-9A-Za-z]+(\.[0-9A-Za-z]+)*)?$/.test(version)) return version;
  throw new Error(`"${version}" is no version: write it as 1.2.3 or 1.2.3-rc.1`);
}
