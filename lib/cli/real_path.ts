/**
 * Where a path leads.
 *
 * @module
 */
import { basename, dirname, join } from "@std/path";
import { fileSystem } from "../runtime/files.ts";

/** A path with every link resolved, so far as there is anything, and as we may look. @throws {FileError} */
export function realPath(path: string): string {
  let rest = "";
  for (let folder = path;; folder = dirname(folder)) {
    if (!mayRead(folder)) return path;
    const real = fileSystem.realPath(folder);
    if (real !== undefined) return join(real, rest);
    rest = join(basename(folder), rest);
    if (dirname(folder) === folder) return path;
  }
}

/** Asked before each look: on a terminal the runtime would ask whoever sits there. */
export function mayRead(path: string): boolean {
  return Deno.permissions.querySync({ name: "read", path }).state === "granted";
}
