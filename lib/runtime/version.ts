/**
 * Which runtime this is, where that makes a difference.
 *
 * @module
 */

/** True if it is that release or a later one. */
export function isAtLeast(wantedMajor: number, wantedMinor: number): boolean {
  const [major = 0, minor = 0] = Deno.version.deno.split(".").map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

/** The first release whose node:tls can be a server. */
const FIRST_TLS = [2, 9] as const;

/** True if it can serve TLS. */
export function servesTls(): boolean {
  return isAtLeast(...FIRST_TLS);
}

/** What whoever asks for TLS is told where it cannot. */
export const NEEDS_NEWER_RUNTIME = `HTTPS needs Deno ${FIRST_TLS.join(".")} or later, and this is ${
  Deno.build.standalone ? "an executable made with " : ""
}Deno ${Deno.version.deno}: serve from the source with a newer one`;

/** True if the permission for the network names sockets that have a path, too; before, it refused such a name as no address. */
export function netNamesSockets(): boolean {
  return isAtLeast(2, 9);
}

/** True if a watcher of files tells that it had no room for some events. */
export function saysWhatIsLost(): boolean {
  return isAtLeast(2, 9);
}
