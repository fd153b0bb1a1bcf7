/**
 * What is in the files of a certificate and its key, for those who check a configuration.
 *
 * @module
 */
import type { CertificateLook } from "../config/outside.ts";
import { KeyPairError, readKeyPair } from "../runtime/certificate_files.ts";
import { servesTls } from "../runtime/version.ts";
import { mayRead } from "./real_path.ts";

/** Undefined where we may not look, or the runtime cannot. */
export function certificateLook(certificate: string, key: string): CertificateLook | undefined {
  if (!servesTls() || !mayRead(certificate) || !mayRead(key)) return undefined;
  try {
    return { ...readKeyPair(certificate, key), now: Date.now() };
  } catch (error) {
    if (error instanceof KeyPairError) return { of: error.of, problem: error.problem };
    throw error;
  }
}
