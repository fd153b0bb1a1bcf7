/**
 * Waiting that is paid for: a client that sends has some time to its credit, which what it sends earns anew.
 *
 * @module
 */

/**
 * What is left to a client that was waited for, in milliseconds. Whoever waits bounds it: what came fast before does not
 * pay for standing still.
 *
 * @param credit what it had
 * @param waited milliseconds
 * @param came bytes that it sent meanwhile
 * @param rate bytes that earn one second; Infinity: whatever it sends gives back all of its time
 */
export function creditAfter(credit: number, waited: number, came: number, rate: number): number {
  return rate === Infinity ? Infinity : credit - waited + came * 1000 / rate;
}
