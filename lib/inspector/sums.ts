/**
 * What all threads together have counted, read from their memory.
 *
 * @module
 */
import { type Cell, type ThreadSums, threadSums } from "./counters.ts";
import { BUCKETS, CLASSES, type MetricsMemory, type MetricsSnapshot, type Series } from "./metrics.ts";

/** Where no thread counts yet. */
const NOTHING: Cell = { requests: 0, bytes: 0, seconds: 0, buckets: BUCKETS.map(() => 0) };

/** The sums of this moment. */
export function sumsOf({ places, threads }: MetricsMemory): MetricsSnapshot {
  const all = threads.map(threadSums);
  const sum = (of: (thread: ThreadSums) => number) => all.reduce((total, thread) => total + of(thread), 0);
  const series: Series[] = [];
  places.forEach((place, row) => {
    CLASSES.forEach((name, index) => {
      const cells = all.map((thread) => thread.cell(row, index));
      const added = cells.reduce(add, NOTHING);
      if (added.requests > 0) series.push(seriesOf(place, name, added));
    });
  });
  return {
    series,
    connections: sum(({ open }) => open),
    accepted: sum(({ accepted }) => accepted),
    programs: sum(({ programs }) => programs),
    workers: sum(({ serves }) => serves ? 1 : 0),
  };
}

function add(a: Cell, b: Cell): Cell {
  return {
    requests: a.requests + b.requests,
    bytes: a.bytes + b.bytes,
    seconds: a.seconds + b.seconds,
    buckets: a.buckets.map((count, index) => count + b.buckets[index]!),
  };
}

/** Buckets have those of the smaller ones, too. A thread may be counting just now: no bucket has more than all. */
function seriesOf(
  { server, location }: Series | MetricsMemory["places"][number],
  name: string,
  cell: Cell,
): Series {
  let below = 0;
  const buckets = BUCKETS.map((_, index) => Math.min(below += cell.buckets[index]!, cell.requests));
  return {
    server,
    location,
    class: name,
    requests: cell.requests,
    bytes: cell.bytes,
    seconds: cell.seconds,
    buckets,
  };
}
