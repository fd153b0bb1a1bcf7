/**
 * Failed logins by address, and who has had too many of them. Bounded: of very many addresses the oldest are forgotten.
 *
 * @module
 */

/** How long failures count, from the first of them on, in milliseconds. */
export const MINUTE = 60_000;

/** Addresses that are remembered. */
const MOST_ADDRESSES = 100_000;

interface Failures {
  readonly since: number;
  count: number;
}

/** Counts failures. Times are milliseconds of any one clock that never goes back. */
export class FailedLogins {
  /** The oldest first. */
  readonly #failures = new Map<string, Failures>();

  /** @param limit so many may fail in a minute; may change */
  constructor(public limit: number) {}

  /** How long an address has to wait, in milliseconds; 0: it may try. */
  blocked(address: string, now: number): number {
    const failures = this.#failures.get(keyOf(address));
    if (failures === undefined || failures.count < this.limit) return 0;
    return Math.max(0, failures.since + MINUTE - now);
  }

  /** One more. */
  failed(address: string, now: number): void {
    this.#forget(now);
    const key = keyOf(address), failures = this.#failures.get(key);
    if (failures !== undefined) failures.count++;
    else this.#failures.set(key, { since: now, count: 1 });
  }

  /** All minutes are equally long, so the oldest end first. */
  #forget(now: number): void {
    for (const [address, { since }] of this.#failures) {
      if (since + MINUTE > now && this.#failures.size < MOST_ADDRESSES) return;
      this.#failures.delete(address);
    }
  }
}

/** Whoever has an address of IPv6 has all of its /64, and so as many as he likes (RFC 6177). */
export function keyOf(address: string): string {
  if (!address.includes(":") || address.includes(".")) return address;
  const [head = "", tail] = address.split("%")[0]!.split("::");
  const words = head === "" ? [] : head.split(":");
  const rest = tail === undefined || tail === "" ? [] : tail.split(":");
  const all = tail === undefined
    ? words
    : [...words, ...Array(8 - words.length - rest.length).fill("0"), ...rest];
  return `${all.slice(0, 4).map((word) => word.toLowerCase().replace(/^0+(?=.)/, "")).join(":")}::/64`;
}
