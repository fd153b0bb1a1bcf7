/**
 * How the run of a CGI program can go wrong.
 *
 * @module
 */

/** A run that gave no answer. The message is for the error log. */
export class CgiError extends Error {
  override readonly name = "CgiError";
  constructor(readonly status: 403 | 404 | 502 | 503 | 504, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}
