/**
 * The npm packages: `webserv`, which is a few lines for Node, and one package for each system, which holds its
 * executable. npm installs the one whose `os`, `cpu` and `libc` are those of the system, since all are optional
 * dependencies; nothing is run to install them. Why it is so stands in ARCHITECTURE.md.
 *
 * @module
 */
import { join } from "@std/path";
import { npmName, type Platform, PLATFORMS } from "./platforms.ts";

/** What of deno.json goes into the packages. */
export interface Project {
  readonly version: string;
  readonly license: string;
}

/** Placeholders until there is a place where the project is published. */
const HOME = {
  homepage: "https://webserv.example/",
  repository: { type: "git", url: "git+https://webserv.example/webserv.git" },
};

const DESCRIPTION = "A web server for a developer's machine: files, CGI and FastCGI programs, uploads, HTTPS";

/** package.json of `webserv`. */
export function mainManifest({ version, license }: Project): Record<string, unknown> {
  return {
    name: "webserv",
    version,
    description: DESCRIPTION,
    keywords: ["web server", "http", "static", "cgi", "fastcgi", "cli"],
    license,
    ...HOME,
    bin: { webserv: "bin/webserv.js" },
    files: ["bin"],
    engines: { node: ">=16" },
    // Of the very same version: an older executable would not know what this one's manual says.
    optionalDependencies: Object.fromEntries(PLATFORMS.map((platform) => [npmName(platform), version])),
  };
}

/** package.json of the package for one system. */
export function platformManifest(platform: Platform, { version, license }: Project): Record<string, unknown> {
  const { os, cpu, libc } = platform.npm;
  return {
    name: npmName(platform),
    version,
    description: `The executable of webserv for ${os} ${cpu}`,
    license,
    ...HOME,
    files: ["bin"],
    os: [os],
    cpu: [cpu],
    ...(libc !== undefined && { libc: [libc] }),
    // Yarn would keep it in an archive otherwise, where nothing can be run.
    preferUnplugged: true,
  };
}

/** The executable's path in its package, as packaging/npm/bin/webserv.js asks for it. */
export function executableInPackage(platform: Platform): string {
  return `bin/webserv${platform.npm.os === "win32" ? ".exe" : ""}`;
}

/** Where things are, as absolute paths. */
export interface NpmFolders {
  readonly root: string;
  readonly dist: string;
  /** For what is put together; it is there, and empty. */
  readonly work: string;
}

/** Runs a program to its end and gives what it printed. @throws {Error} if it fails */
export type Run = (command: string, args: readonly string[], cwd: string) => Promise<string>;

/**
 * Makes the packed files of `webserv` and of each system whose executable is there.
 *
 * @returns their paths
 */
export async function packNpm(
  platforms: readonly Platform[],
  project: Project,
  { root, dist, work }: NpmFolders,
  run: Run,
): Promise<string[]> {
  const out = join(dist, "npm");
  await Deno.mkdir(out, { recursive: true });
  const pack = async (folder: string, manifest: Record<string, unknown>) => {
    await Deno.writeTextFile(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
    await Deno.copyFile(join(root, "LICENSE"), join(folder, "LICENSE"));
    await run("npm", ["pack", "--silent", "--pack-destination", out], folder);
    return join(out, `${manifest.name}-${project.version}.tgz`);
  };
  const main = join(work, "webserv");
  await Deno.mkdir(join(main, "bin"), { recursive: true });
  await Deno.copyFile(join(root, "packaging/npm/README.md"), join(main, "README.md"));
  await Deno.copyFile(join(root, "packaging/npm/bin/webserv.js"), join(main, "bin/webserv.js"));
  await Deno.chmod(join(main, "bin/webserv.js"), 0o755);
  const packed = [await pack(main, mainManifest(project))];
  for (const platform of platforms) {
    const folder = join(work, npmName(platform));
    const executable = join(folder, executableInPackage(platform));
    await Deno.mkdir(join(folder, "bin"), { recursive: true });
    await Deno.copyFile(join(dist, platform.executable), executable);
    await Deno.chmod(executable, 0o755);
    await Deno.writeTextFile(
      join(folder, "README.md"),
      `The executable of [webserv](https://www.npmjs.com/package/webserv) for ${platform.npm.os} ${platform.npm.cpu}.` +
        " Install `webserv`, which depends on it.\n",
    );
    packed.push(await pack(folder, platformManifest(platform, project)));
  }
  return packed;
}
