/**
 * The packages for npm: `webserv`, which everybody names, and one for each system that holds its executable, of which npm
 * installs the one that fits (`os`, `cpu`, `libc`). The other way, to have the executables of the `deno` package run our
 * bundle, takes 5 MB more and starts no sooner: docs/benchmarks.md has both.
 *
 * @module
 */
import { fileName, type Target } from "../compile/plan.ts";

/** What npm calls a system. */
interface System {
  /** As in Node's `process.platform`. */
  readonly os: "linux" | "darwin" | "win32";
  /** As in Node's `process.arch`. */
  readonly cpu: "x64" | "arm64";
  readonly libc?: "glibc";
}

const SYSTEMS: Readonly<Record<Target, System>> = {
  "x86_64-unknown-linux-gnu": { os: "linux", cpu: "x64", libc: "glibc" },
  "aarch64-unknown-linux-gnu": { os: "linux", cpu: "arm64", libc: "glibc" },
  "x86_64-apple-darwin": { os: "darwin", cpu: "x64" },
  "aarch64-apple-darwin": { os: "darwin", cpu: "arm64" },
  "x86_64-pc-windows-msvc": { os: "win32", cpu: "x64" },
};

/** A package to be packed: what is to be in its folder. */
export interface NpmPackage {
  readonly name: string;
  /** The text of its package.json. */
  readonly manifest: string;
  /** Files by their name in the package, each with the path that it is copied from, from the project's folder. */
  readonly files: ReadonlyMap<string, string>;
}

/** What both kinds of packages say of themselves. */
interface Project {
  readonly version: string;
  readonly license: string;
}

const DESCRIPTION = "A web server for a developer's machine, in one executable";

/** `webserv-linux-x64`. */
export function platformPackage(target: Target, { version, license }: Project): NpmPackage {
  const { os, cpu, libc } = SYSTEMS[target], name = nameFor(target);
  const file = os === "win32" ? "webserv.exe" : "webserv";
  return {
    name,
    manifest: manifest({
      name,
      version,
      description: `${DESCRIPTION}: that for ${os} on ${cpu}`,
      license,
      os: [os],
      cpu: [cpu],
      ...(libc === undefined ? {} : { libc: [libc] }),
      files: [file],
      // Yarn would leave it in an archive, from which nothing can be run.
      preferUnplugged: true,
    }),
    files: new Map([[file, `dist/${fileName(target)}`], ["LICENSE", "LICENSE"]]),
  };
}

/** `webserv`: the program that starts the executable of a platform's package, which it asks for in its own version. */
export function mainPackage(targets: readonly Target[], { version, license }: Project): NpmPackage {
  return {
    name: "webserv",
    manifest: manifest({
      name: "webserv",
      version,
      description: DESCRIPTION,
      license,
      keywords: ["http-server", "static", "server", "cgi", "php", "webdav", "live-reload", "proxy"],
      bin: { webserv: "webserv.js" },
      files: ["webserv.js"],
      engines: { node: ">=18" },
      optionalDependencies: Object.fromEntries(targets.map((target) => [nameFor(target), version])),
    }),
    files: new Map([
      ["webserv.js", "packaging/npm/webserv.js"],
      ["README.md", "packaging/npm/README.md"],
      ["LICENSE", "LICENSE"],
    ]),
  };
}

/** What npm calls the file of a package: `webserv-0.1.0.tgz`. */
export function packedName({ name }: NpmPackage, { version }: Project): string {
  return `${name}-${version}.tgz`;
}

function nameFor(target: Target): string {
  const { os, cpu } = SYSTEMS[target];
  return `webserv-${os}-${cpu}`;
}

function manifest(content: unknown): string {
  return `${JSON.stringify(content, null, 2)}\n`;
}
