/**
 * Certificates for tests, made by openssl, and connections that take them.
 *
 * @module
 */
import type { LocalCertificates } from "../../lib/supervisor/certificates.ts";
import { servesTls } from "../../lib/runtime/version.ts";

/** For `Deno.test({ ignore })`: Deno before 2.9, and executables made with it, cannot serve TLS. */
export const NO_TLS = !servesTls() || Deno.env.get("WEBSERV") !== undefined;

/** Two files of PEM, and what they have in them. */
export interface TestCertificate {
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly certificate: string;
  readonly key: string;
}

/** What a certificate is like that is not for localhost. */
export interface TestCertificateOptions {
  readonly names?: readonly string[];
  /** From now on. */
  readonly days?: number;
  /** As openssl's -not_before and -not_after have them, e.g. 20200101000000Z. */
  readonly dates?: readonly [from: string, to: string];
  /** As -newkey and its options have it. */
  readonly kind?: readonly string[];
  /** Who signs it; without one it signs itself. */
  readonly authority?: TestCertificate;
  readonly isAuthority?: boolean;
}

const P256 = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"];

/** Makes NAME.pem and NAME.key in a folder. */
export async function makeCertificate(
  folder: string,
  name: string,
  options: TestCertificateOptions = {},
): Promise<TestCertificate> {
  const {
    names = ["localhost", "127.0.0.1", "::1"],
    days = 30,
    dates,
    kind = P256,
    authority,
    isAuthority = false,
  } = options;
  const certificateFile = `${folder}/${name}.pem`, keyFile = `${folder}/${name}.key`;
  const alternatives = names.map((name) => `${/^[\d.]+$|:/.test(name) ? "IP" : "DNS"}:${name}`).join(",");
  const extension = (text: string) => ["-addext", text];
  const request = [
    ...["req", "-new", "-newkey", ...kind, "-nodes", "-keyout", keyFile, "-subj", `/CN=${name}`],
    ...(isAuthority
      ? [...extension("basicConstraints=critical,CA:TRUE"), ...extension("keyUsage=critical,keyCertSign")]
      : [...extension("basicConstraints=critical,CA:FALSE")]),
    ...(names.length > 0 ? extension(`subjectAltName=${alternatives}`) : []),
  ];
  if (dates === undefined) {
    const signer = authority === undefined
      ? []
      : ["-CA", authority.certificateFile, "-CAkey", authority.keyFile];
    await openssl([...request, "-x509", "-days", String(days), ...signer, "-out", certificateFile]);
  } else {
    // Only `openssl ca` knows dates, in the release that Debian has.
    await openssl([...request, "-out", `${folder}/${name}.csr`]);
    await Deno.writeTextFile(`${folder}/${name}.db`, "");
    await Deno.writeTextFile(`${folder}/${name}.serial`, "01");
    await Deno.writeTextFile(
      `${folder}/${name}.cnf`,
      `[ca]\ndefault_ca=a\n[a]\ndatabase=${folder}/${name}.db\nserial=${folder}/${name}.serial\nnew_certs_dir=${folder}\n` +
        "default_md=sha256\npolicy=p\ncopy_extensions=copy\n[p]\ncommonName=supplied\n",
    );
    await openssl([
      ...["ca", "-batch", "-notext", "-selfsign", "-config", `${folder}/${name}.cnf`, "-keyfile", keyFile],
      ...[
        "-in",
        `${folder}/${name}.csr`,
        "-out",
        certificateFile,
        "-startdate",
        dates[0],
        "-enddate",
        dates[1],
      ],
    ]);
  }
  const [certificate, key] = await Promise.all(
    [certificateFile, keyFile].map((file) => Deno.readTextFile(file)),
  );
  return { certificateFile, keyFile, certificate: certificate!, key: key! };
}

/** Runs openssl, and gives what it has said. @throws {Error} if it fails */
export async function openssl(args: readonly string[], input?: string): Promise<string> {
  const child = new Deno.Command("openssl", {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  if (input !== undefined) await writer.write(new TextEncoder().encode(input)).catch(() => {});
  await writer.close().catch(() => {});
  const { success, stdout, stderr } = await child.output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  if (!success && args[0] !== "s_client") throw new Error(`openssl ${args[0]}: ${text}`);
  return text;
}

/** An authority as the supervisor takes it, and for whom it has signed. */
export async function testAuthority(
  folder: string,
  options: Pick<TestCertificateOptions, "days"> = {},
): Promise<LocalCertificates & { readonly signed: (readonly string[])[]; readonly file: string }> {
  const authority = await makeCertificate(folder, "authority", { names: [], isAuthority: true });
  const signed: (readonly string[])[] = [];
  return {
    signed,
    file: authority.certificateFile,
    caPem: authority.certificate,
    async forNames(names) {
      const name = `signed${signed.push(names)}`;
      const { certificate, key } = await makeCertificate(folder, name, { names, authority, ...options });
      return { certificate, key, notAfter: Date.now() + (options.days ?? 30) * 24 * 60 * 60 * 1000 };
    },
  };
}

/** What a client may want. */
export interface TlsClientOptions {
  /** What it trusts, PEM. */
  readonly trusted: readonly string[];
  readonly port: number;
  /** The name it asks for, which it also wants to be in the certificate. */
  readonly name?: string;
  readonly protocols?: string[];
}

/** Connects to this machine and shakes hands. */
export async function connectTls(
  { trusted, port, name = "localhost", protocols }: TlsClientOptions,
): Promise<Deno.TlsConn> {
  const plain = await Deno.connect({ hostname: "127.0.0.1", port });
  // Otherwise what this client sends waits for the server's acknowledgements.
  plain.setNoDelay(true);
  const connection = await Deno.startTls(plain, {
    hostname: name,
    caCerts: [...trusted],
    ...(protocols && { alpnProtocols: protocols }),
  });
  try {
    await connection.handshake();
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}
