/**
 * The loop of the fuzzer: it knows no target, no clock and no terminal.
 *
 * @module
 */
import { minimise } from "./minimise.ts";
import { mutate } from "./mutate.ts";
import { Random } from "./random.ts";
import type { FuzzTarget } from "./target.ts";

/** An input for which something did not hold. */
export interface Failure {
  readonly error: unknown;
  readonly input: Uint8Array;
  readonly minimised: Uint8Array;
  /** Which try it was. */
  readonly iteration: number;
}

/** What came of a run. */
export interface RunResult {
  readonly tries: number;
  /** How many kinds of outcome there were. */
  readonly outcomes: number;
  readonly failure: Failure | undefined;
}

/** Inputs that showed a new kind of outcome are kept up to this number. */
const MAX_CORPUS = 10_000;

/** With how many ways of cutting a smaller input is tried before it counts as good. */
const CUTS_WHEN_MINIMISING = 8;

/** Tries inputs until one fails or `goesOn` says no; the seeds come first as they are. */
export async function run(
  target: FuzzTarget,
  seed: number,
  goesOn: (tries: number) => boolean,
): Promise<RunResult> {
  const random = new Random(seed);
  const corpus = [...target.seeds];
  const outcomes = new Set<string>();
  let tries = 0;
  for (; goesOn(tries); tries++) {
    const input = target.seeds[tries] ?? mutate({ ...target, corpus }, random);
    const choices = random.next();
    try {
      const outcome = await target.check(input, new Random(choices));
      if (outcomes.has(outcome)) continue;
      outcomes.add(outcome);
      if (corpus.length < MAX_CORPUS) corpus.push(input);
    } catch (error) {
      const minimised = await minimise(input, (smaller) => fails(target, smaller, choices));
      return {
        tries: tries + 1,
        outcomes: outcomes.size,
        failure: { error, input, minimised, iteration: tries },
      };
    }
  }
  return { tries, outcomes: outcomes.size, failure: undefined };
}

async function fails(target: FuzzTarget, input: Uint8Array, choices: number): Promise<boolean> {
  try {
    for (let i = 0; i < CUTS_WHEN_MINIMISING; i++) await target.check(input, new Random(choices + i));
    return false;
  } catch {
    return true;
  }
}
