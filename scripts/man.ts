/**
 * Writes the manual: `deno run -A scripts/man.ts [FILE]`, without FILE into dist/webserv.1. Read it with
 * `man -l dist/webserv.1`.
 *
 * @module
 */
import { dirname, fromFileUrl, join } from "@std/path";
import project from "../deno.json" with { type: "json" };
import { manPage } from "../lib/cli/man_page.ts";

const ROOT = fromFileUrl(new URL("../", import.meta.url));

/** The day of the last commit, so that the same sources make the same page; today outside a clone. */
async function lastChange(): Promise<string> {
  try {
    const { success, stdout } = await new Deno.Command("git", {
      args: ["log", "-1", "--format=%cs"],
      cwd: ROOT,
      stdin: "null",
    }).output();
    if (success) return new TextDecoder().decode(stdout).trim();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return new Date().toISOString().slice(0, 10);
}

/** Writes the manual into a file, and makes the folder for it. */
export async function writeManPage(file: string): Promise<void> {
  await Deno.mkdir(dirname(file), { recursive: true });
  await Deno.writeTextFile(file, manPage(project.version, await lastChange()));
}

if (import.meta.main) {
  const file = Deno.args[0] ?? join(ROOT, "dist/webserv.1");
  await writeManPage(file);
  console.log(`wrote ${file}`);
}
