/**
 * What is known only when an executable is made: scripts/compile.ts puts another file in this one's place.
 *
 * @module
 */

/** The commit that an executable was made from; undefined when the program runs from its source. */
export const COMMIT: string | undefined = undefined;
