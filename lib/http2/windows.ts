/**
 * What a peer may send before it is told that it may send more: RFC 9113 section 6.9.
 *
 * @module
 */
import { FIRST_WINDOW } from "./frames.ts";

/** What a stream may have unread at first: what the RFC gives it, so nothing need be said. */
export const STREAM_WINDOW = FIRST_WINDOW;

/** What a stream may have unread once somebody reads it. */
export const LARGE_STREAM_WINDOW = 256 * 1024;

/** What all streams of a connection may have unread. */
export const CONNECTION_WINDOW = 1024 * 1024;

/** The window of one stream, or of the connection, as its receiver keeps it. */
export class ReceiveWindow {
  /** Bytes that the peer may still send. */
  #left = FIRST_WINDOW;
  /** Bytes that it may send once all is given back. */
  #size: number;
  #owed: number;

  constructor(size: number) {
    this.#size = size;
    this.#owed = size - FIRST_WINDOW;
  }

  /** The peer has sent so much. False if it was not allowed to. */
  take(count: number): boolean {
    if (count > this.#left) return false;
    this.#left -= count;
    return true;
  }

  /**
   * So much of what was taken is gone. Gives what a WINDOW_UPDATE is to say: 0 until it is half of the window, so that
   * there is not one for each frame.
   */
  give(count: number): number {
    this.#owed += count;
    if (this.#owed * 2 < this.#size) return 0;
    const increment = this.#owed;
    this.#owed = 0;
    this.#left += increment;
    return increment;
  }

  /** Makes it larger, if it is not already; gives what a WINDOW_UPDATE is to say. */
  grow(size: number): number {
    const more = Math.max(0, size - this.#size);
    this.#size += more;
    return more === 0 ? 0 : this.give(more);
  }
}
