/**
 * Runs scripts/install.sh in a folder of its own, against releases that webserv serves.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { startServer, type TestServer } from "./server.ts";

export const SCRIPT = fromFileUrl(new URL("../../scripts/install.sh", import.meta.url));

/** What stands in for an executable. */
export const EXECUTABLE = '#!/bin/sh\necho "webserv 9.9.9"\n';

/** What the script runs, except for the downloader. */
export const TOOLS = [
  "sh",
  "mktemp",
  "rm",
  "rmdir",
  "cp",
  "mv",
  "mkdir",
  "chmod",
  "dirname",
  "sha256sum",
  "cat",
];

export async function sumOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A folder of releases, served. */
export async function releases(files: Record<string, string> = {}): Promise<TestServer> {
  const names = ["webserv-linux-x64", "webserv-linux-arm64", "webserv-macos-x64", "webserv-macos-arm64"];
  const executables = Object.fromEntries(names.map((name) => [name, `${EXECUTABLE}# ${name}\n`]));
  const lines = await Promise.all(
    Object.entries(executables).map(async ([name, text]) => `${await sumOf(text)}  ${name}\n`),
  );
  return await startServer({ files: { ...executables, SHA256SUMS: lines.join(""), ...files } });
}

export interface Wish {
  readonly url: string;
  /** In the temporary folder. */
  readonly prefix?: string;
  /** What `uname` says. */
  readonly system?: string;
  readonly machine?: string;
  /** TOOLS and curl, if not told otherwise. */
  readonly tools?: readonly string[];
  /** Also on PATH. */
  readonly path?: string;
  readonly uid?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the script in a folder with a PATH of its own. */
export async function install(folder: string, wish: Wish): Promise<{ code: number; stderr: string }> {
  const { system = "Linux", machine = "x86_64", tools = [...TOOLS, "curl"], prefix = "bin", path, uid, env } =
    wish;
  const bin = join(folder, "tools");
  await Deno.mkdir(bin);
  await Deno.mkdir(join(folder, "tmp"), { mode: 0o777 });
  await Deno.chmod(join(folder, "tmp"), 0o777);
  for (const tool of tools) {
    const { stdout } = await new Deno.Command("sh", { args: ["-c", `command -v ${tool}`] }).output();
    await Deno.symlink(new TextDecoder().decode(stdout).trim(), join(bin, tool));
  }
  await Deno.writeTextFile(
    join(bin, "uname"),
    `#!/bin/sh\n[ "$1" = -s ] && echo "${system}" || echo "${machine}"\n`,
    { mode: 0o755 },
  );
  // A copy: another user may not be able to read where the project lies.
  const script = join(bin, "install.sh");
  await Deno.copyFile(SCRIPT, script);
  const { code, stdout, stderr } = await new Deno.Command(join(bin, "sh"), {
    args: [script],
    cwd: folder,
    clearEnv: true,
    env: {
      PATH: path === undefined ? bin : `${path}:${bin}`,
      HOME: join(folder, "home"),
      TMPDIR: join(folder, "tmp"),
      WEBSERV_URL: wish.url,
      ...(prefix !== "" && { WEBSERV_PREFIX: prefix.startsWith("/") ? prefix : join(folder, prefix) }),
      ...env,
    },
    ...(uid !== undefined && { uid, gid: uid }),
    stdin: "null",
  }).output();
  assertEquals(stdout.length, 0, "everything is said on standard error");
  return { code, stderr: new TextDecoder().decode(stderr) };
}

/** Everything below a folder, but for what install() put there. */
export async function filesOf(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (name === "tools") continue;
    const below = isDirectory ? await filesOf(join(folder, name)) : [];
    found.push(...(isDirectory ? below.map((path) => `${name}/${path}`) : [name]));
    if (isDirectory && below.length === 0 && name !== "tmp") found.push(`${name}/`);
  }
  return found.sort();
}
