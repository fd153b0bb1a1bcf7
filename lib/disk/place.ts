/**
 * Where a path leads: the one way from a path with links to a file or folder that lies within a root, or within one of
 * the folders that the root's links may lead to.
 *
 * The runtime has no openat(2): each call goes down a path anew, and whoever may write below the root may set a link on
 * the way to another place between two of them. So a look counts only where it is shown that nothing on the way was
 * another meanwhile:
 *
 * 1. The path is resolved, and what is looked at, opened, listed and written to is the resolved path, without following
 *    a link at its end. Only the root keeps its own name: a link to it is the owner's, and may be set to a new version.
 * 2. A folder that has not changed since before the first step has the entries that it had then. Changing an entry
 *    changes the folder's ctime, which no program can set back. If that holds of every folder on the way that has
 *    another folder of the way in it, the look is proved, whatever anybody does.
 * 3. Where a folder has just changed (the times are coarse, so that means within about a second), both looks are
 *    repeated in turn, and all must agree. Whoever changes links as fast as we look, with luck at each, gets by once in
 *    2 ** (2 * ROUNDS) tries.
 *
 * What lies in a folder that links may lead to has that folder for its root: all of this holds there, too, and whatever
 * link led to it is done with once the path is resolved.
 *
 * SECURITY: where disks take several names for one (FileSystem.names), a path leads nowhere unless its names are those that
 * the disk itself gives: rules for `/private/` and `.php` hold for what is called so, and `/PRIVATE/X.PHP` must not be a
 * way past them. Of a link on the way that is told by the other guards alone (lib/site/location_table.ts).
 *
 * What cannot be told is a hard link: a file that has a name below the root is in it, whatever other names it has.
 *
 * @module
 */
import { isContained } from "../http/containment.ts";
import { isMisspelt, mayBeOneOf } from "../http/disk_names.ts";
import { type Clock, FileError, type FileStat, type FileSystem } from "../ports.ts";
import { CHANGED_GRAIN, RACY } from "./times.ts";

/** How often both looks are repeated where nothing is proved. */
const ROUNDS = 16;

/** The same for one name of a listing, of which there may be thousands. */
const LISTING_ROUNDS = 4;

/** What looking needs. */
export interface PlacePorts {
  readonly files: FileSystem;
  readonly clock: Pick<Clock, "now">;
  /** Resolved paths of files that are not there for requests, wherever they lie. */
  readonly withheld?: ReadonlySet<string>;
}

/** Folders that links lead to, where they may lead to none. */
export const NO_FOLDERS: readonly string[] = [];

/** Something that lies within a root. */
export interface Place {
  /** The root as it was named, and from there on without a link. */
  readonly path: string;
  /** With every link resolved. */
  readonly realPath: string;
  /** The root that was asked for, or a folder outside of it that links may lead to. */
  readonly root: string;
  readonly realRoot: string;
  /** What is there. Of the kind "file" or "directory". */
  readonly stat: FileStat;
  /** When it was begun to look, in milliseconds since the epoch. */
  readonly since: number;
  /** What it was looked for in. */
  readonly askedRoot: string;
  readonly linksTo: readonly string[];
}

/** A file's path, and which file must be there. */
export interface Anchor {
  readonly path: string;
  readonly stat: FileStat;
}

/** The path of something in a folder, whose own path may be the system's root. */
export function joinPath(folder: string, name: string): string {
  return folder === "/" ? name || "/" : folder + name;
}

/**
 * Where a path leads; undefined if nothing is there, or what is neither file nor folder, or what lies outside of the
 * root and of the folders that its links may lead to, or is hidden in the one that it lies in.
 *
 * @param linksTo absolute, without a slash at the end but for the system's root; what lies in the root is in none of them
 * @throws {FileError} "changed" if it was another while it was looked at
 */
export function locate(
  { files, clock, withheld }: PlacePorts,
  path: string,
  root: string,
  linksTo = NO_FOLDERS,
): Place | undefined {
  if (meansAnother(files, path, root)) return undefined;
  const since = clock.now();
  const realRoot = files.realPath(root), realPath = files.realPath(path);
  if (realRoot === undefined || realPath === undefined || isWithheld(files, realPath, withheld)) {
    return undefined;
  }
  const found = { path, realPath, root, realRoot, since, askedRoot: root, linksTo };
  if (isContained(realPath, realRoot)) return placeIn(files, found);
  for (const folder of linksTo) {
    const real = realFolder(files, folder);
    if (real === undefined || !isContained(realPath, real)) continue;
    const place = placeIn(files, { ...found, root: folder, realRoot: real });
    // One that lies in another may have a name there that starts with a dot.
    if (place) return place;
  }
  return undefined;
}

/** A resolved path that is contained in a root. @throws {FileError} as locate() does */
function placeIn(files: FileSystem, found: Omit<Place, "stat">): Place | undefined {
  const { path, realPath, root, realRoot } = found;
  const rest = belowRoot(realPath, realRoot);
  if (isHidden(rest)) return undefined;
  const { names } = files;
  if (names !== undefined && isMisspelt(names, belowAsked(path, found.askedRoot), rest)) return undefined;
  const placePath = joinPath(root, rest);
  const stat = lookAt(files, placePath, root);
  if (!stat || stat.kind === "other") {
    // A link that is there now was not when the path was resolved.
    if (stat && files.realPath(placePath) !== realPath) throw new FileError("changed", path);
    return undefined;
  }
  const place = { ...found, path: placePath, stat };
  if (!isProved(files, place, rest) && !agrees(files, place, [])) throw new FileError("changed", path);
  return place;
}

