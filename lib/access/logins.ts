/**
 * Logins of one thread's requests: whether a name and a password are right the main thread says, and what was right is
 * remembered for a minute, by a keyed hash, so that no password lies in memory for longer than its request.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHmac, randomBytes } from "node:crypto";
import { OWN_USERS } from "../config/access.ts";
import { Allowance } from "../http/allowance.ts";
import type { MaybePromise } from "../http/maybe_promise.ts";
import type { Request } from "../http/message.ts";
import type { Clock, MainThread } from "../ports.ts";
import { type Credentials, isBasic, parseBasic } from "./basic.ts";
import { keyOf } from "./failed_logins.ts";
import { decodeAnswer, decodeNews, type LoginQuestion } from "./questions.ts";

/** Who a request is from, as far as it says so. */
export type Login =
  | { readonly is: "right"; readonly user: string }
  /** `none`: it does not say so. `busy`: nobody has had time to look. */
  | { readonly is: "none" | "wrong" | "busy" }
  /** Too many have failed from its address, for so many milliseconds to come. */
  | { readonly is: "blocked"; readonly for: number };

/** What knows users by another sign than a password: a cookie. */
export interface Sessions {
  /** Undefined: the request has no such sign. */
  userOf(request: Request): string | undefined;
}

/** How long a right password is remembered, in milliseconds, and how many of them. */
const MEMORY = 60_000, MOST_REMEMBERED = 10_000;

/** Addresses that are known to have had too many failures. */
const MOST_BLOCKED = 10_000;

/** SECURITY: who says too much to the main thread is ended by it; and requests that wait hold memory. */
const ASKING = { burst: 1000, rate: 1000 }, MOST_ASKED = 300;

interface Remembered {
  readonly user: string;
  readonly file: string;
  readonly until: number;
}

/** Of one thread, whatever configuration it serves. */
export class Logins {
  readonly #main: MainThread;
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #key = randomBytes(32);
  /** By the keyed hash of file and credentials; the oldest first. */
  readonly #remembered = new Map<string, Remembered>();
  /** When they may try again, by their keys; the oldest first. */
  readonly #blocked = new Map<string, number>();
  readonly #allowance: Allowance;
  #asked = 0;
  /** Files that have changed so far. */
  #changes = 0;
  /** Of those who log in by a link; undefined where nobody does. */
  sessions: Sessions | undefined;

  constructor(main: MainThread, clock: Pick<Clock, "monotonic">) {
    this.#main = main;
    this.#clock = clock;
    this.#allowance = new Allowance(ASKING, clock.monotonic());
    main.listen("login", (text) => this.#hear(text));
  }

  /** Who a request is from, by a file of users; what is wrong counts against its address. */
  verify(request: Request, file: string): MaybePromise<Login> {
    const authorization = request.fields.joined("authorization");
    if (authorization === undefined || !isBasic(authorization)) return this.#bySign(request, file);
    const { remote: { hostname: address } } = request, wait = this.#waitOf(address);
    if (wait > 0) return { is: "blocked", for: wait };
    const credentials = parseBasic(authorization);
    // No password was tried.
    if (credentials === undefined) return WRONG;
    const key = this.#hash(file, credentials), known = this.#recall(key);
    if (known !== undefined) return { is: "right", user: known.user };
    return this.#ask({ file, address, ...credentials }, key);
  }

  /** The user as whom a request is known already; nobody is asked, and nothing counts. */
  remembered(request: Request, file: string): string | undefined {
    const authorization = request.fields.joined("authorization");
    if (authorization === undefined || !isBasic(authorization)) {
      const login = this.#bySign(request, file);
      return login.is === "right" ? login.user : undefined;
    }
    if (this.#waitOf(request.remote.hostname) > 0) return undefined;
    const credentials = parseBasic(authorization);
    return credentials && this.#recall(this.#hash(file, credentials))?.user;
  }

  #bySign(request: Request, file: string): Login {
    const user = file === OWN_USERS ? this.sessions?.userOf(request) : undefined;
    return user === undefined ? NONE : { is: "right", user };
  }

  async #ask(question: LoginQuestion, key: string): Promise<Login> {
    if (this.#asked >= MOST_ASKED || !this.#allowance.take(1, this.#clock.monotonic())) return BUSY;
    this.#asked++;
    const changes = this.#changes;
    const text = await this.#main.ask("login", JSON.stringify(question));
    this.#asked--;
    const answer = text === undefined ? undefined : decodeAnswer(text);
    if (answer === undefined) return BUSY;
    if (answer.is === "blocked") this.#block(question.address, answer.for);
    if (answer.is !== "right") return answer;
    // An answer may come behind the news that it is out of date.
    if (changes === this.#changes) this.#remember(key, question);
    return { is: "right", user: question.name };
  }

  /** SECURITY: with a key of this thread's own, so that who reads it cannot try passwords at home. */
  #hash(file: string, { name, password }: Credentials): string {
    // No name and no path has a NUL in it.
    return createHmac("sha256", this.#key).update(Buffer.from(`${file}\0${name}\0${password}`)).digest(
      "base64",
    );
  }

  #recall(key: string): Remembered | undefined {
    const known = this.#remembered.get(key);
    if (known === undefined || known.until > this.#clock.monotonic()) return known;
    this.#remembered.delete(key);
    return undefined;
  }

  #remember(key: string, { name, file }: LoginQuestion): void {
    this.#remembered.delete(key);
    bound(this.#remembered, MOST_REMEMBERED);
    this.#remembered.set(key, { user: name, file, until: this.#clock.monotonic() + MEMORY });
  }

  #waitOf(address: string): number {
    if (this.#blocked.size === 0) return 0;
    const key = keyOf(address), until = this.#blocked.get(key);
    if (until === undefined) return 0;
    const left = until - this.#clock.monotonic();
    if (left <= 0) this.#blocked.delete(key);
    return Math.max(0, left);
  }

  #block(address: string, time: number): void {
    bound(this.#blocked, MOST_BLOCKED);
    this.#blocked.set(keyOf(address), this.#clock.monotonic() + time);
  }

  #hear(text: string): void {
    const news = decodeNews(text);
    if (news === undefined) return;
    if ("blocked" in news) return this.#block(news.blocked, news.for);
    this.#changes++;
    for (const [key, { file }] of this.#remembered) if (file === news.changed) this.#remembered.delete(key);
  }
}

const NONE: Login = { is: "none" }, WRONG: Login = { is: "wrong" }, BUSY: Login = { is: "busy" };

/** Forgets the oldest of what there is too much of. */
function bound(map: Map<string, unknown>, most: number): void {
  if (map.size >= most) map.delete(map.keys().next().value!);
}
