/**
 * Names and addresses of servers that take their certificate from the local authority, which may sign for none that is
 * somebody's on the internet.
 *
 * @module
 */
import { isAddress } from "../http/host.ts";
import { isWithin, LOCAL_DOMAINS, LOCAL_NETWORKS, localDomains } from "../http/local_names.ts";
import { quote, type Report } from "./issues.ts";
import { hasLocalCertificate } from "./places.ts";
import type { ServerSection } from "./schema.ts";
import type { Config } from "./types.ts";

/** Reports whatever cannot be signed. @param machine this machine's name; undefined where it is not known */
export function checkLocalNames(
  config: Config,
  sections: readonly ServerSection[],
  machine: string | undefined,
  report: Report,
): void {
  const domains = localDomains(machine);
  const isLocal = (host: string) => isWithin(host, domains, LOCAL_NETWORKS);
  for (const [index, server] of config.servers.entries()) {
    if (!hasLocalCertificate(server)) continue;
    const section = sections[index]!;
    for (const name of new Set(server.serverName)) {
      // A wildcard's names get a certificate one by one.
      if (isLocal(name.replace(/^\*\./, "").replace(/^\[(.*)\]$/, "$1"))) continue;
      report(
        section.at("server_name") ?? section.node,
        `${quote(name)} is no local name, so the local authority may not sign for it: give the server an ` +
          `ssl_certificate and its ssl_certificate_key, or a name below one of ${LOCAL_DOMAINS.join(", ")}`,
      );
    }
    for (const { tls, hostname } of server.listen) {
      if (!tls || !isAddress(hostname) || ANY.includes(hostname) || isLocal(hostname)) continue;
      report(
        section.at("listen") ?? section.node,
        `${quote(hostname)} is no address of a local network, so the local authority may not sign for it: ` +
          "give the server an ssl_certificate and its ssl_certificate_key",
      );
    }
  }
}

/** All addresses of this machine: those that are local are signed for. */
const ANY: readonly string[] = ["0.0.0.0", "::"];
