/**
 * A line for a file of users: a name and its password, hashed by bcrypt.
 *
 * @module
 */
import bcrypt from "bcryptjs";

/** 2 to this power rounds: a look takes some 80 ms. */
const COST = 10;

/** Bytes that bcrypt takes; what is behind them would not count. */
export const LONGEST_PASSWORD = 72;

/** True where bcrypt would not take all of a password. */
export function isTooLong(password: string): boolean {
  return new TextEncoder().encode(password).length > LONGEST_PASSWORD;
}

/** A hash as htpasswd -B writes it. The salt is made of random numbers of the system. */
export function makeHash(password: string, cost = COST): string {
  return bcrypt.hashSync(password, cost).replace(/^\$2[ab]\$/, "$2y$");
}
