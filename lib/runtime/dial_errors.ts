/**
 * What the system's and the runtime's errors mean where somebody else's server is connected to.
 *
 * @module
 */
import { formatEndpoint } from "../http/endpoint.ts";
import { DialError, type UpstreamAddress } from "../ports.ts";

/** As the error log names it. */
export function nameOf(address: UpstreamAddress): string {
  return "path" in address ? `unix:${address.path}` : formatEndpoint(address);
}

/** Codes of node:tls for a certificate that is not believed, or not for the name. */
const UNTRUSTED =
  /^(?:UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_|CRL_|ERROR_IN_C|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_|HOSTNAME_MISMATCH|ERR_TLS_CERT_)/;

/** The same in the words of Deno before 2.9. */
const UNTRUSTED_TEXT = /^invalid peer certificate/;

/** A name without an address has no code. */
const NO_ADDRESS = /failed to lookup address|ENOTFOUND|EAI_/;

/** What an error of the runtime, or one that node:net or node:tls has made of it, says of an address. */
export function dialError(error: unknown, address: UpstreamAddress): DialError {
  const name = nameOf(address), text = error instanceof Error ? error.message : String(error);
  const failure = (problem: DialError["problem"], message: string) =>
    new DialError(problem, message, { cause: error });
  const is = (kind: new () => Error, ...codes: string[]) =>
    error instanceof kind || codes.includes(codeOf(error));
  if (is(Deno.errors.NotCapable)) return failure("denied", `the sandbox does not allow ${name}`);
  if (is(Deno.errors.PermissionDenied, "EACCES", "EPERM")) {
    return failure("denied", `the system does not allow ${name}`);
  }
  if (is(Deno.errors.ConnectionRefused, "ECONNREFUSED")) {
    return failure("refused", `nobody listens on ${name}`);
  }
  if (is(Deno.errors.NotFound, "ENOENT")) return failure("not found", `there is no ${name}`);
  if (NO_ADDRESS.test(text) || NO_ADDRESS.test(codeOf(error))) {
    return failure("not found", `the name of ${name} has no address`);
  }
  if (is(Deno.errors.TimedOut, "ETIMEDOUT")) return failure("late", `${name} does not answer`);
  if (UNREACHABLE.has(codeOf(error))) return failure("unreachable", `no way leads to ${name}`);
  if (UNTRUSTED.test(codeOf(error)) || UNTRUSTED_TEXT.test(text)) {
    return failure("untrusted", `the certificate of ${name} is not believed: ${text}`);
  }
  return failure("failed", `${name} cannot be connected to: ${text}`);
}

const UNREACHABLE: ReadonlySet<string> = new Set([
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENETDOWN",
  "EHOSTDOWN",
  "EADDRNOTAVAIL",
]);

function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | null)?.code);
}
