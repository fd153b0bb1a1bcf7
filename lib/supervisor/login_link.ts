/**
 * The links of a run that log in, of which each does so once: the main thread knows which has not been used.
 *
 * @module
 */
import { hashOfCookie, isSameSecret, type RunCookieFacts } from "../access/run_cookie.ts";
import type { TopicAnswerer } from "./questions.ts";

/** Bytes of a link's secret, of the cookie's value, and of the cookie's name. */
const SECRET_BYTES = 16, COOKIE_BYTES = 32, NAME_BYTES = 4;

/** Answers on the topic `link`: of a secret that has not been used it gives the value of the cookie, and has a new one made. */
export class LoginLink implements TopicAnswerer {
  readonly cookie: RunCookieFacts;
  readonly #value = randomText(COOKIE_BYTES);
  #secret = randomText(SECRET_BYTES);

  /**
   * @param user who logs in by it
   * @param used is told each time that a link has been, and that there is another
   */
  constructor(user: string, readonly used: () => void) {
    this.cookie = { name: `webserv-${randomHex(NAME_BYTES)}`, hash: hashOfCookie(this.#value), user };
  }

  /** Of the link that has not been used. */
  get secret(): string {
    return this.#secret;
  }

  answer(text: string): Promise<string | undefined> {
    if (!isSameSecret(text, this.#secret)) return Promise.resolve(undefined);
    this.#secret = randomText(SECRET_BYTES);
    this.used();
    return Promise.resolve(this.#value);
  }

  gone(): void {}
}

/** In characters that neither a URL nor a cookie encodes. */
function randomText(bytes: number): string {
  const binary = String.fromCharCode(...crypto.getRandomValues(new Uint8Array(bytes)));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function randomHex(bytes: number): string {
  return [...crypto.getRandomValues(new Uint8Array(bytes))].map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}
