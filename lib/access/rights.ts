/**
 * What a location lets whom do: `access`, as it is written or by its default.
 *
 * @module
 */
import type { AccessRights, Who } from "../config/value_types.ts";

/** What a request does. */
export type Deed = "read" | "write";

/** Reading methods; every other one writes. */
const READING: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "PROPFIND"]);

/** What a method does. */
export function deedOf(method: string): Deed {
  return READING.has(method) ? "read" : "write";
}

/** What somebody may: `login needed` is for whoever has not said who he is. */
export type Verdict = "may" | "may not" | "login needed";

/** Who may do something in one place. */
export class Rights {
  readonly #rights: { readonly [deed in Deed]: Who };

  /** @param asks names and passwords are asked for there: then what is not written is for users */
  constructor({ read, write }: AccessRights, readonly asks: boolean) {
    const otherwise = asks ? "users" : "all";
    this.#rights = { read: read ?? otherwise, write: write ?? otherwise };
  }

  /** True where everybody may do everything. */
  get areAll(): boolean {
    return this.of("read") === "all" && this.of("write") === "all";
  }

  /** Who may. */
  of(deed: Deed): Who {
    return this.#rights[deed];
  }

  /** @param user undefined: nobody has said who he is */
  judge(deed: Deed, user: string | undefined): Verdict {
    const who = this.#rights[deed];
    if (who === "all") return "may";
    if (who === "none") return "may not";
    // Where nobody is asked, nobody can log in.
    if (user === undefined) return this.asks ? "login needed" : "may not";
    return who === "users" || who.includes(user) ? "may" : "may not";
  }
}

/** For people. */
export function whoText(who: string | readonly string[]): string {
  if (typeof who !== "string") return who.length === 0 ? "nobody" : who.join(", ");
  return who === "all" ? "everybody" : who === "users" ? "users" : "nobody";
}
