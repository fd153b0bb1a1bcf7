/**
 * How fast something grows: a line through points, by least squares.
 *
 * @module
 */

/** A value at a time. */
export interface Point {
  /** In hours. */
  readonly time: number;
  readonly value: number;
}

/** A line through points. */
export interface Slope {
  /** What the value grows by in an hour. */
  readonly perHour: number;
  /**
   * Twice the standard error. Neighbours resemble each other (a heap is swept now and then, and not at each look), so
   * they count as fewer points than they are, by their correlation.
   */
  readonly spread: number;
}

/** So many points at the least make a line that says something of its spread. */
const FEWEST = 4;

/** Undefined of fewer than four points, or if all are of one time. */
export function slopeOf(points: readonly Point[]): Slope | undefined {
  const { length } = points;
  if (length < FEWEST) return undefined;
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / length;
  const time = mean(points.map((point) => point.time)), value = mean(points.map((point) => point.value));
  const sum = (of: (point: Point) => number) => points.reduce((sum, point) => sum + of(point), 0);
  const width = sum((point) => (point.time - time) ** 2);
  if (width === 0) return undefined;
  const perHour = sum((point) => (point.time - time) * (point.value - value)) / width;
  const rests = points.map((point) => point.value - value - perHour * (point.time - time));
  const variance = rests.reduce((sum, rest) => sum + rest ** 2, 0) / (length - 2);
  const independent = length / inflationOf(rests);
  return { perHour, spread: 2 * Math.sqrt(variance / width * length / independent) };
}

/** How many neighbours say together what one independent point would say. */
function inflationOf(rests: readonly number[]): number {
  const all = rests.reduce((sum, rest) => sum + rest ** 2, 0);
  if (all === 0) return 1;
  const neighbours = rests.slice(1).reduce((sum, rest, index) => sum + rest * rests[index]!, 0);
  const correlation = Math.min(0.9, Math.max(0, neighbours / all));
  return (1 + correlation) / (1 - correlation);
}
