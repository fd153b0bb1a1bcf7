/**
 * Who may come into a location: by address (`allow`, `deny`), by name and password (`auth_basic`), by right (`access`). Asked
 * at every hop, before anything else is looked at, so that nothing of a place is told to whoever may not come in.
 *
 * @module
 */
import { challenge } from "../access/basic.ts";
import type { Login } from "../access/logins.ts";
import { type Deed, deedOf, Rights, whoText } from "../access/rights.ts";
import type { LocationConfig } from "../config/types.ts";
import { busy, HttpError } from "../http/errors.ts";
import { FieldBlock } from "../http/fields.ts";
import { andThen, type MaybePromise } from "../http/maybe_promise.ts";
import type { Request } from "../http/message.ts";
import { Networks } from "../http/networks.ts";
import type { KnowsUsers } from "./logins.ts";
import type { Trace } from "./trace.ts";

/** What is asked of an exchange: see there. */
export interface Asking {
  readonly request: Request;
  readonly services: { readonly logins?: KnowsUsers | undefined };
  readonly user: string | undefined;
  readonly userFile: string | undefined;
  readonly errorPage: unknown;
  readonly trace: Trace | undefined;
}

/** Whether an exchange may go on, as whoever it is from. */
export interface Admission<E> {
  /** With its user, where that is known by now. */
  readonly exchange: E;
  /** Undefined: it may. */
  readonly refused: HttpError | undefined;
}

const ALL = "all";

/** Of one location. */
export class AccessGuard {
  readonly rights: Rights;
  /** The file of users; undefined where nobody is asked for a name. */
  readonly file: string | undefined;
  readonly #allowed: Networks | undefined;
  readonly #denied: Networks | undefined;
  readonly #deniesAll: boolean;
  readonly #loginNeeded: HttpError;
  readonly #wrong: HttpError;
  readonly #hasCors: boolean;

  private constructor({ authBasic, authBasicUserFile, access, allow, deny, cors }: LocationConfig["access"]) {
    this.rights = new Rights(access, authBasic !== undefined);
    this.file = authBasic === undefined ? undefined : authBasicUserFile ?? "";
    this.#allowed = allow.includes(ALL) ? undefined : new Networks(allow);
    this.#deniesAll = deny.includes(ALL);
    this.#denied = deny.length === 0 ? undefined : new Networks(deny.filter((network) => network !== ALL));
    this.#hasCors = cors;
    const fields = authBasic === undefined ? FieldBlock.EMPTY : FieldBlock.of([
      "WWW-Authenticate",
      challenge(authBasic),
    ]);
    this.#loginNeeded = new HttpError(401, "a name and a password are needed here", { fields });
    this.#wrong = new HttpError(401, "the name or the password is wrong", { fields });
  }

  /** Undefined where everybody may do everything: then nothing has to be asked. */
  static of({ access }: LocationConfig): AccessGuard | undefined {
    const guard = new AccessGuard(access);
    const isOpen = guard.file === undefined && guard.rights.areAll && guard.#allowed === undefined &&
      guard.#denied === undefined;
    return isOpen ? undefined : guard;
  }

