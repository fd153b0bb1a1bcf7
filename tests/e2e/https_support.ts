/**
 * Servers over TLS with certificates from files, and curl as their client.
 *
 * @module
 */
import { makeCertificate, type TestCertificate } from "../support/certificates.ts";
import { temporaryFolder } from "../support/launch.ts";
import { startServer, type TestServer } from "../support/server.ts";

/** A server over TLS, and the certificates that were made for it. */
export interface HttpsServer extends TestServer {
  readonly certificateFolder: string;
  /** By the name of their files. */
  readonly certificates: Record<string, TestCertificate>;
}

/**
 * Starts one.
 *
 * @param configOf the configuration, given the folder in which the certificates lie; `127.0.0.1:0 ssl` is its address
 * @param names by the name of the file, whom each certificate is for
 * @param prepare may put more into the folder of certificates
 */
export async function httpsServer(
  configOf: (folder: string) => string,
  names: Readonly<Record<string, readonly string[]>>,
  args: readonly string[] = [],
  prepare: (folder: string) => Promise<unknown> = () => Promise.resolve(),
): Promise<HttpsServer> {
  const folder = await temporaryFolder();
  try {
    const made = Object.entries(names).map(async ([name, hosts]) =>
      [name, await makeCertificate(folder.path, name, { names: hosts })] as const
    );
    const certificates = Object.fromEntries(await Promise.all(made));
    await prepare(folder.path);
    const server = await startServer({ args, config: `access_log: off\n${configOf(folder.path)}` });
    return {
      ...server,
      certificateFolder: folder.path,
      certificates,
      async [Symbol.asyncDispose]() {
        await server[Symbol.asyncDispose]();
        await folder[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await folder[Symbol.asyncDispose]();
    throw error;
  }
}

/** What curl got. */
export interface CurlAnswer {
  readonly status: number;
  readonly text: string;
  /** As curl shows it, e.g. 2 or 1.1. */
  readonly version: string;
}

/** One request by curl, which trusts the server's certificates. @param name whom it connects to, by name or address */
export async function curl(
  { port, certificateFolder, certificates }: HttpsServer,
  name: string,
  path: string,
  args: readonly string[] = [],
): Promise<CurlAnswer> {
  const trusted = `${certificateFolder}/trusted-${crypto.randomUUID()}.crt`;
  await Deno.writeTextFile(
    trusted,
    Object.values(certificates).map(({ certificate }) => certificate).join(""),
  );
  const { stdout, stderr } = await new Deno.Command("curl", {
    args: [
      ...["-sS", "--max-time", "20", "--cacert", trusted, "--resolve", `${name}:${port}:127.0.0.1`],
      ...["-w", "\n%{http_version} %{http_code}"],
      ...args,
      `https://${name}:${port}${path}`,
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const said = new TextDecoder().decode(stdout);
  const [, text, version, status] = /^([^]*)\n(\S+) (\d+)$/.exec(said) ?? [];
  if (status === undefined || status === "000") {
    throw new Error(`curl: ${said}${new TextDecoder().decode(stderr)}`);
  }
  return { text: text!, version: version!, status: Number(status) };
}
