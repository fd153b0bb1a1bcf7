/**
 * Why links lead a path to nothing that may be sent (lib/disk/place.ts has the rules): asked only where something was
 * found missing, for the error log.
 *
 * @module
 */
import { isContained } from "../http/containment.ts";
import { isMisspelt } from "../http/disk_names.ts";
import { belowRoot, isHidden, isWithheld, type PlacePorts, realFolder } from "./place.ts";

/**
 * Where a path leads that is not found: by links out of its root, or to a name that starts with a dot; or, where disks take
 * several names for one, to a name that is written in another way.
 */
export interface Refusal {
  /** As it was asked for. */
  readonly path: string;
  readonly why: "outside" | "hidden" | "spelling";
  readonly realPath: string;
}

/** Why locate() has found nothing where something is; undefined if that is not for the links on the way. */
export function refusalOf(
  { files, withheld }: PlacePorts,
  path: string,
  root: string,
  linksTo: readonly string[],
): Refusal | undefined {
  const realRoot = files.realPath(root), realPath = files.realPath(path);
  if (realRoot === undefined || realPath === undefined || isWithheld(files, realPath, withheld)) {
    return undefined;
  }
  if (isContained(realPath, realRoot)) {
    const rest = belowRoot(realPath, realRoot), { names } = files;
    if (isHidden(rest)) return { path, why: "hidden", realPath };
    const isMeant = names === undefined ||
      !isMisspelt(names, path.slice(root === "/" ? 0 : root.length), rest);
    return isMeant ? undefined : { path, why: "spelling", realPath };
  }
  const isAllowed = linksTo.some((folder) => {
    const real = realFolder(files, folder);
    return real !== undefined && isContained(realPath, real);
  });
  return { path, why: isAllowed ? "hidden" : "outside", realPath };
}
