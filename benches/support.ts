/**
 * What all benches of the parts share: groups whose members are checked before they are measured.
 *
 * @module
 */
import { decodeLatin1, encodeLatin1 } from "../lib/bytes/latin1.ts";

/** What is measured, and what must come of it. */
export type Subject = readonly [run: () => unknown, expected: unknown];

/** What was measured last. Exported, so that no compiler may leave the work out for nobody looking at its result. */
export let kept: unknown;

/**
 * A group of benches. The first of them is the ordinary case, which the others are compared with.
 *
 * @throws {Error} if one of them does not do what it should: it would be measured for nothing
 */
export function compare(group: string, subjects: Readonly<Record<string, Subject>>): void {
  let baseline = true;
  for (const [name, [run, expected]] of Object.entries(subjects)) {
    // Twice: what is kept from one run to the next must not change what comes of it.
    for (let i = 0; i < 2; i++) expect(`${group}: ${name}`, JSON.stringify(run()), JSON.stringify(expected));
    Deno.bench({ group, name, baseline, fn: () => void (kept = run()) });
    baseline = false;
  }
}

/** Inputs are long, so what comes of them may be, too. */
const SHOWN = 200;

function expect(what: string, actual = "undefined", expected = "undefined"): void {
  if (actual === expected) return;
  throw new Error(`${what} gives ${actual.slice(0, SHOWN)} instead of ${expected.slice(0, SHOWN)}`);
}

/**
 * The same text as it comes from the wire: engines remember what became of the literals of a program (their pieces,
 * for one), and a bench with literals would measure that memory.
 */
export function fromWire(text: string): string {
  return decodeLatin1(encodeLatin1(text));
}

/** `make(0) + make(1) + ...`, `count` of them. */
export function repeat(count: number, make: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => make(index)).join("");
}

/** What a table has for a text from the wire. */
export function finds(table: { find(text: string): string }, text: string, found: string): Subject {
  const sent = fromWire(text);
  return [() => table.find(sent), found];
}
