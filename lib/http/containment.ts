/**
 * Whether a path lies within a root. Both are absolute and have every link resolved: before that no comparison means
 * anything.
 *
 * @module
 */

/** True for the root itself and for everything below it. */
export function isContained(path: string, root: string): boolean {
  if (!path.startsWith(root)) return false;
  return path.length === root.length || root.endsWith("/") || path[root.length] === "/" ||
    path[root.length] === "\\";
}
