/**
 * The name by which devices of the same network find this machine without anybody's help (multicast DNS, RFC 6762).
 *
 * @module
 */
import { SYSTEM } from "./system.ts";

/** Where Avahi listens, which answers for a machine with Linux. */
const AVAHI = "/run/avahi-daemon/socket";

/** Undefined where nobody answers for it, or we may not look. @param name of the machine */
export function localNameOf(name: string | undefined): string | undefined {
  if (name === undefined || !isAnswered()) return undefined;
  const [first = ""] = name.toLowerCase().split(".");
  return /^[a-z\d](?:[a-z\d-]*[a-z\d])?$/.test(first) ? `${first}.local` : undefined;
}

function isAnswered(): boolean {
  if (SYSTEM !== "linux") return SYSTEM === "darwin";
  try {
    return Deno.statSync(AVAHI) !== undefined;
  } catch {
    // It is not there, or not to be seen: what cannot be known is not promised.
    return false;
  }
}
