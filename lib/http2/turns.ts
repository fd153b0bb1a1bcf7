/**
 * Which stream sends the next frame of content: RFC 9218 section 10. A lower urgency waits until no higher one can send.
 * Within one, incremental streams and those of which nobody said anything take turns, frame by frame; others come one
 * after the other as they were asked for, and have every second frame where there are both.
 *
 * @module
 */
import type { Stream } from "./stream.ts";

const URGENCIES = 8;
const DEFAULT_URGENCY = 3;

/** The streams of one urgency that have content and a window of their own. */
class Level {
  readonly round: Stream[] = [];
  /** By number. */
  readonly row: Stream[] = [];
  isRowNext = true;
}

/** All streams of a connection that have content and a window of their own. */
export class Turns {
  readonly #levels: (Level | undefined)[] = [];
  #size = 0;

  get isEmpty(): boolean {
    return this.#size === 0;
  }

  add(stream: Stream): void {
    if (stream.hasTurns) return;
    stream.hasTurns = true;
    this.#size++;
    const level = this.#levelOf(stream);
    if (isOneAfterTheOther(stream)) insert(level.row, stream);
    else level.round.push(stream);
  }

  remove(stream: Stream): void {
    if (!stream.hasTurns) return;
    stream.hasTurns = false;
    this.#size--;
    const level = this.#levelOf(stream);
    const list = isOneAfterTheOther(stream) ? level.row : level.round;
    list.splice(list.indexOf(stream), 1);
  }

  /** Whose turn it is. */
  next(): Stream | undefined {
    if (this.#size === 0) return undefined;
    for (let urgency = 0; urgency < URGENCIES; urgency++) {
      const level = this.#levels[urgency];
      if (level === undefined) continue;
      const { row, round, isRowNext } = level;
      const stream = isRowNext ? row[0] ?? round[0] : round[0] ?? row[0];
      if (stream !== undefined) return stream;
    }
    return undefined;
  }

  /** The stream that next() gave has sent a frame, and has more. */
  advance(stream: Stream): void {
    const level = this.#levelOf(stream);
    level.isRowNext = level.round[0] === stream;
    if (level.isRowNext && level.round.length > 1) level.round.push(level.round.shift()!);
  }

  #levelOf(stream: Stream): Level {
    return this.#levels[stream.priority?.urgency ?? DEFAULT_URGENCY] ??= new Level();
  }
}

function isOneAfterTheOther({ priority }: Stream): boolean {
  return priority !== undefined && !priority.incremental;
}

/** The latest stands at the end already, nearly always. */
function insert(row: Stream[], stream: Stream): void {
  let at = row.length;
  while (at > 0 && row[at - 1]!.id > stream.id) at--;
  row.splice(at, 0, stream);
}
