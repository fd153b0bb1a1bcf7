/**
 * IP addresses and networks in CIDR notation (RFC 4632 section 3.1, RFC 4291 section 2.3). An IPv4 address that is written
 * as IPv6 (`::ffff:192.0.2.1`, RFC 4291 section 2.5.5.2) is that IPv4 address; networks of one family have no addresses of
 * the other. Refused is whatever some program could read as another address: leading zeros, fewer than four numbers, zones.
 *
 * @module
 */
import { normalIPv6 } from "./host.ts";

const NUMBER = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
const IPV4 = new RegExp(`^${NUMBER}\\.${NUMBER}\\.${NUMBER}\\.${NUMBER}$`);

/** The bits of an address by 16: two numbers for IPv4, eight for IPv6. */
type Words = readonly number[];

const MAPPED: Words = [0, 0, 0, 0, 0, 0xffff];

/** An address in its one normal form: IPv4 with dots, IPv6 as RFC 5952 has it; undefined for what is no address. */
export function normalAddress(text: string): string | undefined {
  if (IPV4.test(text)) return text;
  const normal = normalIPv6(text);
  if (normal === undefined) return undefined;
  const words = wordsOf(normal);
  return words.length === 2 ? words.flatMap((word) => [word >> 8, word & 0xff]).join(".") : normal;
}

/**
 * A network in its normal form, with its length behind it even where it is one address; undefined for what is none.
 *
 * @throws {RangeError} where bits are set behind its length, with the network that may be meant
 */
export function normalNetwork(text: string): string | undefined {
  const [, written, length] = /^([^/]+)(?:\/([0-9]{1,3}))?$/.exec(text) ?? [];
  const address = written === undefined ? undefined : normalAddress(written);
  if (address === undefined) return undefined;
  const words = wordsOf(address), bits = words.length * 16;
  // `::ffff:10.0.0.0/104` counts the bits in front of the IPv4 address, too.
  const isMapped = bits === 32 && written!.includes(":");
  const prefix = length === undefined ? bits : Number(length) - (isMapped ? 96 : 0);
  if (prefix < 0 || prefix > bits) return undefined;
  const first = words.map((word, index) => word & maskOf(prefix, index));
  if (first.some((word, index) => word !== words[index])) {
    throw new RangeError(`${addressOf(first)}/${prefix}`);
  }
  return `${address}/${prefix}`;
}

/** A set of networks. */
export class Networks {
  readonly #networks: readonly { readonly words: Words; readonly masks: Words }[];

  /** @param networks as normalNetwork() gives them */
  constructor(networks: readonly string[]) {
    this.#networks = networks.map((network) => {
      const [address, prefix] = network.split("/");
      const words = wordsOf(address!);
      return { words, masks: words.map((_, index) => maskOf(Number(prefix), index)) };
    });
  }

  /** @param address in any form; what is no address is in no network */
  has(address: string): boolean {
    const normal = normalAddress(address);
    if (normal === undefined) return false;
    const words = wordsOf(normal);
    return this.#networks.some((network) =>
      network.words.length === words.length &&
      network.masks.every((mask, index) => (words[index]! & mask) === network.words[index])
    );
  }
}

/** Of an address in a normal form. */
function wordsOf(normal: string): Words {
  const numbers = IPV4.exec(normal)?.slice(1).map(Number);
  if (numbers !== undefined) return [numbers[0]! << 8 | numbers[1]!, numbers[2]! << 8 | numbers[3]!];
  const [head, tail] = normal.split("::").map((part) =>
    part === "" ? [] : part.split(":").map((word) => parseInt(word, 16))
  ) as [number[], number[] | undefined];
  const words = tail === undefined
    ? head
    : [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
  return MAPPED.every((word, index) => words[index] === word) ? words.slice(6) : words;
}

function addressOf(words: Words): string {
  if (words.length === 2) return words.flatMap((word) => [word >> 8, word & 0xff]).join(".");
  return normalIPv6(words.map((word) => word.toString(16)).join(":"))!;
}

/** Which bits of the word at this index belong to a prefix of so many bits. */
function maskOf(prefix: number, index: number): number {
  const bits = Math.min(Math.max(prefix - index * 16, 0), 16);
  return 0xffff << (16 - bits) & 0xffff;
}
