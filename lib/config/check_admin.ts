/**
 * The inspector has an address of its own.
 *
 * @module
 */
import { formatEndpoint } from "../http/endpoint.ts";
import type { Report } from "./issues.ts";
import { endpointsOf } from "./listen.ts";
import type { FileSection } from "./schema.ts";
import type { Config } from "./types.ts";

/** Reports an address that a server has, too, be it among all addresses of this machine. */
export function checkAdmin(config: Config, section: FileSection, report: Report): void {
  const { admin } = config, node = section.at("admin");
  if (admin === undefined || node === undefined || admin.port === 0) return;
  const other = endpointsOf(config).find(({ hostname, port }) =>
    port === admin.port && [admin.hostname, "0.0.0.0", "::"].includes(hostname)
  );
  if (other === undefined) return;
  report(node, `a server listens on ${formatEndpoint(other)} already: give the inspector a port of its own`);
}
