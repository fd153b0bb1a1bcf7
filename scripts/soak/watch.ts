/**
 * Looks at a server all the time, and says how it is now and then.
 *
 * @module
 */
import { pause } from "../siege/pace.ts";
import type { Span } from "./load.ts";
import { type Counts, type Look, lookAt, type Sample, sampleOf } from "./samples.ts";

const MINUTE = 60_000;

/** So many samples at the least, and one a minute at the least; each of so many looks, if there is time for them. */
export const SAMPLES = 60;
const LOOKS = 10;

/** The least time between two looks, in milliseconds: one takes the process some of its own. */
const SHORTEST = 250;

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
  const wanted = Math.min(MINUTE, (span.end - start) / SAMPLES);
  const between = Math.max(SHORTEST, wanted / LOOKS), most = Math.max(1, Math.round(wanted / between));
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
    if (looks.length < most) continue;
    samples.push(sampleOf(looks, performance.now() - start, counts()));
    say(samples.at(-1)!);
    looks = [];
  }
  return samples;
}
