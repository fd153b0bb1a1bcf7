/**
 * Where a program is that is named by itself, and what is a program at all. Windows parts the folders of PATH with
 * semicolons and has an extension say that a file is a program; of those that PATHEXT may name only these can be started
 * without a program of their own.
 *
 * @module
 */
import type { System } from "../ports.ts";
import { SYSTEM } from "./system.ts";

const EXTENSIONS_OF_WINDOWS = [".exe", ".com", ".cmd", ".bat"] as const;

/** The folders of a search path. Empty ones stand for none: what lies where we are is run by nobody who does not say so. */
export function foldersOf(searchPath: string, system: System): string[] {
  if (system !== "windows") return searchPath.split(":");
  return searchPath.split(";").map((folder) => folder.replace(/^"(.*)"$/, "$1")).filter((folder) =>
    folder !== ""
  );
}

/** True for a path, which is not looked for on the search path. */
export function isPath(program: string, system: System): boolean {
  return program.includes("/") || system === "windows" && /[\\:]/.test(program);
}

/** True for a file that Windows starts by itself: scripts are no programs there, whatever their first line says. */
export function isProgramOfWindows(path: string): boolean {
  return /\.(?:exe|com)$/i.test(path);
}

/** The paths at which a program may be, the first one first. */
export function programPaths(name: string, searchPath: string, system: System): string[] {
  const isWhole = isPath(name, system);
  const places = isWhole ? [name] : foldersOf(searchPath, system).map((folder) => `${folder}/${name}`);
  if (
    system !== "windows" || EXTENSIONS_OF_WINDOWS.some((extension) => name.toLowerCase().endsWith(extension))
  ) {
    return places;
  }
  return places.flatMap((place) => EXTENSIONS_OF_WINDOWS.map((extension) => place + extension));
}

/** The file that a name stands for on the search path, or a path if there is a program; undefined if there is none. */
export function findProgram(name: string, searchPath: string, system = SYSTEM): string | undefined {
  return programPaths(name, searchPath, system).find((path) => isProgram(path, system));
}

function isProgram(path: string, system: System): boolean {
  try {
    const { isFile, mode } = Deno.statSync(path);
    return isFile && (system === "windows" || mode === null || (mode & 0o111) !== 0);
  } catch (error) {
    // Where we may not look, we may still be allowed to run it, which was then said for this very path.
    if (!(error instanceof Deno.errors.NotCapable)) return false;
    return Deno.permissions.querySync({ name: "run", command: path }).state === "granted";
  }
}
