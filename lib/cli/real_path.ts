/**
 * Where a path leads, and to what.
 *
 * @module
 */
import { basename, dirname, join } from "@std/path";
import type { Seen } from "../config/outside.ts";
import { FileError } from "../ports.ts";
import { fileSystem } from "../runtime/files.ts";

/** A path with every link resolved, so far as there is anything, and as we may look. */
export function realPath(path: string): string {
  let rest = "";
  for (let folder = path;; folder = dirname(folder)) {
    if (!mayRead(folder)) return path;
    const real = realPathOf(folder);
    if (real !== undefined) return join(real, rest);
    rest = join(basename(folder), rest);
    if (dirname(folder) === folder) return path;
  }
}

/** Undefined where nothing is, or the system does not let us look. */
function realPathOf(path: string): string | undefined {
  try {
    return fileSystem.realPath(path);
  } catch (error) {
    if (error instanceof FileError) return undefined;
    throw error;
  }
}

/** What is at a path, links followed. */
export function look(path: string): Seen {
  if (!mayRead(path)) return "unknown";
  try {
    const { isFile, isDirectory } = Deno.statSync(path);
    return isFile ? "file" : isDirectory ? "folder" : "other";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return "nothing";
    return error instanceof Deno.errors.PermissionDenied ? "denied" : "unknown";
  }
}

/** Asked before each look: on a terminal the runtime would ask whoever sits there. */
export function mayRead(path: string): boolean {
  return Deno.permissions.querySync({ name: "read", path }).state === "granted";
}
