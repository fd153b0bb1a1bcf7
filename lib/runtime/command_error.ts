/**
 * Why a command of the user's could not be started.
 *
 * @module
 */

/** Its message says what to do. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  /** @param status what a shell gives as the exit status then */
  constructor(message: string, readonly status: 126 | 127, options?: ErrorOptions) {
    super(message, options);
  }
}
