/**
 * What the tests of dialling have in common: servers that answer, and certificates.
 *
 * @module
 */
import { assertInstanceOf, assertRejects } from "@std/assert";
import { DialError, type DialOptions, type Duplex, type UpstreamAddress } from "../../lib/ports.ts";
import { SystemDialer } from "../../lib/runtime/dial.ts";
import { isAtLeast } from "../../lib/runtime/version.ts";
import { makeCertificate, type TestCertificate } from "../support/certificates.ts";
import { temporaryFolder } from "../support/launch.ts";
import { inTime, PATIENCE } from "../support/wait.ts";

const encoder = new TextEncoder(), decoder = new TextDecoder();
export const PATIENT: DialOptions = { timeout: PATIENCE };
export const LATE = 60;

/** Nobody waits for these at the end, and they are the runtime's. */
export const UNSANITIZED = { sanitizeOps: false, sanitizeResources: false };

/** The next connection over TLS: before Deno 2.9 one comes ahead of it, to see that somebody listens. */
export async function acceptTls<C extends Deno.Conn>(listener: { accept(): Promise<C> }): Promise<C> {
  if (!isAtLeast(2, 9)) (await listener.accept()).close();
  return await listener.accept();
}

/** Sockets of this process that lead to somewhere, or are on their way. */
export async function socketsTo(port: number): Promise<number> {
  const hex = `:${port.toString(16).toUpperCase().padStart(4, "0")} `;
  const lines = (await Deno.readTextFile("/proc/net/tcp")).split("\n");
  const inodes = new Set(
    lines.filter((line) => line.slice(19, 34).includes(hex)).map((line) => line.trim().split(/\s+/)[9]),
  );
  let count = 0;
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    const target = await Deno.readLink(`/proc/self/fd/${name}`).catch(() => "");
    if (inodes.has(/^socket:\[(\d+)\]$/.exec(target)?.[1])) count++;
  }
  return count;
}

export async function problem(
  address: UpstreamAddress,
  options: DialOptions,
  dialer = new SystemDialer(),
): Promise<DialError> {
  const error = await assertRejects(() => inTime(dialer.connect(address, options), "connect() gives up"));
  assertInstanceOf(error, DialError);
  assertInstanceOf(error.problem === "late" ? error : error.cause, Error);
  return error;
}

export async function readAll(duplex: { read(buffer: Uint8Array): Promise<number | null> }): Promise<string> {
  const buffer = new Uint8Array(1000);
  let text = "";
  for (let count; (count = await duplex.read(buffer)) !== null;) {
    text += decoder.decode(buffer.subarray(0, count));
  }
  return text;
}

/** Sends back what comes, and `!` behind its end. */
export async function echo(listener: Deno.Listener): Promise<void> {
  const connection = await listener.accept();
  await connection.write(encoder.encode(`${await readAll(connection)}!`));
  await connection.closeWrite();
  connection.close();
}

export async function converse(duplex: Duplex): Promise<string> {
  for (let rest = encoder.encode("Hello"); rest.length > 0;) rest = rest.subarray(await duplex.write(rest));
  await duplex.closeWrite();
  const text = await readAll(duplex);
  duplex.close();
  duplex.close();
  return text;
}

export interface Authorities extends AsyncDisposable {
  readonly authority: TestCertificate;
  readonly server: TestCertificate;
  readonly expired: TestCertificate;
  readonly dialer: SystemDialer;
}

export async function authorities(): Promise<Authorities> {
  const folder = await temporaryFolder();
  const authority = await makeCertificate(folder.path, "authority", { names: [], isAuthority: true });
  const names = ["localhost", "up.localhost", "127.0.0.1"];
  const [server, expired] = await Promise.all([
    makeCertificate(folder.path, "server", { names, authority }),
    makeCertificate(folder.path, "expired", { names, dates: ["20200101000000Z", "20200201000000Z"] }),
  ]);
  return {
    authority,
    server,
    expired,
    dialer: new SystemDialer({ authorities: [authority.certificate, expired.certificate] }),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}
