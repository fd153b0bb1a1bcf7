/**
 * The clients of a soak at their pace, for as long as it lasts.
 *
 * @module
 */
import { type Client, hangUp, run } from "../siege/client.ts";
import { pause } from "../siege/pace.ts";
import { Tally } from "../siege/tally.ts";
import type { Kind } from "./kinds.ts";

/** How long it lasts. */
export interface Span {
  readonly goesOn: () => boolean;
  /** When it ends, by performance.now(). */
  readonly end: number;
}

/** How long workers may take to be replaced, in milliseconds: on a busy machine they need seconds to start. */
const HANDOVER = 10_000;

/** The longest pause before one looks whether it still goes on, in milliseconds. */
const LOOK = 500;

/** Runs all clients until the end. @param rate rounds a second, of all of them */
export async function runLoad(
  kinds: readonly Kind[],
  rate: number,
  lastReload: () => number,
  span: Span,
  tallies: Map<string, Tally>,
): Promise<void> {
  const weights = kinds.reduce((sum, { weight }) => sum + weight, 0);
  await Promise.all(kinds.flatMap((kind) => {
    const tally = new Tally();
    tallies.set(kind.name, tally);
    const interval = 1000 * kind.clients * weights / (kind.weight * rate);
    return Array.from({ length: kind.clients }, async () => {
      const { port, connects } = kind;
      const client: Client = {
        port,
        tally,
        connection: undefined,
        opened: 0,
        lastReload,
        handover: HANDOVER,
        ...connects && { connects },
      };
      await runRounds(client, kind, interval, span);
      hangUp(client);
    });
  }));
}

/** One round every so many milliseconds; who is late does not make up for it. */
async function runRounds(client: Client, { round }: Kind, interval: number, span: Span): Promise<void> {
  const start = performance.now();
  // In a short soak, too, everybody has a turn.
  let next = start + Math.random() * Math.min(interval, (span.end - start) / 2);
  for (;;) {
    for (let left; span.goesOn() && (left = next - performance.now()) > 0;) await pause(Math.min(left, LOOK));
    if (!span.goesOn()) return;
    await run(client, round);
    next = Math.max(performance.now(), next + interval * (0.5 + Math.random()));
  }
}
