/**
 * How memory has grown in the phases of a soak.
 *
 * @module
 */
import { phaseAt, PHASES } from "./phases.ts";
import type { Sample } from "./samples.ts";
import { slopeOf } from "./slope.ts";
import type { Growth } from "./verdict.ts";

const HOUR = 60 * 60_000;

/** Memory against time in each phase that counts. @param total how long the soak has lasted, in milliseconds */
export function growthOf(samples: readonly Sample[], total: number): Growth[] {
  return PHASES.filter(({ counts }) => counts).flatMap((phase) => {
    const within = samples.filter(({ time }) => phaseAt(time / total) === phase);
    return ([["VmRSS", "memory"], ["Pss", "pss"]] as const).map(([what, key]) => ({
      phase: phase.name,
      what,
      slope: slopeOf(within.map((sample) => ({ time: sample.time / HOUR, value: sample[key] }))),
    }));
  });
}
