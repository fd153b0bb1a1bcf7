/**
 * What is wrong with a multipart body: always the client's fault.
 *
 * @module
 */

/** A multipart body that breaks its grammar (RFC 2046 section 5.1.1) or a limit. */
export class MultipartError extends Error {
  override readonly name = "MultipartError";
  /**
   * @param status what to answer: 400 for a breach of the grammar, 413 for one of a limit
   * @param message for the log; names the rule that was broken
   */
  constructor(readonly status: 400 | 413, message: string) {
    super(message);
  }
}
