/**
 * Which FastCGI server is meant.
 *
 * @module
 */
import { formatUpstream } from "../http/upstream_url.ts";
import type { UpstreamAddress } from "../ports.ts";

/** Where it listens, or the command that has it started here, and how many processes it then has. */
export type FastcgiServer =
  | { readonly address: UpstreamAddress }
  | { readonly spawn: readonly string[]; readonly processes: number };

/** Its name, for the log, and to tell it from others. */
export function nameOfServer(server: FastcgiServer): string {
  if ("spawn" in server) return `${server.spawn.join(" ")} (${server.processes} processes)`;
  return formatUpstream(server.address);
}
