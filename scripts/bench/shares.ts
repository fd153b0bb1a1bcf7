/**
 * Counts what each worker did, by the access log in JSON.
 *
 * @module
 */

/** How many lines there are of each worker. */
export async function countByWorker(file: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const lines = (await Deno.open(file)).readable.pipeThrough(new TextDecoderStream());
  let rest = "";
  for await (const text of lines) {
    const whole = (rest + text).split("\n");
    rest = whole.pop()!;
    for (const line of whole) {
      const worker = workerOf(line);
      counts.set(worker, (counts.get(worker) ?? 0) + 1);
    }
  }
  return counts;
}

/** The worker that a line of the log names. */
export function workerOf(line: string): string {
  return /"worker":\s*(\d+)/.exec(line)?.[1] ?? "unknown";
}

/** In words: `worker 1: 49 % of 1000 requests; worker 2: 51 %`. */
export function describeShares(counts: ReadonlyMap<string, number>): string {
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const shares = [...counts].toSorted(([a], [b]) => a.localeCompare(b))
    .map(([worker, count]) => `worker ${worker}: ${(count / all * 100).toFixed(0)} %`);
  return `Shares of ${all} logged requests: ${shares.join(", ")}.`;
}
