/**
 * What a peer may have us do for nothing (RFC 9113 section 10.5). Nothing here knows a clock: work is counted, and paid
 * for by what is of use, so that it does not matter how fast it comes, and whoever uses a connection never runs out.
 *
 * @module
 */
import { ConnectionFault } from "./connection_fault.ts";
import { ErrorCode } from "./error_codes.ts";

/** What a frame that is of no use costs besides its bytes. */
const FRAME = 64;

/**
 * What may be owed: 10,000 such frames, which is some milliseconds of work. A client that does nothing but ask every ten
 * seconds whether we are there is welcome for a day, and for ever if anything is sent on one of its streams.
 */
const MOST_OWED = 10_000 * FRAME;

/** What one answer is worth. */
const ANSWER = 16 * FRAME;

/** What a frame of content that we send is worth besides its bytes: whoever reads may say so after each, twice. */
const SENT = 3 * FRAME;

/** What a frame of content that we receive costs; each of its bytes is worth one. */
const RECEIVED = 16;

/** A frame of content that we send counts as too small if its window allowed no more than this, in bytes. */
const TINY = 64;

/** One connection's account. */
export class Calm {
  #owed = 0;
  #abandoned = 0;
  readonly #mostAbandoned: number;

  /** @param streams at one time */
  constructor(streams: number) {
    // A page that is left takes all of its streams with it, and the next one may be left as well.
    this.#mostAbandoned = 2 * streams + 100;
  }

  /** A frame of so many bytes that is of no use by itself. @throws {ConnectionFault} */
  frame(bytes: number): void {
    this.#owe(FRAME + bytes, "Too many frames of no use");
  }

  /**
   * A frame with so much content was received. Whoever types may send each letter in a frame of its own, some ten
   * thousand of them; pieces of 16 bytes and more may come for ever.
   *
   * @throws {ConnectionFault}
   */
  received(content: number): void {
    if (content === 0) this.frame(0);
    else this.#owe(RECEIVED - content, "Too much content in frames of a few bytes");
  }

  /**
   * A frame with so much content was sent.
   *
   * @param isHeld the peer's window allowed no more
   * @returns false if the windows have been a few bytes too often
   */
  sent(content: number, isHeld: boolean): boolean {
    this.#owed = Math.max(0, this.#owed + (isHeld && content < TINY ? FRAME : -SENT - content));
    return this.#owed <= MOST_OWED;
  }

  /** A stream was given up by the peer, or ended for the peer's fault, before its answer began. @throws {ConnectionFault} */
  abandoned(): void {
    if (++this.#abandoned > this.#mostAbandoned) {
      throw tooMuch("Too many streams are reset before they are answered");
    }
  }

  /**
   * The peer wants no more of an answer that has begun. Paid for by content that was sent: whoever turns a page, or seeks
   * in a video, has had some.
   *
   * @throws {ConnectionFault}
   */
  cutShort(): void {
    this.#owe(ANSWER, "Too many answers are cut short before they have content");
  }

  /** An answer was sent whole. */
  answered(): void {
    if (this.#abandoned > 0) this.#abandoned--;
    this.#owed = Math.max(0, this.#owed - ANSWER);
  }

  #owe(cost: number, reason: string): void {
    this.#owed = Math.max(0, this.#owed + cost);
    if (this.#owed > MOST_OWED) throw tooMuch(reason);
  }
}

export function tooMuch(reason: string): ConnectionFault {
  return new ConnectionFault(ErrorCode.EnhanceYourCalm, reason);
}
