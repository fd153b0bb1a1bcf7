/**
 * Certificates and keys out of PEM files (RFC 7468), and whether they can be used together.
 *
 * @module
 */
import type * as Crypto from "node:crypto";
import { normalIPv6 } from "../http/host.ts";

/** What is read of a certificate and its key. */
export interface KeyPair {
  /** PEM. */
  readonly certificate: string;
  readonly key: string;
  /** Of its subjectAltName: names in lower case, and IP addresses in their normal form. */
  readonly names: readonly string[];
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** Which of the two files is of no use, and why, as the end of a sentence about it. */
export class KeyPairError extends Error {
  override readonly name = "KeyPairError";
  constructor(readonly of: "certificate" | "key", readonly problem: string, options?: ErrorOptions) {
    super(problem, options);
  }
}

/** No certificate and no chain is larger, in bytes. */
const LARGEST_FILE = 1024 * 1024;

/** Curves that TLS clients know. */
const CURVES: ReadonlySet<string> = new Set([
  "prime256v1",
  "secp384r1",
  "secp521r1",
  "P-256",
  "P-384",
  "P-521",
]);

/** Reads both files. @throws {KeyPairError} */
export function readKeyPair(certificatePath: string, keyPath: string): KeyPair {
  return parseKeyPair(readPem("certificate", certificatePath), readPem("key", keyPath));
}

/** @throws {KeyPairError} */
export function parseKeyPair(certificate: string, key: string): KeyPair {
  const crypto = nodeCrypto();
  const parsed = parseCertificate(crypto, certificate);
  const privateKey = parseKey(crypto, key);
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = privateKey;
  const isUsable = type === "rsa" || type === "ed25519" ||
    (type === "ec" && CURVES.has(details?.namedCurve ?? ""));
  if (!isUsable) {
    throw new KeyPairError("key", "is of a kind that clients do not know: make one of P-256 or RSA");
  }
  if (!parsed.checkPrivateKey(privateKey)) {
    throw new KeyPairError(
      "key",
      "does not belong to the certificate, whose own must be the first in its file",
    );
  }
  return {
    certificate,
    key,
    names: namesOf(parsed.subjectAltName ?? ""),
    notBefore: Date.parse(parsed.validFrom),
    notAfter: Date.parse(parsed.validTo),
  };
}

function readPem(of: KeyPairError["of"], path: string): string {
  let text: string;
  try {
    const { isFile, size } = Deno.statSync(path);
    if (!isFile) throw new KeyPairError(of, "is no file: name a PEM file");
    if (size > LARGEST_FILE) throw new KeyPairError(of, "is too large for a PEM file");
    text = Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof KeyPairError) throw error;
    throw new KeyPairError(of, readingProblem(error, path), { cause: error });
  }
  const wanted = of === "certificate" ? /-----BEGIN CERTIFICATE-----/ : /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
  if (wanted.test(text)) return text;
  const what = of === "certificate" ? '"-----BEGIN CERTIFICATE-----"' : '"-----BEGIN PRIVATE KEY-----"';
  throw new KeyPairError(of, `is not PEM: there is no line ${what} in it`);
}

function readingProblem(error: unknown, path: string): string {
  if (error instanceof Deno.errors.NotFound) return "does not exist: check the name";
  if (error instanceof Deno.errors.NotCapable) return `may not be read: start with --allow-read=${path}`;
  if (error instanceof Deno.errors.PermissionDenied) return "may not be read: check its permissions";
  return "cannot be read";
}

function parseCertificate(crypto: typeof Crypto, pem: string): Crypto.X509Certificate {
  try {
    return new crypto.X509Certificate(pem);
  } catch (error) {
    throw new KeyPairError("certificate", "cannot be read as a certificate", { cause: error });
  }
}

function parseKey(crypto: typeof Crypto, pem: string): Crypto.KeyObject {
  if (/ENCRYPTED/.test(pem)) {
    throw new KeyPairError("key", 'has a passphrase, which nobody could type: "openssl pkey" takes it away');
  }
  try {
    return crypto.createPrivateKey(pem);
  } catch (error) {
    throw new KeyPairError("key", "cannot be read as a key", { cause: error });
  }
}

/** From `DNS:a.test, IP Address:::1`. What would have to be quoted is no name. */
function namesOf(subjectAltName: string): string[] {
  return subjectAltName.split(", ").flatMap((entry) => {
    if (entry.startsWith("DNS:")) return [entry.slice("DNS:".length).toLowerCase()];
    if (!entry.startsWith("IP Address:")) return [];
    const address = entry.slice("IP Address:".length);
    return [address.includes(":") ? normalIPv6(address) ?? address : address];
  });
}

/** PERF: it takes tens of milliseconds to load, which only those wait for who have a certificate. */
function nodeCrypto(): typeof Crypto {
  const { process } = globalThis as unknown as {
    readonly process: { getBuiltinModule(name: "node:crypto"): typeof Crypto };
  };
  return process.getBuiltinModule("node:crypto");
}
