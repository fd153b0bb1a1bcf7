/**
 * What all packages are made with.
 *
 * @module
 */
import { dirname, join } from "@std/path";

/**
 * Runs a program to its end.
 *
 * @returns what it printed
 * @throws {Error} with what it said where it fails, or is not installed
 */
export async function run(program: string, args: readonly string[], folder: string): Promise<string> {
  const text = new TextDecoder();
  const { success, stdout, stderr } = await output(program, args, folder);
  if (!success) {
    throw new Error(`${program} ${args.join(" ")} failed:\n${text.decode(stderr) || text.decode(stdout)}`);
  }
  return text.decode(stdout).trim();
}

async function output(program: string, args: readonly string[], folder: string): Promise<Deno.CommandOutput> {
  try {
    return await new Deno.Command(program, { args: [...args], cwd: folder, stdin: "null" }).output();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new Error(`${program} is not installed, and is needed for this`);
    }
    throw error;
  }
}

/** Copies files of one folder into another, by their paths in the second. A mode that lets them be run is kept. */
export async function copyAll(from: string, files: ReadonlyMap<string, string>, to: string): Promise<void> {
  for (const [path, source] of files) {
    await Deno.mkdir(dirname(join(to, path)), { recursive: true });
    await Deno.copyFile(join(from, source), join(to, path));
  }
}
