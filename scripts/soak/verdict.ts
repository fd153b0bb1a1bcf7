/**
 * What a soak has found, and what that comes to.
 *
 * @module
 */
import type { Tally } from "../siege/tally.ts";
import type { Look, Sample } from "./samples.ts";
import type { Slope } from "./slope.ts";

/** All that a report tells. */
export interface Findings {
  /** As in `2026-01-31`. */
  readonly date: string;
  readonly machine: string;
  /** What was soaked. */
  readonly server: string;
  readonly minutes: number;
  /** Rounds a second. */
  readonly rate: number;
  /** Kinds that are left out, and why. */
  readonly omissions: readonly string[];
  readonly samples: readonly Sample[];
  readonly growth: readonly Growth[];
  readonly tallies: ReadonlyMap<string, Tally>;
  readonly before: Look;
  /** At rest, when all clients have left; undefined if the server has ended before. */
  readonly after: Look | undefined;
  /** CPU seconds of the server and its programs. */
  readonly cpu: number;
  readonly reloads: number;
  readonly rotations: number;
  /** Lines in the logs. */
  readonly accessLines: number;
  readonly errorLines: number;
  /** How long it took to end, in milliseconds. */
  readonly ending: number;
  /** What it has left behind, each in words. */
  readonly leftovers: readonly string[];
  /** Resident memory of the soak's own process when the load had begun and when it ended, in bytes. */
  readonly own: readonly [first: number, last: number];
}

/** How memory grew in one phase. */
export interface Growth {
  readonly phase: string;
  readonly what: "VmRSS" | "Pss";
  /** In bytes; undefined where there are too few samples. */
  readonly slope: Slope | undefined;
}

const MEBIBYTE = 2 ** 20;

/**
 * What memory may grow by in an hour, in bytes, whatever the spread. It is less than what one object for each request
 * would take (the smallest has 16 bytes, and an hour at the usual rate has over half a million requests), and ten hours
 * of it are less than what the same server differs by from one run to the next.
 */
const BOUND = 4 * MEBIBYTE;

/** A shorter soak says nothing of memory, in minutes: caches and heaps have not found their size. */
export const SHORTEST = 10;

/**
 * So many of all answers may be lost to workers that are replaced (ARCHITECTURE, "Threads"): some ten times what an hour with
 * a reload each minute has shown.
 */
const MOST_RESET = 1 / 1000;

/** What a soak comes to, and whether all is well. */
export function verdictOf(findings: Findings): { readonly text: string; readonly isGood: boolean } {
  const { growth, minutes, leftovers, tallies } = findings;
  const all = [...tallies.values()];
  const lost = total(all, "lost"), wrong = total(all, "wrong");
  const growing = growth.filter(({ slope }) => slope !== undefined && grows(slope));
  const isLong = minutes >= SHORTEST;
  const memory = !isLong
    ? `memory not judged (that takes ${SHORTEST} minutes)`
    : growing.length === 0
    ? "memory is flat"
    : `MEMORY GROWS (${growing.map(({ phase, what }) => `${what} with ${phase}`).join(", ")})`;
  const reset = total(all, "reset"), isOften = isLong && reset > total(all, "requests") * MOST_RESET;
  const isGood = lost === 0 && wrong === 0 && leftovers.length === 0 && !isOften &&
    (!isLong || growing.length === 0);
  const left = leftovers.length === 0 ? "nothing left behind" : `LEFT BEHIND: ${leftovers.join("; ")}`;
  const lostOnes = isOften ? `${lost} lost, ${reset} RESET` : `${lost} lost`;
  return { text: `${memory}, ${lostOnes}, ${wrong} wrong, ${left}`, isGood };
}

function grows({ perHour, spread }: Slope): boolean {
  return perHour > Math.max(spread, BOUND);
}

/** The sum of all kinds of clients. */
export const total = (tallies: readonly Tally[], key: "lost" | "wrong" | "requests" | "reset") =>
  tallies.reduce((sum, tally) => sum + tally[key], 0);
