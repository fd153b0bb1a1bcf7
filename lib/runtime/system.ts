/**
 * Which system this is: the one place where that is asked, so that everything else is told and can be tested as any of
 * them.
 *
 * @module
 */
import type { System } from "../ports.ts";

/** The system of this machine; those that there is no executable for are taken for Linux, which they are most like. */
export const SYSTEM: System = Deno.build.os === "windows" || Deno.build.os === "darwin"
  ? Deno.build.os
  : "linux";
