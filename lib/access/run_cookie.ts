/**
 * The cookie of a run: who has it has logged in by a link. Those who look at it know only what it hashes to.
 *
 * @module
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { Request } from "../http/message.ts";
import type { Sessions } from "./logins.ts";

/** What is known of the cookie by those who look at it. Plain data, so that it can be posted to a worker. */
export interface RunCookieFacts {
  /** Of its own for each run, since those of all ports of a host stand side by side. */
  readonly name: string;
  /** SHA-256 of its value, in hexadecimal digits. */
  readonly hash: string;
  /** Who has logged in with it. */
  readonly user: string;
}

/** What RunCookieFacts have as `hash`. */
export function hashOfCookie(value: string): string {
  return createHash("sha256").update(value).digest("hex");
}

/** As secrets are compared: what differs is not told by how long it takes, but for the length. */
export function isSameSecret(given: string, right: string): boolean {
  const [a, b] = [encoder.encode(given), encoder.encode(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

const encoder = new TextEncoder();

/** Looks for the cookie. */
export class RunCookie implements Sessions {
  constructor(readonly facts: RunCookieFacts) {}

  /** Who has sent it; undefined where nobody has. */
  userOf({ fields }: Pick<Request, "fields">): string | undefined {
    const cookies = fields.joined("cookie"), { name, user } = this.facts;
    if (cookies === undefined || !cookies.includes(name)) return undefined;
    // RFC 6265 section 4.2.1; several lines were joined by commas, of which neither names nor values of ours have any.
    const isThere = cookies.split(/[;,]/).some((pair) => {
      const equals = pair.indexOf("=");
      return pair.slice(0, equals).trim() === name && this.#isRight(pair.slice(equals + 1).trim());
    });
    return isThere ? user : undefined;
  }

  #isRight(value: string): boolean {
    return isSameSecret(hashOfCookie(value), this.facts.hash);
  }
}
