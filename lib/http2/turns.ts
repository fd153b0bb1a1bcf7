/**
 * Which stream sends the next frame of content: RFC 9218 section 10. A lower urgency waits until no higher one can send.
 * Within one, incremental streams and those of which nobody said anything take turns, frame by frame; others come one
 * after the other as they were asked for, and have every second frame where there are both. A tunnel is incremental,
 * whatever was said.
 *
 * Whoever had nothing at hand when its turn came has had less than the others, and comes before them when it has: else
 * those whose files are read a little later than others' would be behind for good.
 *
 * @module
 */
import type { Stream } from "./stream.ts";

const URGENCIES = 8;
const DEFAULT_URGENCY = 3;

/** The most that is made up for, in bytes: who had nothing to send for a while does not keep the others waiting. */
const MOST_BEHIND = 1024 * 1024;

/** The streams of one urgency that have content and a window of their own. */
class Level {
  readonly round: Stream[] = [];
  /** By number. */
  readonly row: Stream[] = [];
  isRowNext = true;
  /** What whoever had its turn last had had until then: nobody who takes turns all the time has had less. */
  reached = 0;

  /** Who has had the least, and of those whoever waits the longest. */
  get nextInRound(): Stream | undefined {
    let next = this.round[0];
    for (const stream of this.round) if (stream.share < next!.share) next = stream;
    return next;
  }

  /** Takes a stream up again, or for the first time. */
  join(stream: Stream): void {
    if (stream.level !== this) {
      stream.level = this;
      stream.share = this.reached;
    } else stream.share = Math.max(stream.share, this.reached - MOST_BEHIND);
    this.round.push(stream);
  }
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
    else level.join(stream);
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
      const stream = level.isRowNext ? level.row[0] ?? level.nextInRound : level.nextInRound ?? level.row[0];
      if (stream !== undefined) return stream;
    }
    return undefined;
  }

  /** The stream that next() gave has had its turn. @param count bytes of content that it has sent in it */
  advance(stream: Stream, count: number): void {
    const level = this.#levelOf(stream), { round } = level;
    level.isRowNext = !isOneAfterTheOther(stream);
    if (!level.isRowNext) return;
    level.reached = Math.max(level.reached, stream.share);
    stream.share += count;
    if (round.length === 1) return;
    round.splice(round.indexOf(stream), 1);
    round.push(stream);
  }

  #levelOf(stream: Stream): Level {
    return this.#levels[stream.priority?.urgency ?? DEFAULT_URGENCY] ??= new Level();
  }
}

function isOneAfterTheOther({ priority, isTunnel }: Stream): boolean {
  return priority !== undefined && !priority.incremental && !isTunnel;
}

/** The latest stands at the end already, nearly always. */
function insert(row: Stream[], stream: Stream): void {
  let at = row.length;
  while (at > 0 && row[at - 1]!.id > stream.id) at--;
  row.splice(at, 0, stream);
}
