/**
 * Whether a request comes from this machine.
 *
 * @module
 */
import { isLoopback } from "./endpoint.ts";
import type { Request } from "./message.ts";

/** True for a client on this machine. One that comes through a proxy on it says so, and may be anywhere. */
export function isLocalClient(
  { remote, fields, forwarded }: Pick<Request, "remote" | "fields" | "forwarded">,
): boolean {
  return isLoopback(remote) && forwarded === undefined && !fields.has("x-forwarded-for") &&
    !fields.has("forwarded") &&
    !fields.has("via");
}
