/**
 * Names and passwords of users, as they are typed.
 *
 * @module
 */
import { isTooLong, LONGEST_PASSWORD } from "../access/make_hash.ts";
import { parseUserName } from "../config/access.ts";
import { ValueError } from "../config/values.ts";
import { UsageError } from "./command_line.ts";

/** @throws {UsageError} */
export function checkUserName(name: string): void {
  const colon = name.indexOf(":");
  if (colon >= 0) {
    const meant = colon === 0 ? "only the name" : `only "${name.slice(0, colon)}"`;
    throw new UsageError(
      `a password is never an argument, which every program of this machine can read: write ${meant}, ` +
        "and you are asked for it",
    );
  }
  try {
    parseUserName(name);
  } catch (error) {
    throw error instanceof ValueError ? new UsageError(error.message) : error;
  }
}

/** @throws {UsageError} if nobody could log in with it, or with less of it than was meant */
export function checkPassword(password: string): void {
  if (password === "") throw new UsageError("the password is empty: anybody would guess it");
  // deno-lint-ignore no-control-regex
  if (/[\x00-\x1f\x7f]/.test(password)) {
    throw new UsageError("the password has a control character, which no browser can send");
  }
  // Not cut without a word, as many a program does: what is behind that would be worth nothing.
  if (isTooLong(password)) {
    throw new UsageError(
      `the password has more than ${LONGEST_PASSWORD} bytes, and no more of it would count`,
    );
  }
}
