/**
 * Why a configuration cannot be served.
 *
 * @module
 */

/** The configuration cannot be served: exit status 1. */
export class StartError extends Error {
  override readonly name = "StartError";
}
