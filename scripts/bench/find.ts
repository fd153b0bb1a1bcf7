/**
 * Finds the programs to be measured. Installs nothing, but `npx` may fetch bun into its own cache.
 *
 * @module
 */
import { join, resolve } from "@std/path";
import type { Program } from "./types.ts";

const SYSTEM_FOLDERS = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/** The path of an executable in PATH or a folder for the system's programs. */
export function findExecutable(name: string): string | undefined {
  // Servers are started in folders of their own.
  if (name.includes("/")) return isExecutable(name) ? resolve(name) : undefined;
  const folders = [...(Deno.env.get("PATH") ?? "").split(":"), ...SYSTEM_FOLDERS];
  return folders.filter((folder) => folder !== "").map((folder) => join(folder, name)).find(isExecutable);
}

/** Whether there is something under this path. */
export function fileExists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

function isExecutable(path: string): boolean {
  try {
    const { isFile, mode } = Deno.statSync(path);
    return isFile && ((mode ?? 0) & 0o111) !== 0;
  } catch {
    return false;
  }
}

/** An installed program and the first version number that it says. */
export async function findInstalled(name: string, versionOption: string): Promise<Program | undefined> {
  const path = findExecutable(name);
  return path === undefined ? undefined : { path, version: firstVersion(await said(path, [versionOption])) };
}

/** The Deno which runs the benchmark. */
export function findDeno(): Promise<Program> {
  return Promise.resolve({ path: Deno.execPath(), version: `Deno ${Deno.version.deno}` });
}

/** bun itself, not npx, so that it is the measured process. */
export async function findBun(): Promise<Program | undefined> {
  const installed = await findInstalled("bun", "--version");
  const npx = findExecutable("npx");
  if (installed || npx === undefined) return installed;
  const words = await said(npx, [
    "-y",
    "--prefer-offline",
    "bun",
    "-e",
    "console.log('path:' + process.execPath)",
  ]);
  const path = /^path:(.+)$/m.exec(words)?.[1];
  return path === undefined ? undefined : await findInstalled(path, "--version");
}

/** The first number with a dot in a program's words: `nginx version: nginx/1.22.1` gives `1.22.1`. */
export function firstVersion(words: string): string {
  return /\d+\.\d+[\w.+-]*/.exec(words)?.[0] ?? "of unknown version";
}

/** All that a program says before it ends; nothing if it cannot be started. */
export async function said(path: string, args: string[]): Promise<string> {
  try {
    const { stdout, stderr } = await new Deno.Command(path, { args, stdin: "null" }).output();
    const decoder = new TextDecoder();
    return decoder.decode(stdout) + decoder.decode(stderr);
  } catch {
    return "";
  }
}
