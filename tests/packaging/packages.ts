/**
 * Where the packages are that are tested: `deno task package` makes them, WEBSERV_PACKAGES names the folder, dist/.
 *
 * @module
 */
import { join } from "@std/path";
import project from "../../deno.json" with { type: "json" };
import { npmName, type Platform, PLATFORMS } from "../../scripts/package/platforms.ts";

/** That of this machine. */
export const HERE: Platform | undefined = PLATFORMS.find(({ target }) => target === Deno.build.target);

const FOLDER = Deno.env.get("WEBSERV_PACKAGES");

/** The path of a packed file of npm. */
export function npmFile(name: string): string {
  return join(FOLDER ?? "", "npm", `${name}-${project.version}.tgz`);
}

/** The packed file with the executable for this machine. */
export function ownNpmFile(): string {
  return npmFile(npmName(HERE!));
}

/** The path of the Debian package for this machine. */
export function debFile(): string {
  return join(FOLDER ?? "", `webserv_${project.version}_${HERE?.debian}.deb`);
}

/** Why packages cannot be tested here; undefined where they can. */
export function whyNot(): string | undefined {
  if (FOLDER === undefined) return "WEBSERV_PACKAGES does not name what deno task package has made";
  if (HERE === undefined) return `no package for ${Deno.build.target}`;
  return undefined;
}

/** What comes of a program. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, which is that of `deadline` milliseconds at the latest. */
export async function outcome(
  command: string,
  args: readonly string[],
  options: { cwd?: string; deadline?: number; env?: Record<string, string> } = {},
): Promise<Outcome> {
  const { deadline = 120_000, ...rest } = options;
  const { code, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    stdin: "null",
    signal: AbortSignal.timeout(deadline),
    ...rest,
  }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

/** True if a program of this name is there. */
export function isInstalled(name: string): boolean {
  return new Deno.Command("sh", { args: ["-c", `command -v ${name}`], stdout: "null" }).outputSync().success;
}
