/**
 * Who asked, and how: X-Forwarded-For, -Proto and -Host, and Forwarded (RFC 7239), for the upstream. What the client itself
 * says of that is dropped; what a proxy says that is believed is gone on with.
 *
 * @module
 */
import { isToken } from "../bytes/ascii.ts";
import { ownCopy } from "../bytes/latin1.ts";
import { plainElements } from "../http/forwarded.ts";
import { type Request, schemeOf } from "../http/message.ts";

/** The lines to be sent, a name and its value one after the other. */
export function forwardedFields(request: Request, host: string | undefined): readonly string[] {
  const { forwarded, tls, remote } = request;
  const scheme = tls === undefined ? "http" : "https";
  if (forwarded === undefined) return plainLines(remote.hostname, host || undefined, scheme);
  const { fields } = request, peer = forwarded.peer.hostname;
  const before = earlier(request);
  const addresses = [...before.addresses, peer].join(", ");
  const elements = [...before.elements, elementOf(peer, host, scheme)].join(", ");
  return linesOf(addresses, elements, schemeOf(request), fields.get("x-forwarded-host") ?? host);
}

/** PERF: a client asks many times, by the same name. */
const knownLines = new Map<string, readonly string[]>();
const MOST_LINES = 1000;

/** Longer ones are not remembered. */
const LONGEST_KEY = 200;

function plainLines(address: string, host: string | undefined, scheme: string): readonly string[] {
  const key = `${scheme} ${address} ${host ?? ""}`;
  let lines = knownLines.get(key);
  if (lines === undefined) {
    const own = host && ownCopy(host);
    lines = linesOf(address, elementOf(address, own, scheme), scheme, own);
    if (key.length > LONGEST_KEY) return lines;
    if (knownLines.size >= MOST_LINES) knownLines.clear();
    knownLines.set(key, lines);
  }
  return lines;
}

function linesOf(addresses: string, elements: string, scheme: string, host: string | undefined): string[] {
  const lines = ["X-Forwarded-For", addresses, "X-Forwarded-Proto", scheme];
  if (host !== undefined) lines.push("X-Forwarded-Host", host);
  lines.push("Forwarded", elements);
  return lines;
}

/** What proxies have noted before us. X-Forwarded-For counts where it is there, as lib/http/trusted_proxies has it. */
function earlier(
  request: Request,
): { readonly addresses: readonly string[]; readonly elements: readonly string[] } {
  const { fields, forwarded } = request;
  const list = fields.joined("x-forwarded-for");
  if (list !== undefined) {
    const addresses = plainElements(list);
    return {
      addresses,
      elements: addresses.map((address, index) =>
        elementOf(address, undefined, index === 0 ? schemeOf(request) : undefined)
      ),
    };
  }
  const line = forwarded!.isMalformed ? undefined : fields.joined("forwarded");
  if (line === undefined) return { addresses: [], elements: [] };
  return { addresses: addressesOf(line), elements: [line] };
}

function addressesOf(line: string): string[] {
  return [...line.matchAll(/(?:^|[,;])\s*for=(?:"((?:[^"\\]|\\.)*)"|([^\s,;]+))/gi)].map((
    [, quoted, token],
  ) => (quoted?.replace(/\\(.)/g, "$1") ?? token!).replace(/^\[([^\]]*)\](?::\d+)?$/, "$1")).filter((
    address,
  ) => /^[\w.:%-]+$/.test(address));
}

function elementOf(address: string, host: string | undefined, scheme: string | undefined): string {
  let element = `for=${
    parameter(address.includes(":") && !address.startsWith("[") ? `[${address}]` : address)
  }`;
  if (host !== undefined) element += `;host=${parameter(host)}`;
  if (scheme !== undefined) element += `;proto=${scheme}`;
  return element;
}

/** RFC 7239 section 4: a token, or a quoted text. */
function parameter(value: string): string {
  return isToken(value) ? value : `"${value.replace(/["\\]/g, "\\$&")}"`;
}
