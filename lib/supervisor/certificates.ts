/**
 * Certificates as the main thread has them: where they come from, and what workers are given. A worker reads no file of
 * either kind, and never has the key of an authority.
 *
 * @module
 */
import { hasLocalCertificate, speaksTls } from "../config/places.ts";
import type { Config } from "../config/types.ts";
import type { PublicAuthority } from "../site/authority_pages.ts";

export { hasLocalCertificate, speaksTls };

/** A certificate cannot be had. The message is for people, and says what to do. */
export class CertificateError extends Error {
  override readonly name: string = "CertificateError";
}

/** A certificate and its key, as text. */
export interface CertificateText {
  /** PEM, the certificate of the server first, then those that lead to its authority's. */
  readonly certificate: string;
  /** PEM, PKCS #8. */
  readonly key: string;
  /** When it ends, in milliseconds since the epoch. */
  readonly notAfter: number;
}

/** The authority of this user on this machine, which signs for servers that have no certificate of their own. */
export interface LocalCertificates {
  /** Its own certificate, PEM. */
  readonly caPem: string;
  /**
   * A new certificate, with a key of its own. At once or not at all: it asks nobody.
   *
   * @param names in lower case: names and IP addresses (IPv6 as RFC 5952 has it, without brackets), each once; the first
   *   one is the subject's. `*.` and a name only where wildcards are taken (never `*.localhost`)
   * @throws {Error} if the authority may not sign for one of them, with a message for people
   */
  forNames(names: readonly string[]): Promise<CertificateText>;
}

/** Opens the authority, or makes it at first need. Called once at most, by the main thread, when a server needs it. */
export type OpenLocalCertificates = () => Promise<LocalCertificates>;

/** A certificate as a worker gets it. */
export interface WorkerCertificate {
  /** PEM. */
  readonly certificate: string;
  readonly key: string;
  /** Names and IP addresses that it is for, as CertificateNames takes them. */
  readonly names: readonly string[];
}

/** All that a worker gets. */
export interface WorkerCertificates {
  /** For each server of the configuration, in their order; undefined where it speaks no TLS. */
  readonly servers: readonly (WorkerCertificate | undefined)[];
  /** Files that no request gets, wherever they lie: keys, by every path that is known of them. */
  readonly withheld: readonly string[];
  /** Whose certificates there are among them; undefined where all come from files. */
  readonly authority?: PublicAuthority | undefined;
}

/** What a server without TLS has to give. */
export const NO_CERTIFICATES: WorkerCertificates = { servers: [], withheld: [] };

/**
 * True for a name for which a certificate of its own is made when a client asks for it: below localhost, where no client
 * takes a wildcard, or below a wildcard in server_name.
 *
 * @param name in lower case
 */
export function isMadeOnDemand({ servers }: Config, name: string): boolean {
  if (!isHostName(name)) return false;
  return servers.some((server) =>
    hasLocalCertificate(server) && (name.endsWith(".localhost") ||
      server.serverName.some((pattern) => pattern.startsWith("*.") && name.endsWith(pattern.slice(1))))
  );
}

/** Labels of letters, digits, hyphens and underscores, in lower case (RFC 1035 section 2.3.4 for the lengths). */
export function isHostName(name: string): boolean {
  return name.length <= 253 &&
    /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/.test(name);
}
