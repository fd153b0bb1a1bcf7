/**
 * Certificates as the main thread has them: where they come from, and what workers are given. A worker reads no file of
 * either kind, and never has the key of an authority.
 *
 * @module
 */

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
