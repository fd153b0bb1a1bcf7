/**
 * The answer to a search as a body: each result is looked for when its turn to be sent has come.
 *
 * @module
 */
import type { BodySource } from "../http/message.ts";
import type { ListedEntry } from "../pages/listing.ts";
import type { SearchEnd } from "./search.ts";

/** How results become text. */
export interface ResultsForm {
  readonly head: string;
  row(entry: ListedEntry, isFirst: boolean): string;
  end(end: SearchEnd, count: number): string;
}

const encoder = new TextEncoder();

/** The text of a search. */
export class SearchSource implements BodySource {
  readonly length = undefined;
  readonly prompt = false;
  readonly #results: AsyncGenerator<ListedEntry, SearchEnd>;
  readonly #form: ResultsForm;
  readonly #over: () => void;
  #rest: Uint8Array;
  #count = 0;
  #isThrough = false;
  #isClosed = false;

  /** @param over is called once, when it is closed */
  constructor(
    results: (isLeft: () => boolean) => AsyncGenerator<ListedEntry, SearchEnd>,
    form: ResultsForm,
    over: () => void,
  ) {
    this.#results = results(() => this.#isClosed);
    this.#form = form;
    this.#over = over;
    this.#rest = encoder.encode(form.head);
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    while (this.#rest.length === 0) {
      if (this.#isThrough || this.#isClosed) return null;
      this.#rest = encoder.encode(await this.#next());
    }
    const piece = this.#rest.subarray(0, buffer.length);
    buffer.set(piece);
    this.#rest = this.#rest.subarray(piece.length);
    return piece.length;
  }

  async #next(): Promise<string> {
    const { done, value } = await this.#results.next();
    if (!done) return this.#form.row(value, this.#count++ === 0);
    this.#isThrough = true;
    return this.#form.end(value, this.#count);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    // What is being looked at is looked at to its end, and nothing after it.
    void this.#results.return("through");
    this.#over();
  }
}
