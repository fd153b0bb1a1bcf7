/**
 * Pages of failures that are seen by more than whoever sits at this machine.
 *
 * @module
 */
import { Networks } from "../http/networks.ts";
import type { Report } from "./issues.ts";
import type { FileSection } from "./schema.ts";

const LOOPBACK = ["127.0.0.1", "::1"];

/** Warns where a proxy on this machine is believed: all that comes through it comes from this machine. */
export function warnAboutCgiDebug(section: FileSection, report: Report): void {
  const trusted = new Networks(section.values.trusted_proxies ?? []);
  if (!LOOPBACK.some((address) => trusted.has(address))) return;
  for (const server of section.values.servers ?? []) {
    for (const place of [server, ...(server.values.locations ?? []).map(([, location]) => location)]) {
      const node = place.at("cgi_debug");
      if (node === undefined || place.values.cgi_debug !== true) continue;
      report(
        node,
        "whoever comes through the proxy on this machine that trusted_proxies names gets these pages, too: " +
          "the connection's other end decides",
      );
    }
  }
}
