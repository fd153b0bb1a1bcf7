/**
 * The peer's fault, as against ours (h11's RemoteProtocolError).
 *
 * @module
 */

/**
 * Bytes that break RFC 9112 or a limit, or that did not come in time. The connection can not go on after it: where a
 * message ends is no longer known.
 */
export class PeerError extends Error {
  override readonly name = "PeerError";
  /**
   * @param status what to answer before closing
   * @param message for the log; names the rule that was broken
   */
  constructor(readonly status: 400 | 408 | 413 | 414 | 431 | 501 | 505, message: string) {
    super(message);
  }
}
