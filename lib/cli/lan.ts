/**
 * What a start with `--lan` says: where other devices find the server, and how they log in.
 *
 * @module
 */
import { endpointsOf } from "../config/listen.ts";
import type { Config } from "../config/types.ts";
import { type Endpoint, endpointUrl } from "../http/endpoint.ts";
import { addressesForPhones } from "../http/local_names.ts";
import { LOGIN_PATH } from "../http/login_path.ts";
import type { Terminal } from "../runtime/terminal.ts";
import { encryptedFirst, openAddresses } from "./addresses.ts";
import type { RunLogin } from "./run_login.ts";
import { terminalQrCode } from "./terminal_qr.ts";

/** What is shared, and with whom. */
export interface Sharing {
  /** Every port known. */
  readonly config: Config;
  /** Addresses by which others reach this machine. */
  readonly own: readonly string[];
  /** By which name they find it without one (RFC 6762); undefined where nobody tells them. */
  readonly localName: string | undefined;
  /** Undefined: nobody logs in. */
  readonly login: RunLogin | undefined;
}

/** Everything, for a program or for a person. @param terminal undefined: it is no person who reads it */
export function lanText(sharing: Sharing, terminal: Terminal | undefined): string {
  const { madeUp } = sharing.login ?? {};
  const login = madeUp === undefined ? [] : [`login: ${madeUp.name} ${madeUp.password}`];
  if (terminal === undefined) return [...reachedAt(sharing), ...login, ...linkLines(sharing)].join("\n");
  return [pictureOf(sharing, terminal), ...[...linkLines(sharing), ...login].map(indented), ""].join("\n");
}

/** A device has used the link: the next one. */
export function nextLinkText(sharing: Sharing, terminal: Terminal | undefined): string {
  if (terminal === undefined) return linkLines(sharing).join("\n");
  const words = "A device has logged in by the link. For another one:";
  return [
    `\n${indented(words)}\n`,
    pictureOf(sharing, terminal),
    ...linkLines(sharing).map(indented),
    "",
  ].join("\n");
}

function indented(line: string): string {
  return `  ${line}`;
}

function reachedAt({ config, own, localName }: Sharing): string[] {
  const { network } = openAddresses(config, own);
  const named = localName === undefined ? [] : [urlOf(firstOf(config), localName)];
  return [...network, ...named].map((url) => `reached at ${url}`);
}

function linkLines(sharing: Sharing): string[] {
  return sharing.login?.link === undefined ? [] : [`link: ${linkUrl(sharing)}`];
}

function pictureOf(sharing: Sharing, terminal: Terminal): string {
  return terminalQrCode(linkUrl(sharing), terminal) ?? "";
}

/** What logs in, or leads to what needs no login: by the address that a phone knows best. */
function linkUrl({ config, own, login }: Sharing): string {
  const endpoint = firstOf(config);
  const short = own.filter((address) => !address.includes(":"));
  // The local authority has certificates for local addresses alone.
  const named = addressesForPhones(endpoint.tls ? own : short, endpoint.hostname);
  const hostname = named[0] ?? short[0] ?? own[0] ?? "localhost";
  const url = urlOf(endpoint, hostname);
  return login?.link === undefined ? url : `${new URL(LOGIN_PATH, url)}?${login.link.secret}`;
}

function firstOf(config: Config): Endpoint {
  return encryptedFirst(endpointsOf(config))[0]!;
}

function urlOf(endpoint: Endpoint, hostname: string): string {
  return endpointUrl({ ...endpoint, hostname });
}
