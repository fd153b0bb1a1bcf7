/**
 * The files that this program's output goes to, as where a shell sends it to one.
 *
 * @module
 */

import { mayBeRead } from "./may_be_read.ts";

/** Their paths; none where it goes elsewhere, or the system does not tell. */
export function streamFiles(): string[] {
  return [1, 2].flatMap((stream) => {
    const link = `/proc/self/fd/${stream}`;
    if (!mayBeRead(link)) return [];
    try {
      const path = Deno.readLinkSync(link);
      return path.startsWith("/") && !path.startsWith("/dev/") ? [path] : [];
    } catch {
      return [];
    }
  });
}
