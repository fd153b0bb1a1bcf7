/**
 * Logins as a site knows them: what verifies them (lib/access/logins.ts) is loaded with the first request to a place where
 * somebody is asked for a name.
 *
 * @module
 */
import type { Login, Logins, Sessions } from "../access/logins.ts";
import type { MaybePromise } from "../http/maybe_promise.ts";
import type { Request } from "../http/message.ts";
import type { Clock, MainThread } from "../ports.ts";

/** Says who requests are from. */
export interface KnowsUsers {
  /** Who a request is from, by a file of users; what is wrong counts against its address. */
  verify(request: Request, file: string): MaybePromise<Login>;
  /** The user as whom it is known already; nobody is asked, and nothing counts. */
  remembered(request: Request, file: string): string | undefined;
}

/** Loads them when they are first needed. */
export class LazyLogins implements KnowsUsers {
  #made: Logins | undefined;
  #loading: Promise<Logins> | undefined;

  /** @param sessions of those who log in by a link */
  constructor(
    readonly main: MainThread,
    readonly clock: Pick<Clock, "monotonic">,
    readonly sessions?: Sessions,
  ) {}

  verify(request: Request, file: string): MaybePromise<Login> {
    if (this.#made !== undefined) return this.#made.verify(request, file);
    return (this.#loading ??= this.#load()).then((logins) => logins.verify(request, file));
  }

  remembered(request: Request, file: string): string | undefined {
    return this.#made?.remembered(request, file);
  }

  async #load(): Promise<Logins> {
    const { Logins } = await import("../access/logins.ts");
    const made = new Logins(this.main, this.clock);
    made.sessions = this.sessions;
    return this.#made = made;
  }
}
