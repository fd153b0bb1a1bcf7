/**
 * The signature of SHA256SUMS: ECDSA over P-256 with SHA-256 in DER, which every openssl and LibreSSL verifies.
 *
 * @module
 */
import { createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";

/** A key that signs releases. */
export interface ReleaseKey {
  /** What belongs into install.sh: a SubjectPublicKeyInfo in PEM, without a line break at the end. */
  readonly publicKey: string;
  /** The signature of a text, as SHA256SUMS.sig has it. */
  sign(text: string): Uint8Array<ArrayBuffer>;
}

/**
 * Reads a private key in PEM (PKCS #8 or SEC 1).
 *
 * @throws {Error} if it is none, has a passphrase, or is none of P-256
 */
export function releaseKey(pem: string): ReleaseKey {
  const key = privateKey(pem);
  if (key.asymmetricKeyType !== "ec" || key.asymmetricKeyDetails?.namedCurve !== "prime256v1") {
    throw new Error(
      "the key of releases is no ECDSA key of P-256: make one with " +
        "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256",
    );
  }
  return {
    publicKey: createPublicKey(key).export({ type: "spki", format: "pem" }).toString().trim(),
    sign: (text) => Uint8Array.from(sign("sha256", new TextEncoder().encode(text), key)),
  };
}

function privateKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    throw new Error("the key of releases is no private key in PEM without a passphrase", { cause: error });
  }
}
