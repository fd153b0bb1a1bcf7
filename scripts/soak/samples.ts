/**
 * What a server takes of its system, looked at through a soak: many looks make one sample, and samples are all that is
 * kept, so that a soak of a day takes no more memory than one of an hour.
 *
 * @module
 */
import { memoryOfTree } from "../bench/proc.ts";
import { median } from "../bench/statistics.ts";
import { type Health, healthOf } from "../siege/health.ts";

/** One look. */
export interface Look extends Health {
  /** Proportional set size of the process and all that it has started, in bytes. */
  readonly pss: number;
  /** Connections to its ports that are open. */
  readonly connections: number;
}

/** What is counted through all the time, up to now. */
export interface Counts {
  readonly requests: number;
  readonly lost: number;
  readonly wrong: number;
}

/** Several looks. */
export interface Sample extends Look, Counts {
  /** When the last look was, in milliseconds since the load began. */
  readonly time: number;
}

/** @throws {Deno.errors.NotFound} if the process has ended */
export function lookAt(pid: number, ports: readonly number[]): Look {
  return { ...healthOf(pid), pss: memoryOfTree(pid).pss, connections: openConnections(ports) };
}

/** Makes a sample of looks: the middle of the memory, which comes and goes, and the most of what is counted. */
export function sampleOf(looks: readonly Look[], time: number, counts: Counts): Sample {
  const most = (key: keyof Look) => Math.max(...looks.map((look) => look[key]));
  return {
    ...counts,
    time,
    memory: median(looks.map(({ memory }) => memory)),
    pss: median(looks.map(({ pss }) => pss)),
    descriptors: most("descriptors"),
    threads: most("threads"),
    children: most("children"),
    connections: most("connections"),
  };
}

function openConnections(ports: readonly number[]): number {
  return parseTcp(Deno.readTextFileSync("/proc/net/tcp"), ports);
}

/** The state of a connection that is open, in /proc/net/tcp. */
const ESTABLISHED = "01";

/** How many lines of /proc/net/tcp are open connections to one of these local ports. */
export function parseTcp(text: string, ports: readonly number[]): number {
  const wanted = new Set(ports.map((port) => port.toString(16).toUpperCase().padStart(4, "0")));
  return text.split("\n").slice(1).filter((line) => {
    const [, local, , state] = line.trim().split(/\s+/);
    return state === ESTABLISHED && wanted.has(local!.split(":")[1]!);
  }).length;
}
