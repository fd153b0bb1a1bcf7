/**
 * A page that is read as it is sent, with the script behind it. What drips keeps dripping: nothing waits for the end but the
 * script.
 *
 * @module
 */
import { decodeLatin1 } from "../bytes/latin1.ts";
import type { BodySource } from "../http/message.ts";
import { LOOKED_AT } from "./meta_policies.ts";
import { WholeSource } from "./whole_source.ts";

/**
 * Makes the element for the end of a page.
 *
 * @param beginning the page's first bytes, LOOKED_AT of them at most
 */
export type Ending = (beginning: Uint8Array) => Uint8Array;

/** Owns the source. Its length is not known: what stands at the end depends on what has gone before. */
export class PageSource implements BodySource {
  readonly length = undefined;
  readonly #source: BodySource;
  readonly #ending: Ending;
  /** The beginning, a growing buffer and how much of it is filled. */
  #beginning = new Uint8Array();
  #seen = 0;
  /** The element's bytes that have not been given; undefined before the end. */
  #rest: Uint8Array | undefined;

  constructor(source: BodySource, ending: Ending) {
    this.#source = new WholeSource(source);
    this.#ending = ending;
  }

  get prompt(): boolean {
    return this.#source.prompt;
  }

  /** @throws {BodyError} */
  async read(buffer: Uint8Array): Promise<number | null> {
    if (this.#rest === undefined) {
      const count = await this.#source.read(buffer);
      if (count !== null) {
        this.#look(buffer.subarray(0, count));
        return count;
      }
      this.#rest = this.#ending(this.#beginning.subarray(0, this.#seen));
    }
    if (this.#rest.length === 0) return null;
    const count = Math.min(this.#rest.length, buffer.length);
    buffer.set(this.#rest.subarray(0, count));
    this.#rest = this.#rest.subarray(count);
    return count;
  }

  close(): void {
    this.#source.close();
  }

  #look(bytes: Uint8Array): void {
    const count = Math.min(bytes.length, LOOKED_AT - this.#seen);
    if (count === 0) return;
    if (this.#seen + count > this.#beginning.length) {
      const larger = new Uint8Array(Math.min(LOOKED_AT, Math.max(1024, 2 * (this.#seen + count))));
      larger.set(this.#beginning);
      this.#beginning = larger;
    }
    this.#beginning.set(bytes.subarray(0, count), this.#seen);
    this.#seen += count;
  }
}

/** A page that is at hand, with the script behind it. */
export function pageWith(page: Uint8Array, ending: Ending): Uint8Array<ArrayBuffer> {
  const element = ending(page.subarray(0, LOOKED_AT));
  const whole = new Uint8Array(page.length + element.length);
  whole.set(page);
  whole.set(element, page.length);
  return whole;
}

/** The beginning of a page as text, one character a byte: enough to find what is ASCII in it. */
export function asText(beginning: Uint8Array): string {
  return decodeLatin1(beginning);
}
