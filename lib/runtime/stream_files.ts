/**
 * The files that this program's output goes to, as where a shell sends it to one.
 *
 * @module
 */

/** Their paths; none where it goes elsewhere, or the system does not tell. */
export function streamFiles(): string[] {
  return [1, 2].flatMap((stream) => {
    try {
      const path = Deno.readLinkSync(`/proc/self/fd/${stream}`);
      return path.startsWith("/") && !path.startsWith("/dev/") ? [path] : [];
    } catch {
      return [];
    }
  });
}
