/**
 * The field Host (RFC 9112 section 3.2, RFC 3986 section 3.2.2). Refuses an empty host, user information, characters
 * that no host has, ports that are none, empty labels at the end, and brackets around anything but an IPv6 address:
 * zones and future kinds of address name nothing that a client can mean here. Refused, too, is what is longer than any
 * name in the DNS.
 *
 * @module
 */

/** A host and its port. */
export interface Host {
  /** Lower case, without one trailing dot, an IPv6 address without its brackets. Escapes stay as they are. */
  readonly host: string;
  /** Undefined where none was given, also for `a:`. */
  readonly port: number | undefined;
}

const HOST = /^(?:\[([0-9A-Fa-f:.]+)\]|((?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+))(?::([0-9]*))?$/;
const HEX_GROUP = /^[0-9A-Fa-f]{1,4}$/;
const IPV4 = /^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?!$)|$)){4}$/;

/** Characters of a name (RFC 3986 section 3.2.2, RFC 1035 section 2.3.4) with its port. */
const LONGEST = 255 + ":65535".length;

/** The parts of the value of Host; undefined for a bad one, a 400. */
export function parseHost(value: string): Host | undefined {
  // SECURITY: a name is looked up by each of its labels; 32 KiB of them take 40 ms.
  if (value.length > LONGEST) return undefined;
  const match = HOST.exec(value);
  if (match === null) return undefined;
  const host = match[1] === undefined ? nameOf(match[2]!) : addressOf(match[1]);
  if (host === undefined) return undefined;
  if (match[3] === undefined || match[3] === "") return { host, port: undefined };
  const port = Number(match[3]);
  return port > 65535 ? undefined : { host, port };
}

function nameOf(text: string): string | undefined {
  const name = text.endsWith(".") ? text.slice(0, -1) : text;
  return name === "" || name.endsWith(".") ? undefined : name.toLowerCase();
}

function addressOf(text: string): string | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = groupsOf(halves[0]!, halves.length === 1);
  if (halves.length === 1) return head === 8 ? text.toLowerCase() : undefined;
  const tail = groupsOf(halves[1]!, true);
  // `::` stands for at least one group.
  return head === undefined || tail === undefined || head + tail > 7 ? undefined : text.toLowerCase();
}

/** How many groups of 16 bits a part of an address has; undefined if it is malformed. */
function groupsOf(text: string, mayEndInIPv4: boolean): number | undefined {
  if (text === "") return 0;
  const groups = text.split(":");
  const last = groups.at(-1)!;
  const embedded = mayEndInIPv4 && IPV4.test(last);
  if (embedded) groups.pop();
  return groups.every((group) => HEX_GROUP.test(group)) ? groups.length + (embedded ? 2 : 0) : undefined;
}
