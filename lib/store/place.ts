/**
 * Where a request's path lies in a store. The path has no dot segments any more, but any part of it may be a link, and
 * none may lead out of the store, for reading, writing or deleting.
 *
 * @module
 */
import { isContained } from "../http/containment.ts";
import type { FileStat, FileSystem, StoreFiles } from "../ports.ts";

/**
 * A folder within a store, with every link resolved; `missing` and `outside` are told apart for the answer only.
 *
 * @param programs folders whose files are run; those within the store count as outside of it
 */
export function resolveFolder(
  files: FileSystem,
  path: string,
  root: string,
  programs: readonly string[] = [],
): string | "missing" | "outside" {
  const realRoot = files.realPath(root), realPath = files.realPath(path);
  if (realRoot === undefined || realPath === undefined) return "missing";
  if (!isContained(realPath, realRoot)) return "outside";
  // SECURITY: their own location would run what is stored there, by whatever link or spelling the path leads to them.
  for (const folder of programs) {
    const realFolder = files.realPath(folder);
    if (realFolder === undefined || !isContained(realFolder, realRoot)) continue;
    if (isContained(realPath, realFolder)) return "outside";
  }
  return files.stat(realPath)?.kind === "directory" ? realPath : "missing";
}

/** What stands at a name of a resolved folder. */
export type Occupant =
  | { readonly kind: "nothing" }
  | { readonly kind: "file"; readonly stat: FileStat }
  | { readonly kind: "folder" }
  /** A link that leads out of the store or to nothing, or something that is neither file nor folder. */
  | { readonly kind: "unfit" };

/** Looks at a name in a folder of resolveFolder(). @throws {FileError} */
export function occupantOf(files: FileSystem, store: StoreFiles, path: string, root: string): Occupant {
  const stat = files.probe(path);
  if (store.isLink(path)) {
    const realRoot = files.realPath(root), realPath = files.realPath(path);
    // SECURITY: also a link to nothing: what it names might come to be outside.
    if (realRoot === undefined || realPath === undefined || !isContained(realPath, realRoot)) {
      return { kind: "unfit" };
    }
  }
  if (!stat) return { kind: "nothing" };
  if (stat.kind === "directory") return { kind: "folder" };
  return stat.kind === "file" ? { kind: "file", stat } : { kind: "unfit" };
}
