/**
 * Absolute paths as everything above joins and compares them: with slashes, which Windows takes as well.
 *
 * @module
 */
import { resolve, SEPARATOR } from "@std/path";

/** The path that is meant where we are in a folder. @param folder absolute */
export function absolute(folder: string, path: string): string {
  return withSlashes(resolve(folder, path));
}

/**
 * The same path with slashes. That of a whole drive stays as it is: `C:` without anything behind it is the folder that some
 * program was last in there.
 *
 * @param separator between the parts of a path on this system: elsewhere a backslash may be in a name
 */
export function withSlashes(path: string, separator: string = SEPARATOR): string {
  return separator === "\\" && !/^[A-Za-z]:\\$/.test(path) ? path.replaceAll("\\", "/") : path;
}

/** True for what is meant as a path, and not as a name on the search path. */
export function isWrittenAsPath(program: string, separator: string = SEPARATOR): boolean {
  return program.includes("/") || separator === "\\" && program.includes("\\");
}
