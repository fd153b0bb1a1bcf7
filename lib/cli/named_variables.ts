/**
 * The variables of this process's environment that a configuration names.
 *
 * @module
 */
import { ValueError } from "../config/values.ts";

/** Looks variables up, and remembers which were asked for. */
export class NamedVariables {
  readonly #names = new Set<string>();

  /**
   * The value of one; undefined where it is not there, or may not be read.
   *
   * @throws {ValueError} if it is no text
   */
  readonly lookUp = (name: string): string | undefined => {
    this.#names.add(name);
    if (!mayRead(name)) return undefined;
    try {
      return Deno.env.get(name);
    } catch (error) {
      if (!(error instanceof Deno.errors.InvalidData)) throw error;
      throw new ValueError(`the variable ${name} of the environment is not UTF-8`, { cause: error });
    }
  };

  /** All that were asked for, sorted. */
  get names(): readonly string[] {
    return [...this.#names].sort();
  }

  /** Those of them that may not be read. */
  get withheld(): readonly string[] {
    return this.names.filter((name) => !mayRead(name));
  }
}

/** Whether this process may read a variable of its environment. */
export function mayRead(variable: string): boolean {
  return Deno.permissions.querySync({ name: "env", variable }).state === "granted";
}
