/**
 * What tests of the authority share: one authority, and the programs that judge it.
 *
 * @module
 */
import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { join } from "@std/path";
import { Authority, createAuthority } from "../../lib/authority/authority.ts";
import { extension, name, Oid, readCertificate, signCertificate } from "../../lib/authority/certificate.ts";
import { generalName } from "../../lib/authority/constraints.ts";
import { sequence } from "../../lib/authority/der.ts";
import { fromPem, toPem } from "../../lib/authority/pem.ts";

export const OWNER = { user: "ann", machine: "ann-laptop" } as const;
export const DAY = 86_400_000;

/** What is stored of a new authority, and itself. */
export function newAuthority(now = Date.now()): { stored: string; authority: Authority } {
  const stored = createAuthority(OWNER, now);
  return { stored, authority: Authority.read(stored) };
}

/** A certificate and its key, both PEM. */
export interface Pair {
  readonly certificate: string;
  readonly key: string;
}

/** What somebody does who has stolen the authority's key: a certificate for anything. */
export function forge(stored: string, hosts: readonly string[], commonName = hosts[0]!): Pair {
  const authorityKey: KeyObject = createPrivateKey(
    toPem("PRIVATE KEY", fromPem("PRIVATE KEY", stored)!),
  );
  const { subject } = readCertificate(fromPem("CERTIFICATE", stored)!);
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const names = hosts.length === 0
    ? []
    : [extension(Oid.subjectAltName, sequence(...hosts.map(generalName)))];
  const der = signCertificate({
    issuer: new Uint8Array(subject),
    subject: name("forged", commonName),
    notBefore: Date.now() - DAY,
    notAfter: Date.now() + DAY,
    publicKey: new Uint8Array(publicKey.export({ type: "spki", format: "der" })),
    extensions: [extension(Oid.extendedKeyUsage, sequence(Oid.serverAuth)), ...names],
  }, authorityKey);
  return {
    certificate: toPem("CERTIFICATE", der),
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

/** Runs a program, and gives what it says on both streams. */
export async function run(
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ success: boolean; text: string }> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args: [...args], env, stdin: "null" })
    .output();
  return { success, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

/** A folder with the authority's certificate in it, removed on disposal. */
export async function folderWith(files: Readonly<Record<string, string>>) {
  const path = await Deno.makeTempDir({ prefix: "webserv-authority-" });
  for (const [file, text] of Object.entries(files)) await Deno.writeTextFile(join(path, file), text);
  return {
    path,
    at: (file: string) => join(path, file),
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

/** `openssl s_server` with a page that says what it has negotiated. */
export async function startTlsServer({ certificate, key }: Pair) {
  const folder = await folderWith({ "leaf.pem": certificate, "leaf.key": key });
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const child = new Deno.Command("openssl", {
    args: [
      ..."s_server -www -accept".split(" "),
      `127.0.0.1:${port}`,
      ...["-cert", folder.at("leaf.pem"), "-key", folder.at("leaf.key")],
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  // It says ACCEPT once it listens.
  const reader = child.stdout.getReader();
  let said = "";
  while (!said.includes("ACCEPT")) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`openssl does not serve: ${said}`);
    said += new TextDecoder().decode(value);
  }
  const rest = (async () => {
    while (!(await reader.read()).done);
  })();
  return {
    port,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
      await rest;
      await folder[Symbol.asyncDispose]();
    },
  };
}
