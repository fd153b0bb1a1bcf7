/**
 * Whether an answer fails on purpose: `fail` with a status.
 *
 * @module
 */
import type { Exchange } from "./exchange.ts";

/** The status that chance has it fail with; undefined: it does not. The page of an error is no answer of its location. */
export function statusOnPurpose({ location: { weather }, luck, errorPage }: Exchange): number | undefined {
  const fail = weather?.fail;
  if (luck === undefined || fail === undefined || !("status" in fail) || errorPage !== undefined) {
    return undefined;
  }
  return luck < fail.rate ? fail.status : undefined;
}
