/**
 * Keys of objects, and which of them are paths in an origin. A bucket takes any text as a key; those that no request's path
 * can mean, or that a file system would understand in another way, cannot be reached, are not listed and not stored: with
 * empty, dot or hidden segments, a backslash or NUL, half of a surrogate pair, or more than 1024 bytes of UTF-8.
 *
 * @module
 */
import { hiddenFrom } from "../http/path.ts";

/** Bytes in UTF-8 that a key may have (Amazon S3 User Guide, "Naming Amazon S3 objects"). */
const LONGEST = 1024;

// SECURITY: hiddenFrom() covers dot segments, since they start with a dot.
const UNREACHABLE = /\/\/|\/$|\\|\0/;

/**
 * The key that a path means.
 *
 * @param prefix without a slash at either end; empty for all of the bucket
 * @param path in its origin: starts with a slash, or is empty for the origin itself
 * @returns undefined where nothing can be reached by it
 */
export function keyOf(prefix: string, path: string): string | undefined {
  if (UNREACHABLE.test(path) || hiddenFrom(path) !== undefined) return undefined;
  const key = prefix === "" ? path.slice(1) : prefix + path;
  return isShortEnough(key) ? key : undefined;
}

/** What the keys begin with of all that is in a folder. @param key of the folder; empty for all of the bucket */
export function prefixOf(key: string): string {
  return key === "" ? "" : `${key}/`;
}

/** True for the name of something in a folder that can be reached. @param isTop it is in the origin itself */
export function isReachable(name: string, key: string, isTop: boolean): boolean {
  if (name === "" || name.includes("/") || UNREACHABLE.test(name)) return false;
  return (isTop ? hiddenFrom(`/${name}`) === undefined : !name.startsWith(".")) && isShortEnough(key);
}

/** True for what is text, and no longer than a key may be. */
export function isShortEnough(key: string): boolean {
  // PERF: no character takes more than three bytes for each of its units.
  return key.isWellFormed() && (key.length * 3 <= LONGEST || encoder.encode(key).length <= LONGEST);
}

const encoder = new TextEncoder();
