/**
 * What proxies say of a request's way: X-Forwarded-For with its lines joined, and Forwarded (RFC 7239). The last element
 * is the one that the nearest proxy wrote.
 *
 * @module
 */
import { TCHAR } from "../bytes/ascii.ts";
import { normalAddress } from "./networks.ts";

/** A node whose address is told, and its port, 0 where that is not told. */
export interface Node {
  readonly hostname: string;
  readonly port: number;
}

/** One element of Forwarded: its parameters by their names in lower case. */
export type ForwardedElement = ReadonlyMap<string, string>;

const BRACKETED = /^\[([^\]]*)\](?::(.*))?$/;
const WITH_PORT = /^([^:]*):([^:]*)$/;

/**
 * A node (RFC 7239 section 6) with an address, be IPv6 in brackets or, as X-Forwarded-For has it, without; undefined for
 * `unknown`, an obfuscated identifier, and everything else that names nobody.
 */
export function parseNode(text: string): Node | undefined {
  const [, host, port] = BRACKETED.exec(text) ?? WITH_PORT.exec(text) ?? ["", text];
  const hostname = normalAddress(host!);
  if (hostname === undefined || (text.startsWith("[") && !host!.includes(":"))) return undefined;
  // An obfuscated port (`_x`) is no port.
  const number = port !== undefined && /^[0-9]{1,5}$/.test(port) ? Number(port) : 0;
  return { hostname, port: number > 65535 ? 0 : number };
}

/** The elements of a list that knows no quotes, empty ones left out; those of X-Forwarded-For may be quoted as a whole. */
export function plainElements(value: string): string[] {
  return value.split(",").map((element) => element.trim().replace(/^"(.*)"$/, "$1"))
    .filter((element) => element !== "");
}

// Ports and brackets without the quotes that they need are what many write, and nothing else can be meant by them.
const PAIR = new RegExp(`([${TCHAR}]+)=(?:([${TCHAR}:[\\]]+)|"((?:[^"\\\\]|\\\\.)*)")`, "y");
const SEPARATOR = /[ \t]*([;,]|$)[ \t]*/y;

/**
 * The elements of one line of Forwarded (RFC 7239 section 4), empty ones left out; undefined where it breaks the grammar,
 * or a parameter is there twice, since then nobody can tell what of it the proxy wrote.
 */
export function parseForwarded(line: string): ForwardedElement[] | undefined {
  const elements: Map<string, string>[] = [];
  let element = new Map<string, string>(), at = 0;
  while (true) {
    PAIR.lastIndex = at;
    const pair = PAIR.exec(line);
    if (pair !== null) {
      const name = pair[1]!.toLowerCase();
      if (element.has(name)) return undefined;
      element.set(name, pair[2] ?? pair[3]!.replace(/\\(.)/g, "$1"));
      at = PAIR.lastIndex;
    }
    SEPARATOR.lastIndex = at;
    const separator = SEPARATOR.exec(line);
    if (separator === null) return undefined;
    at = SEPARATOR.lastIndex;
    if (separator[1] === ";") continue;
    if (element.size > 0) elements.push(element);
    if (separator[1] === "") return elements;
    element = new Map();
  }
}