  /** Whether an exchange may do something here; credentials that were sent are looked at. */
  admit<E extends Asking>(
    exchange: E,
    deed: Deed = deedOf(exchange.request.method),
  ): MaybePromise<Admission<E>> {
    const { request, trace } = exchange, stranger = this.#refuseAddress(request);
    if (stranger !== undefined) {
      trace?.because?.(`${request.remote.hostname} may not ask here`, stranger);
      return { exchange, refused: STRANGER };
    }
    if (this.#isPreflight(request)) {
      trace?.because?.("a preflight has no credentials, and needs none", "cors");
      return { exchange, refused: undefined };
    }
    // The page of an error asks nobody once more: what is wrong would count twice.
    const user = this.#knownUser(exchange) ??
      (exchange.errorPage !== undefined && this.file !== undefined
        ? exchange.services.logins?.remembered(request, this.file)
        : undefined);
    const isClosed = this.rights.of(deed) === "none";
    if (this.file === undefined || user !== undefined || isClosed || exchange.errorPage !== undefined) {
      return this.#judge(exchange, deed, user);
    }
    const login = exchange.services.logins?.verify(request, this.file) ?? NOBODY;
    return andThen(login, (login) => this.#settle(exchange, deed, login));
  }

  /** The same of another path, at hand: who is not known yet is nobody. */
  lets(exchange: Asking, deed: Deed): boolean {
    const { request, services } = exchange;
    if (this.#refuseAddress(request) !== undefined) return false;
    const user = this.#knownUser(exchange) ??
      (this.file === undefined ? undefined : services.logins?.remembered(request, this.file));
    return this.rights.judge(deed, user) === "may";
  }

  /** By the same file; of another one the same name is somebody else. */
  #knownUser({ user, userFile }: Asking): string | undefined {
    return this.file !== undefined && userFile === this.file ? user : undefined;
  }

  /** The key that keeps an address out. */
  #refuseAddress({ remote: { hostname } }: Request): "allow" | "deny" | undefined {
    if (this.#deniesAll || this.#denied?.has(hostname)) return "deny";
    return this.#allowed === undefined || this.#allowed.has(hostname) ? undefined : "allow";
  }

  /** The Fetch standard, section 4.8: a preflight has neither Authorization nor cookies. */
  #isPreflight({ method, fields }: Request): boolean {
    return method === "OPTIONS" && this.#hasCors && fields.has("origin") &&
      fields.has("access-control-request-method");
  }

  #settle<E extends Asking>(exchange: E, deed: Deed, login: Login): Admission<E> {
    const { trace } = exchange;
    switch (login.is) {
      case "right":
        trace?.because?.(`${login.user} has logged in`, "auth_basic_user_file");
        return this.#judge({ ...exchange, user: login.user, userFile: this.file }, deed, login.user);
      case "none":
        return this.#judge(exchange, deed, undefined);
      case "wrong":
        trace?.because?.("the name or the password is wrong", "auth_basic_user_file");
        return { exchange, refused: this.#wrong };
      case "blocked":
        trace?.because?.("too many logins have failed from this address", "limits.logins");
        return { exchange, refused: tooMany(login.for) };
      case "busy":
        return { exchange, refused: BUSY };
    }
  }

  #judge<E extends Asking>(exchange: E, deed: Deed, user: string | undefined): Admission<E> {
    const verdict = this.rights.judge(deed, user), { trace } = exchange;
    trace?.because?.(
      `${deed === "read" ? "reading" : "writing"} is for ${whoText(this.rights.of(deed))}`,
      "access",
    );
    const known = user === undefined || exchange.user !== undefined
      ? exchange
      : { ...exchange, user, userFile: this.file };
    if (verdict === "may") return { exchange: known, refused: undefined };
    if (verdict === "login needed") {
      trace?.because?.("a name and a password are asked for", "auth_basic");
      return { exchange: known, refused: this.#loginNeeded };
    }
    return { exchange: known, refused: refusedFor(user, deed) };
  }
}

const NOBODY: Login = { is: "none" };
const BUSY = busy("too many logins wait to be looked at");
const STRANGER = new HttpError(403, "the address may not ask here: allow and deny", {
  hint: "allow and deny of the configuration keep this address out.",
});

/** By the seconds to wait, of which there are 60. PERF: their pages are made once, since whoever guesses asks often. */
const blocked: (HttpError | undefined)[] = [];

/** RFC 6585 section 4. */
function tooMany(wait: number): HttpError {
  const seconds = Math.max(1, Math.ceil(wait / 1000));
  return blocked[seconds] ??= new HttpError(429, "too many logins have failed from this address", {
    fields: FieldBlock.of(["Retry-After", seconds]),
  });
}

function refusedFor(user: string | undefined, deed: Deed): HttpError {
  const who = user === undefined ? "nobody" : JSON.stringify(user);
  return new HttpError(403, undefined, {
    log: user === undefined ? `nobody may ${deed} here` : `${who} may not ${deed} here`,
    hint: `access of the configuration does not let ${
      user === undefined ? "anybody" : "this user"
    } ${deed} here.`,
  });
}
