/**
 * Who asks, where the connection is a proxy's that is believed (`trusted_proxies`): the addresses that proxies have noted
 * are gone through from the nearest on, and the first one that is no such proxy is the client, since whatever stands
 * before it is that one's own word. Where the field names nobody at a place, the client is the last that is known to
 * have passed the request on.
 *
 * X-Forwarded-For is what most proxies write; they pass on a Forwarded that a client sent. So that is heeded only where
 * there is no X-Forwarded-For: whoever writes Forwarded has to take away the other.
 *
 * @module
 */
import type { FieldBlock } from "./fields.ts";
import { type ForwardedElement, type Node, parseForwarded, parseNode, plainElements } from "./forwarded.ts";
import { Networks } from "./networks.ts";

/** What a proxy that is believed says of a request. */
export interface Forwarded {
  /** Who asked the first of the proxies that are believed. Its port is 0 where nobody tells it. */
  readonly client: Node;
  /** How it asked; undefined where nobody tells. */
  readonly scheme: "http" | "https" | undefined;
  /** The proxy at the other end of the connection. */
  readonly peer: Node;
  /** Forwarded breaks its grammar, so that a part of it may be the client's and pass for the proxy's. */
  readonly isMalformed?: true;
}

/** Peers whose being trusted is known: there are few, and each sends many requests. */
const KNOWN_PEERS = 1000;

/** The proxies that are believed. */
export class TrustedProxies {
  readonly #networks: Networks;
  readonly #peers = new Map<string, boolean>();

  /** @param networks as normalNetwork() gives them */
  constructor(networks: readonly string[]) {
    this.#networks = new Networks(networks);
  }

  /** What the other end of a connection says of a request; undefined if it is none of them. */
  told(peer: Node, fields: FieldBlock): Forwarded | undefined {
    if (!this.#trusts(peer.hostname)) return undefined;
    const addresses = fields.joined("x-forwarded-for");
    if (addresses === undefined && fields.has("forwarded")) return this.#byForwarded(peer, fields);
    const elements = plainElements(addresses ?? "");
    const { client, count } = this.#client(peer, elements, (element) => element);
    return { client, scheme: schemeAt(fields.joined("x-forwarded-proto"), elements.length, count), peer };
  }

  #byForwarded(peer: Node, fields: FieldBlock): Forwarded {
    const elements = elementsOf(fields);
    if (elements === undefined) return { client: peer, scheme: undefined, peer, isMalformed: true };
    const { client, count } = this.#client(peer, elements, (element) => element.get("for"));
    const believed = elements.slice(elements.length - count);
    const scheme = believed.map((element) => schemeOf(element.get("proto"))).find((known) =>
      known !== undefined
    );
    return { client, scheme, peer };
  }

  /** @returns the client, and how many elements, from the last on, were written by those who are believed */
  #client<T>(
    peer: Node,
    elements: readonly T[],
    nameOf: (element: T) => string | undefined,
  ): { readonly client: Node; readonly count: number } {
    let client = peer, count = 0;
    while (count < elements.length) {
      const name = nameOf(elements[elements.length - ++count]!);
      const node = name === undefined ? undefined : parseNode(name);
      if (node === undefined) break;
      client = node;
      if (!this.#networks.has(node.hostname)) break;
    }
    return { client, count };
  }

  #trusts(peer: string): boolean {
    let known = this.#peers.get(peer);
    if (known === undefined) {
      known = this.#networks.has(peer);
      if (this.#peers.size >= KNOWN_PEERS) this.#peers.clear();
      this.#peers.set(peer, known);
    }
    return known;
  }
}

/** Each line by itself: a quote that one of them leaves open is not to swallow the next, which may be a proxy's. */
function elementsOf(fields: FieldBlock): ForwardedElement[] | undefined {
  const elements: ForwardedElement[] = [];
  for (const [name, value] of fields) {
    if (name.length !== "forwarded".length || name.toLowerCase() !== "forwarded") continue;
    const ofLine = parseForwarded(value);
    if (ofLine === undefined) return undefined;
    elements.push(...ofLine);
  }
  return elements;
}

/** X-Forwarded-Proto has an element for each of X-Forwarded-For, or the nearest proxy's word alone, or last. */
function schemeAt(value: string | undefined, addresses: number, believed: number): Forwarded["scheme"] {
  if (value === undefined) return undefined;
  const schemes = plainElements(value);
  return schemeOf(schemes.length === addresses ? schemes[schemes.length - believed] : schemes.at(-1));
}

/** A WebSocket is asked for over HTTP. */
function schemeOf(text: string | undefined): Forwarded["scheme"] {
  const scheme = text?.toLowerCase();
  if (scheme === "https" || scheme === "wss") return "https";
  return scheme === "http" || scheme === "ws" ? "http" : undefined;
}
