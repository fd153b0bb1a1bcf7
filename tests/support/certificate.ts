/**
 * A certificate that signs itself, made by openssl, for tests of TLS.
 *
 * @module
 */
import { join } from "@std/path";

/** PEM files. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

/** True if there is a program of this name in PATH. */
export function isInstalled(program: string): boolean {
  const folders = (Deno.env.get("PATH") ?? "").split(Deno.build.os === "windows" ? ";" : ":");
  return folders.some((folder) => {
    try {
      return Deno.statSync(join(folder, program)).isFile;
    } catch {
      return false;
    }
  });
}

/** Makes one (ECDSA, P-256) for localhost and 127.0.0.1 in a folder. */
export function makeCertificate(folder: string): CertificateFiles {
  const certificate = join(folder, "certificate.pem"), key = join(folder, "key.pem");
  const { success, stderr } = new Deno.Command("openssl", {
    args: [
      ...[
        "req",
        "-x509",
        "-nodes",
        "-days",
        "90",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
      ],
      ...["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
      ...["-keyout", key, "-out", certificate],
    ],
    stdin: "null",
  }).outputSync();
  if (!success) throw new Error(`openssl failed: ${new TextDecoder().decode(stderr)}`);
  return { certificate, key };
}
