/**
 * A local certificate authority: one key and one certificate that says of itself what it may be believed for (RFC 5280
 * sections 4.2.1.9 and 4.2.1.10), and the certificates that it makes for servers of this machine.
 *
 * @module
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  verify,
} from "node:crypto";
import { LOCAL_NETWORKS, localDomains } from "../http/local_names.ts";
import { isAddress } from "../http/host.ts";
import {
  commonNameOf,
  extension,
  isSame,
  keyIdentifier,
  KeyUsage,
  name,
  Oid,
  type ReadCertificate,
  readCertificate,
  signCertificate,
} from "./certificate.ts";
import {
  type Constraints,
  decodeConstraints,
  encodeConstraints,
  generalName,
  permits,
} from "./constraints.ts";
import { DerError, elements, implicit, integer, octetString, oid, sequence, yes } from "./der.ts";
import { fromPem, toPem } from "./pem.ts";

const ORGANIZATION = "webserv";
const HOUR = 3_600_000, DAY = 24 * HOUR;

/** How long an authority is good for, in milliseconds: whoever trusts it has to be told again when it is over. */
export const AUTHORITY_LIFE = 5 * 365 * DAY;

/** How long a server's certificate is, in milliseconds. */
export const CERTIFICATE_LIFE = 90 * DAY;

/** Clocks of phones may be late: what is made now is valid since a while ago, in milliseconds. */
const LATE_CLOCKS = { authority: DAY, server: HOUR } as const;

/** With so much of its life left a new one is made. */
const RENEWAL = { authority: 1 / 10, server: 1 / 3 } as const;

/** Whose authority it is: a part of its name, so that several can be told apart in a list. */
export interface Owner {
  readonly user: string | undefined;
  /** This machine's name. */
  readonly machine: string | undefined;
}

/** A certificate for servers. Both texts are PEM; the time is milliseconds since the epoch. */
export interface ServerCertificate {
  readonly certificate: string;
  /** PKCS #8. */
  readonly key: string;
  readonly notBefore: number;
  readonly notAfter: number;
}

/** What is stored is no authority of ours, and why, as a sentence about it. */
export class AuthorityError extends Error {
  override readonly name = "AuthorityError";
}

/** The text that is stored of a new authority: its key and its certificate. @param now ms since the epoch */
export function createAuthority({ user, machine }: Owner, now: number): string {
  const { privateKey, publicKey } = newKey();
  const whose = [user, machine].filter((part) => part !== undefined && part !== "").join("@");
  const subject = name(ORGANIZATION, `webserv local authority${whose === "" ? "" : ` (${whose})`}`);
  const identifier = octetString(keyIdentifier(publicKey));
  const certificate = signCertificate({
    issuer: subject,
    subject,
    notBefore: now - LATE_CLOCKS.authority,
    notAfter: now + AUTHORITY_LIFE,
    publicKey,
    extensions: [
      // No authority below it.
      extension(Oid.basicConstraints, sequence(yes(), integer(Uint8Array.of(0))), true),
      extension(Oid.keyUsage, KeyUsage.keyCertSignAndCrlSign, true),
      extension(
        Oid.nameConstraints,
        encodeConstraints({ domains: localDomains(machine), networks: LOCAL_NETWORKS }),
        true,
      ),
      // SECURITY: names of other kinds are not constrained: no mail and no program can be signed.
      extension(Oid.extendedKeyUsage, sequence(Oid.serverAuth)),
      extension(Oid.subjectKeyIdentifier, identifier),
    ],
  }, privateKey);
  return privateKey.export({ type: "pkcs8", format: "pem" }) + toPem("CERTIFICATE", certificate);
}

/** One that may sign. */
export class Authority {
  /** Its certificate, PEM. */
  readonly pem: string;
  readonly description: Description;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly #certificate: ReadCertificate;
  readonly #key: KeyObject;
  readonly #constraints: Constraints;

  private constructor(
    /** Its certificate, as DER. */
    readonly der: Uint8Array<ArrayBuffer>,
    certificate: ReadCertificate,
    key: KeyObject,
    constraints: Constraints,
  ) {
    this.pem = toPem("CERTIFICATE", der);
    this.description = descriptionOf(der, certificate);
    this.notBefore = certificate.notBefore;
    this.notAfter = certificate.notAfter;
    this.#certificate = certificate;
    this.#key = key;
    this.#constraints = constraints;
  }

  /** One that was stored, whether its time is over or not. @throws {AuthorityError} */
  static read(text: string): Authority {
    const key = readKey(text);
    const der = fromPem("CERTIFICATE", text);
    if (der === undefined) throw new AuthorityError("it has no certificate in PEM");
    try {
      const certificate = readCertificate(der);
      return new Authority(der, certificate, key, constraintsOf(certificate, key));
    } catch (error) {
      if (!(error instanceof DerError)) throw error;
      throw new AuthorityError(`its certificate cannot be read: ${error.message}`, { cause: error });
    }
  }

  /** Only so little of its time is left that another is to be made, or nothing. */
  isDue(now: number): boolean {
    return this.notAfter - now < AUTHORITY_LIFE * RENEWAL.authority;
  }

