/**
 * What our own launcher says of a program that it cannot start (launcher_image.ts): a word and the system's error number,
 * on its standard error.
 *
 * @module
 */
import type { ProcessError } from "../ports.ts";

/** What stands before the number. A program's own first words do not begin with 0. */
export const FAILURE_BEGIN = "\0webserv launch";

const BEGIN = new TextEncoder().encode(FAILURE_BEGIN);

/** ENOENT, ENOTDIR; EPERM, EACCES: of every architecture. */
const NOT_FOUND: readonly number[] = [2, 20], DENIED: readonly number[] = [1, 13];

/** @returns undefined if it is not the launcher who says it, which does so in a single write(2) */
export function launcherFailure(bytes: Uint8Array): ProcessError["problem"] | undefined {
  if (bytes.length !== BEGIN.length + 1 || !BEGIN.every((byte, at) => bytes[at] === byte)) return undefined;
  const number = bytes[BEGIN.length]!;
  return NOT_FOUND.includes(number) ? "not found" : DENIED.includes(number) ? "denied" : "failed";
}
