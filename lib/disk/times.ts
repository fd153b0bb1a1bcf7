/**
 * How far the times of files can be trusted.
 *
 * @module
 */

/**
 * File systems stamp times with a coarse clock: a file may change again without its times changing while they are
 * younger than this, in milliseconds. (git calls such a file racily clean.)
 */
export const RACY = 50;

/** The runtime gives the time of the inode's change in whole seconds: it may have been this much later, in milliseconds. */
export const CHANGED_GRAIN = 1000;
