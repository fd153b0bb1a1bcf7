/**
 * The options of the scripts.
 *
 * @module
 */
import { parseArgs, type ParseArgsConfig } from "node:util";

type Table = NonNullable<ParseArgsConfig["options"]>;

type Values<T extends Table> = ReturnType<typeof parseArgs<{ options: T }>>["values"];

/**
 * The options that were given; other arguments are refused.
 *
 * @param refuse is called with what is wrong
 */
export function optionValues<const T extends Table>(
  args: readonly string[],
  options: T,
  refuse: (problem: string) => never,
): Values<T> {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}
