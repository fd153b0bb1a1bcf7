/**
 * What has the time in it, to the second: thousands of answers and lines of a log have the same.
 *
 * @module
 */

/**
 * Keeps what was made for a second until another second is asked for.
 *
 * @param make what it is for a time in milliseconds, always that of a whole second
 */
export function perSecond<T>(make: (second: number) => T): (now: number) => T {
  let madeFor = NaN;
  let made: T;
  return (now) => {
    const second = Math.floor(now / 1000);
    if (second !== madeFor) {
      made = make(second * 1000);
      madeFor = second;
    }
    return made;
  };
}
