/**
 * A program's output as a response's body.
 *
 * @module
 */
import { BodyError, GoneError, HttpError } from "../http/errors.ts";
import type { BodySource } from "../http/message.ts";

/** What a program says, whoever runs it. */
export interface ProgramOutput {
  /**
   * The next piece, valid until the next call; null at its end.
   *
   * @throws whatever it was stopped with: HttpError, GoneError, or what broke the request's body
   */
  read(): Promise<Uint8Array | null>;
  /** Nobody is interested in the rest: the program may end well, if it does so soon. Never rejects. */
  abandon(): Promise<void>;
}

/** What comes behind the header block. Owns the run. */
export class ProgramSource implements BodySource {
  readonly length: number | undefined;
  readonly #run: ProgramOutput;
  #pending: Uint8Array;
  #ended = false;

  /**
   * @param first output that has been read already
   * @param length what the program announced
   */
  constructor(run: ProgramOutput, first: Uint8Array, length: number | undefined) {
    this.#run = run;
    this.#pending = first;
    this.length = length;
  }

  get prompt(): boolean {
    return this.#pending.length > 0;
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    if (this.#pending.length === 0 && !(await this.#fill())) return null;
    const count = Math.min(this.#pending.length, buffer.length);
    buffer.set(this.#pending.subarray(0, count));
    this.#pending = this.#pending.subarray(count);
    return count;
  }

  async isAtEnd(): Promise<boolean> {
    return this.#pending.length === 0 && !(await this.#fill());
  }

  close(): void {
    if (!this.#ended) void this.#run.abandon();
    this.#ended = true;
  }

  async #fill(): Promise<boolean> {
    if (this.#ended) return false;
    const piece = await this.#run.read().catch((error) => {
      if (!(error instanceof HttpError)) throw error;
      // Without a reason for the log it was the client who broke its own request: there is no answering that any more.
      throw error.log === undefined ? new GoneError() : new BodyError(error.log);
    });
    this.#ended = piece === null;
    this.#pending = piece ?? this.#pending;
    return piece !== null;
  }
}
