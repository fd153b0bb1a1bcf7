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
import { ownCopy } from "../bytes/latin1.ts";
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

/** What is remembered of each kind: proxies are few, and a client asks more than once. */
const MOST_KNOWN = 1000;

/** Characters of fields that are remembered: those of a client behind some proxies. */
const LONGEST_KNOWN = 200;

/** What fields say, whoever the peer is that believes in them. */
interface Told extends Pick<Forwarded, "scheme" | "isMalformed"> {
  /** Undefined: the peer itself. */
  readonly client: Node | undefined;
}

/** The proxies that are believed. */
export class TrustedProxies {
  readonly #networks: Networks;
  readonly #peers = new Map<string, boolean>();
  /** PERF: taking an address apart costs as much as a small answer. */
  readonly #known = new Map<string, Told>();

  /** @param networks as normalNetwork() gives them */
  constructor(networks: readonly string[]) {
    this.#networks = new Networks(networks);
  }

  /** What the other end of a connection says of a request; undefined if it is none of them. */
  told(peer: Node, fields: FieldBlock): Forwarded | undefined {
    if (!this.#trusts(peer.hostname)) return undefined;
    const addresses = fields.joined("x-forwarded-for");
    const lines = addresses === undefined ? linesOf(fields) : undefined;
    const scheme = lines === undefined ? fields.joined("x-forwarded-proto") : undefined;
    // No value has a line break in it.
    const key = lines === undefined ? `X\n${addresses ?? ""}\n${scheme ?? ""}` : `F\n${lines.join("\n")}`;
    let told = this.#known.get(key);
    if (told === undefined) {
      told = lines === undefined ? this.#byAddresses(addresses, scheme) : this.#byForwarded(lines);
      this.#remember(key, told);
    }
    return { ...told, client: told.client ?? peer, peer };
  }

  #byAddresses(addresses: string | undefined, scheme: string | undefined): Told {
    const elements = plainElements(addresses ?? "");
    const { client, count } = this.#client(elements, (element) => element);
    return { client, scheme: schemeAt(scheme, elements.length, count) };
  }

  #byForwarded(lines: readonly string[]): Told {
    const elements = elementsOf(lines);
    if (elements === undefined) return { client: undefined, scheme: undefined, isMalformed: true };
    const { client, count } = this.#client(elements, (element) => element.get("for"));
    const believed = elements.slice(elements.length - count);
    const scheme = believed.map((element) => schemeOf(element.get("proto"))).find((known) =>
      known !== undefined
    );
    return { client, scheme };
  }

  #remember(key: string, told: Told): void {
    if (key.length > LONGEST_KNOWN) return;
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(ownCopy(key), told);
  }

  /** @returns the client, and how many elements, from the last on, were written by those who are believed */
  #client<T>(
    elements: readonly T[],
    nameOf: (element: T) => string | undefined,
  ): { readonly client: Node | undefined; readonly count: number } {
    let client: Node | undefined, count = 0;
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
      if (this.#peers.size >= MOST_KNOWN) this.#peers.clear();
      this.#peers.set(peer, known);
    }
    return known;
  }
}

/** The lines of Forwarded; undefined where there are none. */
function linesOf(fields: FieldBlock): readonly string[] | undefined {
  if (!fields.has("forwarded")) return undefined;
  return fields.values.filter((_, index) => fields.names[index]!.toLowerCase() === "forwarded");
}

/** Each line by itself: a quote that one of them leaves open is not to swallow the next, which may be a proxy's. */
function elementsOf(lines: readonly string[]): ForwardedElement[] | undefined {
  const elements: ForwardedElement[] = [];
  for (const line of lines) {
    const ofLine = parseForwarded(line);
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