  /** Whether it may vouch for a host: in lower case, an IPv6 address without brackets, `*.` for one label of a name. */
  isWithin(host: string): boolean {
    return permits(this.#constraints, host);
  }

  /**
   * A certificate for all of some hosts, with a key of its own.
   *
   * @param hosts each as isWithin() takes it
   * @throws {AuthorityError} if one of them is not within
   */
  sign(hosts: readonly string[], now: number): ServerCertificate {
    const foreign = hosts.find((host) => !this.isWithin(host));
    if (foreign !== undefined) throw new AuthorityError(`it may not vouch for ${foreign}`);
    const { privateKey, publicKey } = newKey();
    const { subject, publicKey: ownKey } = this.#certificate;
    const notBefore = now - LATE_CLOCKS.server;
    // What outlives its authority is believed by nobody.
    const notAfter = Math.min(now + CERTIFICATE_LIFE, this.notAfter);
    const called = hosts.find((host) => !isAddress(host)) ?? hosts[0]!;
    const certificate = signCertificate({
      issuer: new Uint8Array(subject),
      subject: name(ORGANIZATION, called),
      notBefore,
      notAfter,
      publicKey,
      extensions: [
        extension(Oid.basicConstraints, sequence(), true),
        extension(Oid.keyUsage, KeyUsage.digitalSignature, true),
        extension(Oid.extendedKeyUsage, sequence(Oid.serverAuth)),
        extension(Oid.subjectAltName, sequence(...hosts.map(generalName))),
        extension(Oid.subjectKeyIdentifier, octetString(keyIdentifier(publicKey))),
        // RFC 5280 section 4.2.1.1.
        extension(Oid.authorityKeyIdentifier, sequence(implicit(0, keyIdentifier(ownKey)))),
      ],
    }, this.#key);
    return {
      certificate: toPem("CERTIFICATE", certificate),
      key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      notBefore,
      notAfter,
    };
  }
}

/** Whether a server's certificate is to be made anew: a third of its time is left, or less. */
export function isDue({ notBefore, notAfter }: ServerCertificate, now: number): boolean {
  return notAfter - now < (notAfter - notBefore) * RENEWAL.server;
}

/** By what a certificate is found in lists. */
export interface Description {
  /** Its common name. */
  readonly name: string;
  /** SHA-256 of its DER, as programs show it: `0A:1B:...`. */
  readonly fingerprint: string;
  /** SHA-1 of the same, in hexadecimal digits. */
  readonly sha1: string;
  readonly der: Uint8Array;
}

/** Describes a certificate in PEM, whoever has made it; undefined for what is none. */
export function describe(pem: string): Description | undefined {
  const der = fromPem("CERTIFICATE", pem);
  try {
    return der && descriptionOf(der, readCertificate(der));
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

function descriptionOf(der: Uint8Array, { subject }: ReadCertificate): Description {
  const digest = (kind: string) => createHash(kind).update(der).digest("hex").toUpperCase();
  return {
    name: commonNameOf(subject) ?? ORGANIZATION,
    fingerprint: digest("sha256").match(/../g)!.join(":"),
    sha1: digest("sha1"),
    der,
  };
}

/** SubjectPublicKeyInfo (RFC 5480 section 2). */
function publicKeyOf(key: KeyObject): Uint8Array {
  return new Uint8Array(createPublicKey(key).export({ type: "spki", format: "der" }));
}

const ON_P256 = sequence(oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7"));

function newKey(): { privateKey: KeyObject; publicKey: Uint8Array } {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { privateKey, publicKey: new Uint8Array(publicKey.export({ type: "spki", format: "der" })) };
}

function readKey(text: string): KeyObject {
  const der = fromPem("PRIVATE KEY", text);
  if (der === undefined) throw new AuthorityError("it has no private key in PEM (PKCS #8)");
  try {
    const key = createPrivateKey({ key: toPem("PRIVATE KEY", der), format: "pem" });
    // Not by asymmetricKeyDetails, whose names differ among releases of the runtime.
    const [algorithm] = elements(elements(publicKeyOf(key))[0]!.content);
    if (isSame(algorithm!.bytes, ON_P256)) return key;
    throw new AuthorityError("its key is none of the curve P-256");
  } catch (error) {
    if (error instanceof AuthorityError) throw error;
    throw new AuthorityError("its private key cannot be read", { cause: error });
  }
}

/** Shows that a certificate is an authority's, and the key's. SECURITY: one without constraints is not used. */
function constraintsOf(certificate: ReadCertificate, key: KeyObject): Constraints {
  if (!isSame(publicKeyOf(key), certificate.publicKey)) {
    throw new AuthorityError("its key is another certificate's");
  }
  const { signed, signature, issuer, subject } = certificate;
  if (!isSame(issuer, subject) || !verify("sha256", signed, createPublicKey(key), signature)) {
    throw new AuthorityError("its certificate is not signed by its own key");
  }
  const constraints = certificate.extension(Oid.nameConstraints);
  const basic = certificate.extension(Oid.basicConstraints);
  if (basic === undefined || !isSame(basic.subarray(2, 5), yes())) {
    throw new AuthorityError("its certificate is no authority's");
  }
  if (constraints === undefined) {
    throw new AuthorityError("its certificate is not bound to local names, as those of webserv are");
  }
  return decodeConstraints(constraints);
}
