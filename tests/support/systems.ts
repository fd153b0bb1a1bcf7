/**
 * Tests that not every system can run: `Deno.test({ name, ...only(["linux"], "it reads /proc"), fn })`.
 *
 * @module
 */
import { SYSTEM } from "../../lib/runtime/system.ts";
import type { System } from "../../lib/ports.ts";

const told = new Set<string>();

/** Ignores a test on all other systems, and says why, once for each reason. */
export function only(systems: readonly System[], why: string): { readonly ignore: boolean } {
  const ignore = !systems.includes(SYSTEM);
  if (ignore && !told.has(why)) {
    told.add(why);
    console.log(`skipped on ${SYSTEM}: ${why}`);
  }
  return { ignore };
}
