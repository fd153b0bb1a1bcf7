/**
 * Looks at a server all the time, and says how it is now and then.
 *
 * @module
 */
import { pause } from "../siege/pace.ts";
import type { Span } from "./load.ts";
import { type Counts, type Look, lookAt, type Sample, sampleOf } from "./samples.ts";

const MINUTE = 60_000;

/** So many samples at the least, and one a minute at the least; each of so many looks. */
export const SAMPLES = 60;
const LOOKS = 10;

/** What is looked at. */
export interface Watched {
  readonly pid: number;
  readonly ports: readonly number[];
  readonly counts: () => Counts;
  readonly say: (sample: Sample) => void;
}

/** All samples of the span; those until the server ends, if it does. */
export async function watch({ pid, ports, counts, say }: Watched, span: Span): Promise<Sample[]> {
  const start = performance.now(), samples: Sample[] = [];
  const between = Math.min(MINUTE, (span.end - start) / SAMPLES) / LOOKS;
  for (let looks: Look[] = [], next = start + between; span.goesOn(); next += between) {
    const now = performance.now();
    // Looks that could not be taken in time are left out.
    if (next < now) next = now;
    await pause(next - now);
    if (!span.goesOn()) break;
    try {
      looks.push(lookAt(pid, ports));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) break;
      throw error;
    }
    if (looks.length < LOOKS) continue;
    samples.push(sampleOf(looks, performance.now() - start, counts()));
    say(samples.at(-1)!);
    looks = [];
  }
  return samples;
}
