/**
 * Certificates and keys that cannot be used, and what is odd about those that can: dates, names, and a key that lies
 * where files are served from.
 *
 * Pure: what is in the files comes in from outside.
 *
 * @module
 */
import { CertificateNames } from "../http/certificate_names.ts";
import { isContained } from "../http/containment.ts";
import { type Position, quote } from "./issues.ts";
import type { CertificateLook, PlacesOutside, Reports } from "./outside.ts";
import { allLocations, linkFolders, originRoot } from "./places.ts";
import type { ServerSection } from "./schema.ts";
import type { Config, ServerConfig } from "./types.ts";

type Outside = Pick<PlacesOutside, "certificate" | "realPath">;

/** A certificate that ends so soon is worth a word, in milliseconds. */
const SOON = 14 * 24 * 60 * 60 * 1000;

/** Reports on the certificates of all servers that speak TLS. @param config what was decoded from the sections */
export function checkCertificates(
  config: Config,
  sections: readonly ServerSection[],
  outside: Outside,
  reports: Reports,
): void {
  for (const [index, server] of config.servers.entries()) {
    const { sslCertificate, sslCertificateKey } = server, section = sections[index]!;
    if (sslCertificate === undefined || sslCertificateKey === undefined) continue;
    const certificate = section.at("ssl_certificate")!, key = section.at("ssl_certificate_key")!;
    warnOfServedKey(config, sslCertificateKey, key, outside, reports);
    const look = outside.certificate?.(sslCertificate, sslCertificateKey);
    if (look === undefined) continue;
    if ("problem" in look) {
      const [node, file] = look.of === "key" ? [key, sslCertificateKey] : [certificate, sslCertificate];
      reports.issue(node, `the ${look.of} ${quote(file)} ${look.problem}`);
    } else {
      warnOfDates(look, certificate, reports);
      warnOfNames(server, look, section.at("server_name") ?? certificate, reports);
    }
  }
}

/** It is never sent, but who makes a copy of the folder has it. */
function warnOfServedKey(
  config: Config,
  path: string,
  node: Position,
  { realPath }: Outside,
  reports: Reports,
): void {
  const real = realPath(path);
  const root = allLocations(config).flatMap((location) => [originRoot(location), ...linkFolders(location)])
    .find((folder) => folder !== undefined && isContained(real, realPath(folder)));
  if (root === undefined) return;
  reports.warning(
    node,
    `the key lies in ${
      quote(root)
    }, which is served: requests for it get 404, but programs and copies have it; ` +
      "move it to a folder beside it",
  );
}

function warnOfDates({ notBefore, notAfter, now }: Valid, node: Position, { warning }: Reports): void {
  if (now > notAfter) warning(node, `the certificate ended on ${dayOf(notAfter)}: clients refuse it`);
  else if (now < notBefore) {
    warning(node, `the certificate begins on ${dayOf(notBefore)}: clients refuse it until then`);
  } else if (now > notAfter - SOON) {
    warning(node, `the certificate ends on ${dayOf(notAfter)}: time for a new one`);
  }
}

function warnOfNames(
  { serverName }: ServerConfig,
  { names }: Valid,
  node: Position,
  { warning }: Reports,
): void {
  const certificate = new CertificateNames(names);
  const missing = serverName.filter((name) =>
    name.startsWith("*.") ? !names.includes(name) : !certificate.covers(name.replace(/^\[(.*)\]$/, "$1"))
  );
  if (missing.length === 0) return;
  const has = names.length === 0 ? "it has no names at all" : `it is for ${names.join(", ")}`;
  warning(node, `the certificate is not for ${missing.join(", ")}, so clients refuse it there: ${has}`);
}

type Valid = Extract<CertificateLook, { readonly names: unknown }>;

/** In UTC. */
function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
