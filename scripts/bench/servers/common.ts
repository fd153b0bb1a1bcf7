/**
 * What several configurations need.
 *
 * @module
 */

/** Requests on one connection. */
export const ENDLESS = 1_000_000_000;

export const isRoot = () => Deno.uid() === 0;
