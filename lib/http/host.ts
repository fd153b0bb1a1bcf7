/**
 * The field Host (RFC 9112 section 3.2, RFC 3986 section 3.2.2). Refuses an empty host, user information, characters
 * that no host has, ports that are none, empty labels at the end, and brackets around anything but an IPv6 address:
 * zones and future kinds of address name nothing that a client can mean here. Refused, too, is what is longer than any
 * name in the DNS.
 *
 * @module
 */
import { decodeLatin1, encodeLatin1 } from "../bytes/latin1.ts";

/** A host and its port. */
export interface Host {
  /** Lower case, without one trailing dot; an IPv6 address as normalIPv6() gives it. Escapes stay as they are. */
  readonly host: string;
  /** Undefined where none was given, also for `a:`. */
  readonly port: number | undefined;
}

const HOST = /^(?:\[([0-9A-Fa-f:.]+)\]|((?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+))(?::([0-9]*))?$/;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;
const IPV6_CHARACTERS = /^[0-9A-Fa-f:.]+$/;

/** Characters of a name (RFC 3986 section 3.2.2, RFC 1035 section 2.3.4) with its port. */
const LONGEST = 255 + ":65535".length;

/** The parts of the value of Host; undefined for a bad one, a 400. */
export function parseHost(value: string): Host | undefined {
  // SECURITY: a name is looked up by each of its labels; 32 KiB of them take 40 ms.
  if (value.length > LONGEST) return undefined;
  const match = HOST.exec(value);
  if (match === null) return undefined;
  const host = match[1] === undefined ? nameOf(match[2]!) : normalIPv6(match[1]);
  if (host === undefined) return undefined;
  if (match[3] === undefined || match[3] === "") return { host, port: undefined };
  const port = Number(match[3]);
  return port > 65535 ? undefined : { host, port };
}

/** Hosts whose normal form is known: nearly every request of a connection, and of a client, names the same one. */
const knownHosts = new Map<string, string>();
const KNOWN_HOSTS = 1000;

/** The host alone, as Host.host has it; undefined for a bad value. PERF: remembered. */
export function normalHost(value: string): string | undefined {
  const known = knownHosts.get(value);
  if (known !== undefined) return known;
  // A copy: a slice would keep the whole text of its header section in memory for as long as it is known.
  const copy = decodeLatin1(encodeLatin1(value));
  const parsed = parseHost(copy);
  if (!parsed) return undefined;
  if (knownHosts.size >= KNOWN_HOSTS) knownHosts.clear();
  knownHosts.set(copy, parsed.host);
  return parsed.host;
}

function nameOf(text: string): string | undefined {
  const name = text.endsWith(".") ? text.slice(0, -1) : text;
  return name === "" || name.endsWith(".") ? undefined : name.toLowerCase();
}

/**
 * True for an IP address, as Host.host has it: what looks like one but is none (`1.2.3.999`, `0x7f.1`) is a name, which
 * whoever owns it may let lead anywhere.
 */
export function isAddress(host: string): boolean {
  return host.includes(":") || IPV4.test(host);
}

/**
 * An IPv6 address as RFC 5952 writes it, without brackets; undefined for what is none. There are many ways to write
 * one, and this is the form in which addresses are compared.
 */
export function normalIPv6(text: string): string | undefined {
  // What else a URL may have between its brackets never gets as far as the parser.
  if (!IPV6_CHARACTERS.test(text)) return undefined;
  const url = URL.parse(`http://[${text}]/`);
  return url === null ? undefined : url.hostname.slice(1, -1);
}
