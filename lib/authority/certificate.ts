/**
 * Certificates after RFC 5280: their fields and extensions as DER, signed with ECDSA on P-256 and SHA-256 (RFC 5758),
 * and read back so far as an authority must know itself.
 *
 * @module
 */
import { createHash, type KeyObject, randomBytes, sign } from "node:crypto";
import {
  bitString,
  concat,
  type Der,
  DerError,
  type Element,
  elements,
  explicit,
  integer,
  octetString,
  oid,
  sequence,
  set,
  Tag,
  time,
  utf8String,
  yes,
} from "./der.ts";

/** Object identifiers, as DER. */
export const Oid = {
  ecdsaWithSha256: oid("1.2.840.10045.4.3.2"),
  organizationName: oid("2.5.4.10"),
  commonName: oid("2.5.4.3"),
  subjectKeyIdentifier: oid("2.5.29.14"),
  keyUsage: oid("2.5.29.15"),
  subjectAltName: oid("2.5.29.17"),
  basicConstraints: oid("2.5.29.19"),
  nameConstraints: oid("2.5.29.30"),
  authorityKeyIdentifier: oid("2.5.29.35"),
  extendedKeyUsage: oid("2.5.29.37"),
  serverAuth: oid("1.3.6.1.5.5.7.3.1"),
} as const;

/** Bits of KeyUsage (section 4.2.1.3), as the byte that they are in and how many of its bits are behind the last one. */
export const KeyUsage = {
  digitalSignature: bitString(Uint8Array.of(0x80), 7),
  keyCertSignAndCrlSign: bitString(Uint8Array.of(0x06), 1),
} as const;

/** What a certificate says. Times are milliseconds since the epoch. */
export interface CertificateFacts {
  /** As name() gives it. */
  readonly issuer: Der;
  readonly subject: Der;
  readonly notBefore: number;
  readonly notAfter: number;
  /** SubjectPublicKeyInfo, as DER. */
  readonly publicKey: Uint8Array;
  readonly extensions: readonly Der[];
}

/** The certificate, as DER. */
export function signCertificate(facts: CertificateFacts, key: KeyObject): Der {
  const algorithm = sequence(Oid.ecdsaWithSha256);
  const toBeSigned = sequence(
    explicit(0, integer(Uint8Array.of(2))),
    integer(serialNumber()),
    algorithm,
    facts.issuer,
    sequence(time(facts.notBefore), time(facts.notAfter)),
    facts.subject,
    facts.publicKey,
    explicit(3, sequence(...facts.extensions)),
  );
  return sequence(toBeSigned, algorithm, bitString(sign("sha256", toBeSigned, key)));
}

/** Section 4.1.2.2: positive, by chance, and not longer than 20 bytes. */
function serialNumber(): Uint8Array {
  const bytes = new Uint8Array(randomBytes(16));
  bytes[0] = bytes[0]! & 0x7f | 0x40;
  return bytes;
}

/** A distinguished name: who made it, and what it is called (64 characters at most, section A.1). */
export function name(organization: string, commonName: string): Der {
  const part = (kind: Der, text: string) => set(sequence(kind, utf8String(text)));
  const shortened = [...commonName].slice(0, 64).join("");
  return sequence(part(Oid.organizationName, organization), part(Oid.commonName, shortened));
}

/** An extension (section 4.2). @param isCritical who does not understand it must refuse the certificate */
export function extension(kind: Der, value: Der, isCritical = false): Der {
  return sequence(kind, ...(isCritical ? [yes()] : []), octetString(value));
}

/** 20 bytes that stand for a public key (RFC 7093 section 2, method 1). */
export function keyIdentifier(publicKey: Uint8Array): Uint8Array {
  const [, bits] = elements(elements(publicKey)[0]!.content);
  return new Uint8Array(createHash("sha256").update(bits!.content.subarray(1)).digest()).subarray(0, 20);
}

/** What was read of a certificate. */
export interface ReadCertificate {
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly publicKey: Uint8Array;
  /** The value of an extension; undefined where it is none of the certificate's. */
  extension(kind: Der): Uint8Array | undefined;
}

/** @throws {DerError} for what is none, or is signed in another way than ours */
export function readCertificate(der: Uint8Array): ReadCertificate {
  const [signed, , signature] = inside(only(der), 3);
  // Nothing but this part of it is under the signature.
  const again = sequence(
    signed!.bytes,
    sequence(Oid.ecdsaWithSha256),
    bitString(signature!.content.subarray(1)),
  );
  if (!isSame(der, again)) throw new DerError("it is not signed with ECDSA and SHA-256");
  const [, , , issuer, validity, subject, publicKey, extensions] = inside(signed!, 8);
  const [notBefore, notAfter] = inside(validity!, 2);
  const found = inside(only(extensions!.content), 0).map((one) => inside(one, 2));
  return {
    signed: signed!.bytes,
    signature: signature!.content.subarray(1),
    issuer: issuer!.bytes,
    subject: subject!.bytes,
    notBefore: timeOf(notBefore!),
    notAfter: timeOf(notAfter!),
    publicKey: publicKey!.bytes,
    extension: (kind) => {
      const one = found.find(([id]) => isSame(id!.bytes, kind));
      return one === undefined ? undefined : one.at(-1)!.content;
    },
  };
}

/** The text of a common name within a distinguished name; undefined where there is none. */
export function commonNameOf(distinguishedName: Uint8Array): string | undefined {
  for (const part of elements(only(distinguishedName).content)) {
    const [kind, text] = elements(elements(part.content)[0]?.content ?? concat([]));
    if (kind !== undefined && text !== undefined && isSame(kind.bytes, Oid.commonName)) {
      return new TextDecoder().decode(text.content);
    }
  }
  return undefined;
}

export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

function only(bytes: Uint8Array): Element {
  const [one, ...more] = elements(bytes);
  if (one === undefined || more.length > 0) throw new DerError("not one element");
  return one;
}

function inside({ content }: Element, least: number): Element[] {
  const found = elements(content);
  if (found.length < least) throw new DerError("fewer elements than there must be");
  return found;
}

function timeOf({ tag, content }: Element): number {
  const text = new TextDecoder().decode(content);
  const century = tag === Tag.utcTime ? (text < "50" ? "20" : "19") : "";
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(century + text)?.map(Number) ?? [];
  if (second === undefined) throw new DerError("a time that is none");
  return Date.UTC(year!, month! - 1, day!, hour!, minute!, second);
}
