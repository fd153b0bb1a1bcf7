/**
 * What the rows over TLS need: a certificate that all servers share, and a configuration with which all load programs
 * choose one cipher, so that no server is measured with a cheaper one than another.
 *
 * @module
 */
import { join } from "@std/path";
import { findExecutable } from "./find.ts";
import type { Alpn, TlsFiles } from "./types.ts";

/** TLS 1.3 with the cipher that browsers on such a machine prefer; what a server prefers does not count. */
const OPENSSL_CONFIG = `openssl_conf = programs
[programs]
ssl_conf = all
[all]
system_default = clients
[clients]
MinProtocol = TLSv1.3
Ciphersuites = TLS_AES_128_GCM_SHA256
`;

/** The files' paths below a folder, whether they are there or not. */
export function tlsFiles(folder: string): TlsFiles {
  return {
    certificate: join(folder, "certificate.pem"),
    key: join(folder, "key.pem"),
    openssl: join(folder, "openssl.cnf"),
  };
}

/** Makes a certificate (ECDSA, P-256) in a new folder. Gives what hinders that; undefined if nothing did. */
export async function makeCertificate(folder: string): Promise<string | undefined> {
  await Deno.mkdir(folder);
  const { certificate, key, openssl } = tlsFiles(folder);
  await Deno.writeTextFile(openssl, OPENSSL_CONFIG);
  const program = findExecutable("openssl");
  if (program === undefined) return "openssl is not installed";
  const { success, stderr } = await new Deno.Command(program, {
    args: [
      ...[
        "req",
        "-x509",
        "-nodes",
        "-days",
        "30",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
      ],
      // Without this it is that of an authority, which not every client takes for a server's.
      ...["-addext", "basicConstraints=critical,CA:FALSE"],
      ...["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
      ...["-keyout", key, "-out", certificate],
    ],
    stdin: "null",
  }).output();
  if (!success) return `openssl failed: ${new TextDecoder().decode(stderr).trim()}`;
  // A server that gives up root's rights, or runs as somebody else, must be able to read it.
  await Deno.chmod(key, 0o644);
  return undefined;
}

/** What the load programs find in their environment. */
export const loadEnvironment = ({ openssl }: TlsFiles): Record<string, string> => ({ OPENSSL_CONF: openssl });

/** The options with which curl speaks a protocol over TLS to the servers. */
export function curlOptions(tls: TlsFiles, protocol: Alpn | undefined): string[] {
  if (protocol === undefined) return [];
  return ["--cacert", tls.certificate, protocol === "h2" ? "--http2" : "--http1.1"];
}
