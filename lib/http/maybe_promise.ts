/**
 * Values that may be at hand or still to come.
 *
 * PERF: what is at hand is handed on at once. A promise costs about as much as reading a whole request.
 *
 * @module
 */

export type MaybePromise<T> = T | Promise<T>;

/** Goes on with a value: at once where it is at hand. */
export function andThen<T, U>(
  value: MaybePromise<T>,
  next: (value: T) => MaybePromise<U>,
): MaybePromise<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}