/** True for a resolved path that is not there for requests. */
export function isWithheld(
  { names }: FileSystem,
  realPath: string,
  withheld: ReadonlySet<string> | undefined,
): boolean {
  return withheld !== undefined && mayBeOneOf(names, realPath, withheld);
}

/** True for a path that the system would take for another one's: it is not to be asked for. */
export function meansAnother({ names }: FileSystem, path: string, root: string): boolean {
  return names !== undefined && names.meansAnother(belowAsked(path, root));
}

/** What is behind a root in a path that was joined to it. */
function belowAsked(path: string, root: string): string {
  return path.slice(root === "/" ? 0 : root.length);
}

/** One that may not be looked at is no way to others. */
export function realFolder(files: FileSystem, folder: string): string | undefined {
  try {
    return files.realPath(folder);
  } catch (error) {
    if (error instanceof FileError) return undefined;
    throw error;
  }
}

/** What is behind the root in a path that it contains. */
export function belowRoot(realPath: string, realRoot: string): string {
  return realPath.slice(realRoot.endsWith("/") ? realRoot.length - 1 : realRoot.length);
}

/**
 * True if a folder has been at its place ever since it was found, and so what was done there by its path was done in it.
 *
 * @param anchors files that tell where something was done, where nothing is proved
 */
export function isStill({ files }: PlacePorts, folder: Place, ...anchors: readonly Anchor[]): boolean {
  return isProvedFolder(files, folder) || agrees(files, folder, anchors);
}

/**
 * True if what was opened at a place has its name there: also where another has it than when the place was found, since
 * files are replaced.
 */
export function isAt({ files }: PlacePorts, place: Place, opened: FileStat): boolean {
  const { path, root } = place, now = lookAt(files, path, root);
  if (!now || !isSame(now, opened)) return false;
  return isProved(files, place, path.slice(root === "/" ? 0 : root.length)) ||
    agrees(files, { ...place, stat: opened }, []);
}

/** What is proved to have been listed by the path of a folder since it was found. */
export function isListed({ files }: PlacePorts, folder: Place): boolean {
  return isProvedFolder(files, folder);
}

/** What has a name in a folder, where nothing is proved; undefined if that is nothing, or not for sure. */
export function listedAt({ files }: PlacePorts, folder: Place, name: string): FileStat | undefined {
  const path = joinPath(folder.path, `/${name}`), stat = files.lstat(path);
  return stat && agrees(files, folder, [{ path, stat }], LISTING_ROUNDS) ? stat : undefined;
}

/** With a slash behind its path, so that the folder that has this one in it counts. */
function isProvedFolder(files: FileSystem, folder: Place): boolean {
  const { path, root } = folder;
  return isProved(files, folder, `${path.slice(root === "/" ? 0 : root.length)}/`);
}

/** True if two looks have seen one file or folder, in whatever state. */
export function isSame(a: FileStat, b: FileStat): boolean {
  return isSameWhereKnown(a.inode, b.inode) && isSameWhereKnown(a.device, b.device) && a.kind === b.kind;
}

/** Windows does not always tell such a number, which is 0 then: by its path of what it tells by its descriptor, or neither way. */
export function isSameWhereKnown(one: number, other: number): boolean {
  return one === other || one === 0 || other === 0;
}

/** SECURITY: names that start with a dot are not there for requests, and so neither by another name. */
export function isHidden(rest: string): boolean {
  const hidden = /[/\\]\./.exec(rest);
  if (hidden?.index !== 0 || !/^.\.well-known(?:[/\\]|$)/.test(rest)) return hidden !== null;
  return /[/\\]\./.test(rest.slice(1));
}

/** The root itself may be a link. */
function lookAt(files: FileSystem, path: string, root: string): FileStat | undefined {
  return path === root ? files.stat(path) : files.lstat(path);
}

function isThere(files: FileSystem, path: string, stat: FileStat): boolean {
  const now = files.lstat(path);
  return now !== undefined && isSame(now, stat);
}

/** True if no folder on the way has changed that has another one of it. */
function isProved(files: FileSystem, { root, realRoot, since }: Place, rest: string): boolean {
  if (files.realPath(root) !== realRoot) return false;
  const before = since - CHANGED_GRAIN - RACY, way = rest.replaceAll("\\", "/");
  for (let start = 0, end = way.indexOf("/", 1); end > 0; start = end, end = way.indexOf("/", end + 1)) {
    if (!hasRested(files, joinPath(realRoot, rest.slice(0, start)), before)) return false;
  }
  return true;
}

function hasRested(files: FileSystem, folder: string, before: number): boolean {
  try {
    const stat = files.lstat(folder);
    // Some file systems have no such time.
    return stat?.kind === "directory" && stat.changed > 0 && stat.changed < before;
  } catch (error) {
    // The sandbox names the root's own path, and where it led to when the program was started.
    if (error instanceof FileError) return false;
    throw error;
  }
}

/** True if the path leads to the same place again and again, and the same is there. */
function agrees(files: FileSystem, place: Place, anchors: readonly Anchor[], rounds = ROUNDS): boolean {
  const { path, realPath, root, realRoot, stat } = place;
  for (let round = 0; round < rounds; round++) {
    if (files.realPath(root) !== realRoot || files.realPath(path) !== realPath) return false;
    const now = path === root ? stat : files.lstat(path);
    if (!now || !isSame(now, stat)) return false;
    for (const anchor of anchors) if (!isThere(files, anchor.path, anchor.stat)) return false;
  }
  return true;
}
