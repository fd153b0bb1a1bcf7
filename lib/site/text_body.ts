/**
 * A body of text that is made piece by piece: at once where it is short, as it is sent where it is not.
 *
 * @module
 */
import { BodyError } from "../http/errors.ts";
import { FileError } from "../ports.ts";
import type { BodySource } from "../http/message.ts";

/** Characters of what is made before it is sent. */
const AT_ONCE = 64 * 1024;

const encoder = new TextEncoder();

/** @param pieces is ended on every path. @throws what making it throws, as long as nothing has been sent */
export async function textBody(pieces: AsyncGenerator<string>): Promise<Uint8Array | BodySource> {
  let text = "";
  for (;;) {
    const { done, value } = await pieces.next();
    if (done) return encoder.encode(text);
    text += value;
    if (text.length >= AT_ONCE) return new TextSource(pieces, text);
  }
}

/** Owns the pieces. */
class TextSource implements BodySource {
  readonly length = undefined;
  readonly prompt = true;
  #bytes: Uint8Array;

  constructor(readonly pieces: AsyncGenerator<string>, first: string) {
    this.#bytes = encoder.encode(first);
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    if (this.#bytes.length === 0 && !await this.#make()) return null;
    const count = Math.min(buffer.length, this.#bytes.length);
    buffer.set(this.#bytes.subarray(0, count));
    this.#bytes = this.#bytes.subarray(count);
    return count;
  }

  close(): void {
    void this.pieces.return(undefined);
  }

  async #next(): Promise<IteratorResult<string>> {
    try {
      return await this.pieces.next();
    } catch (error) {
      // The answer has begun, and cannot be an error any more.
      if (error instanceof FileError) throw new BodyError(error.message, { cause: error });
      throw error;
    }
  }

  /** False at the end. */
  async #make(): Promise<boolean> {
    let text = "";
    while (text.length < AT_ONCE) {
      const { done, value } = await this.#next();
      if (done) break;
      text += value;
    }
    this.#bytes = encoder.encode(text);
    return text !== "";
  }
}
