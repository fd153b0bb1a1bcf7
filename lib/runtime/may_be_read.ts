/**
 * What this program may read, by its runtime's permissions. Nobody is asked.
 *
 * @module
 */

/** True if a path may be read, so far as the runtime is concerned. */
export function mayBeRead(path: string): boolean {
  return Deno.permissions.querySync({ name: "read", path }).state === "granted";
}
