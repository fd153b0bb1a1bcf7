/**
 * Runs one case in one way of cutting its bytes.
 *
 * @module
 */
import type { Http2Case } from "./cases.ts";
import { Driver, type Line } from "./driver.ts";
import { concat, Notation } from "./notation.ts";

/** What comes before the steps of a case, unless it says otherwise. */
const PREFACE = ["PREFACE", "SETTINGS", "SETTINGS ACK"];

/** Cuts what is received together into pieces. */
export type Cut = (bytes: Uint8Array) => Iterable<Uint8Array>;

/** What came of a case. */
export interface CaseOutcome {
  readonly lines: readonly Line[];
  readonly driver: Driver;
}

/**
 * @param cut of everything that comes between two actions of the server
 * @param after bytes that follow in one piece with the last ones
 */
export function runCase(http2Case: Http2Case, cut: Cut, after: Uint8Array = new Uint8Array()): CaseOutcome {
  const driver = new Driver(http2Case.options);
  const notation = new Notation();
  const feed = (lines: readonly string[], more = new Uint8Array()) => {
    const bytes = concat([...lines.map((line) => notation.bytesOf(line)), more]);
    for (const piece of cut(bytes)) driver.feed(piece);
  };
  if (http2Case.hasPreface) {
    feed(PREFACE);
    driver.lines.length = 0;
  }
  let waiting: string[] = [];
  for (const step of http2Case.steps) {
    if (!step.startsWith("! ")) waiting.push(step);
    else {
      feed(waiting);
      waiting = [];
      driver.act(step.slice(2));
    }
  }
  feed(waiting, new Uint8Array(after));
  return { lines: driver.lines, driver };
}
