/**
 * The content of one stream's request. What comes is gathered, as far as the stream's window goes, until somebody reads
 * it; the peer may send more once it has been read.
 *
 * @module
 */
import { GoneError } from "../../http/errors.ts";
import type { RequestBody } from "../../http/message.ts";
import { BodyPatience } from "../body_patience.ts";
import type { ServerContext } from "../context.ts";

/** What is gathered first where nobody has said how much will come, in bytes. */
const FIRST_PIECE = 4 * 1024;

/** Of a known length as much is expected at once, in bytes: what a stream's first window lets through. */
const MOST_EXPECTED = 64 * 1024;

/** Of a larger buffer a hundred streams would keep one each, though only some can be full. In bytes. */
const MOST_KEPT = 64 * 1024;

const NOTHING = new Uint8Array();

/** What a body asks of its stream. */
export interface BodyOutlet {
  /** So many bytes are no longer held. */
  consumed(count: number): void;
  /** Somebody reads it now. */
  wanted(): void;
  /** `100 Continue` is due. */
  continue(): void;
}

/** The body of one request. */
export class StreamBody implements RequestBody {
  readonly length: number | undefined;
  /** All of it has come. */
  isWhole = false;
  readonly #outlet: BodyOutlet;
  readonly #patience: BodyPatience | undefined;
  /** A buffer that is larger is not used again, in bytes. */
  readonly #mostKept: number;
  #awaitsContinue: boolean;
  #isWanted = false;
  /** Nothing more is read. */
  #isOver = false;
  /** What has come and was not read: the beginning of a buffer. */
  #buffer: Uint8Array<ArrayBuffer> = NOTHING;
  #length = 0;
  /** What the reader has, valid until it asks for more. */
  #handed: Uint8Array<ArrayBuffer> = NOTHING;
  #handedLength = 0;
  /** Wakes the reader that waits. */
  #arrived: (() => void) | undefined;

  /**
   * @param context undefined for what goes through a tunnel, which may be silent for as long as that is kept
   * @param awaitsContinue the client waits for `100 Continue` before it sends anything
   */
  constructor(
    length: number | undefined,
    outlet: BodyOutlet,
    context: ServerContext | undefined,
    awaitsContinue: boolean,
  ) {
    this.length = length;
    this.#outlet = outlet;
    this.#patience = context && new BodyPatience(context);
    this.#mostKept = context === undefined ? FIRST_PIECE : MOST_KEPT;
    this.#awaitsContinue = awaitsContinue;
  }

  /** The client has kept us waiting for too long. */
  get stalled(): boolean {
    return this.#patience?.stalled ?? false;
  }

  /** Content is known only by its announced length, which whoever reads has looked at: `most` of read() adds nothing. */
  async read(): Promise<Uint8Array | null> {
    this.#giveBack();
    if (!this.#isWanted) {
      this.#isWanted = true;
      this.#outlet.wanted();
    }
    for (;;) {
      if (this.#isOver) throw new GoneError();
      if (this.#length > 0) return this.#hand();
      if (this.isWhole) return null;
      this.continue();
      const arrived = new Promise<void>((resolve) => this.#arrived = resolve);
      await (this.#patience?.wait(arrived, () => this.#length) ?? arrived);
    }
  }

  /** Sends `100 Continue`, if the client waits for it. */
  continue(): void {
    if (!this.#awaitsContinue) return;
    this.#awaitsContinue = false;
    this.#outlet.continue();
  }

  /** A piece has come: copied, since its bytes are valid only now. */
  put(bytes: Uint8Array): void {
    this.#awaitsContinue = false;
    if (this.#isOver) return this.#outlet.consumed(bytes.length);
    const length = this.#length + bytes.length;
    if (this.#buffer.length < length) this.#grow(length);
    this.#buffer.set(bytes, this.#length);
    this.#length = length;
    this.#wake();
  }

  /** All of it has come. */
  end(): void {
    this.isWhole = true;
    this.#wake();
  }

  /** The response is complete, or nobody is left to get it: a handler that still reads gets a GoneError. */
  detach(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const held = this.#length + this.#handedLength;
    this.#buffer = NOTHING;
    this.#length = this.#handedLength = 0;
    if (held > 0) this.#outlet.consumed(held);
    this.#wake();
  }

  #wake(): void {
    this.#arrived?.();
    this.#arrived = undefined;
  }

  #grow(least: number): void {
    const expected = Math.min(this.length ?? FIRST_PIECE, MOST_EXPECTED);
    const larger = new Uint8Array(Math.max(least, expected, 2 * this.#buffer.length));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }

  /** The next pieces are gathered in the buffer that the reader had before. */
  #hand(): Uint8Array {
    const piece = this.#buffer, length = this.#length;
    this.#buffer = this.#handed;
    this.#length = 0;
    this.#handed = piece;
    this.#handedLength = length;
    return piece.subarray(0, length);
  }

  #giveBack(): void {
    const count = this.#handedLength;
    this.#handedLength = 0;
    if (this.#handed.length > this.#mostKept) this.#handed = NOTHING;
    if (count > 0) this.#outlet.consumed(count);
  }
}
