/**
 * Signals to processes and to groups of them.
 *
 * @module
 */

import { SYSTEM } from "./system.ts";

/** What came of it; `not capable`: the runtime may not, since it wants the permission to run everything for that. */
export type SignalResult = "sent" | "nobody" | "not permitted" | "not capable";

/** A signal to a process, or for minus its number to a group. 0: is there anybody? */
export function sendSignal(pid: number, name: Deno.Signal | 0): SignalResult {
  // It has no groups.
  if (SYSTEM === "windows") return "nobody";
  try {
    Deno.kill(pid, name as Deno.Signal);
    return "sent";
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return "not capable";
    if (error instanceof Deno.errors.NotFound) return "nobody";
    // EPERM. Of a group of ours: only zombies are left.
    if (error instanceof Deno.errors.PermissionDenied) return "not permitted";
    throw error;
  }
}
