/**
 * The options of a soak.
 *
 * @module
 */
import { optionValues } from "../option_values.ts";

/** What a soak is to be like. */
export interface Options {
  readonly minutes: number;
  /** Rounds a second, of all clients together; each is one request or a few. */
  readonly rate: number;
  /** The document that gets the report. */
  readonly markdown: string | undefined;
}

/** The usual rate leaves more than half of two cores idle. */
const USUAL = { minutes: 60, rate: 60 };

/** @param refuse is called with what is wrong */
export function parseOptions(args: readonly string[], refuse: (problem: string) => never): Options {
  const { minutes, rate, markdown } = optionValues(args, {
    minutes: { type: "string" },
    rate: { type: "string" },
    markdown: { type: "string" },
  }, refuse);
  const number = (name: keyof typeof USUAL, text: string | undefined) => {
    const value = text === undefined ? USUAL[name] : text.trim() === "" ? NaN : Number(text);
    if (!(value > 0 && Number.isFinite(value))) refuse(`--${name} wants a number above 0, not "${text}"`);
    return value;
  };
  return { minutes: number("minutes", minutes), rate: number("rate", rate), markdown };
}
