/**
 * The last requests of one thread, within a bound of their number and of the bytes that they hold: what is too much are
 * first the contents of the oldest, then the oldest themselves.
 *
 * @module
 */

/** What stands in it. */
export interface Held {
  /** Bytes that it holds besides its contents. */
  readonly ownBytes: number;
  /** Bytes of its contents. */
  readonly contentBytes: number;
  /** It has to do without them from now on. */
  dropContents(): void;
}

/** Counts also what is held for requests that are being answered and do not stand in it yet. */
export class Ring<T extends Held> {
  readonly #most: number;
  readonly #mostBytes: number;
  /** As many as there may be, in a circle. */
  readonly #items: (T | undefined)[];
  /** Where the oldest one stands. */
  #start = 0;
  #size = 0;
  /** So many of the oldest have no contents any more. */
  #bare = 0;
  #bytes = 0;

  constructor(most: number, mostBytes: number) {
    this.#most = most;
    this.#mostBytes = mostBytes;
    this.#items = new Array(most).fill(undefined);
  }

  get size(): number {
    return this.#size;
  }

  /** Bytes that are held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes so many bytes for contents. False if there is no room, whatever is dropped for it. */
  take(bytes: number): boolean {
    this.#bytes += bytes;
    if (this.#bytes > this.#mostBytes) this.#dropContents(this.#size);
    if (this.#bytes <= this.#mostBytes) return true;
    this.#bytes -= bytes;
    return false;
  }

  /** They are not held any more. */
  give(bytes: number): void {
    this.#bytes -= bytes;
  }

  /** The newest; what its contents hold was taken before. */
  push(item: T): void {
    if (this.#size === this.#most) this.#dropOldest();
    this.#items[this.#indexOf(this.#size++)] = item;
    this.#bytes += item.ownBytes;
    if (this.#bytes > this.#mostBytes) this.#dropContents(this.#size - 1);
    while (this.#bytes > this.#mostBytes && this.#size > 1) this.#dropOldest();
  }

  /** From the oldest to the newest. */
  *[Symbol.iterator](): Iterator<T> {
    for (let i = 0; i < this.#size; i++) yield this.#items[this.#indexOf(i)]!;
  }

  /** @param age 0 for the oldest */
  #indexOf(age: number): number {
    const index = this.#start + age;
    return index < this.#most ? index : index - this.#most;
  }

  /** Of as many of the oldest as have to do without, at most. */
  #dropContents(most: number): void {
    while (this.#bytes > this.#mostBytes && this.#bare < most) {
      this.#strip(this.#items[this.#indexOf(this.#bare++)]!);
    }
  }

  #strip(item: T): void {
    this.#bytes -= item.contentBytes;
    item.dropContents();
  }

  #dropOldest(): void {
    const oldest = this.#items[this.#start]!;
    if (this.#bare > 0) this.#bare--;
    this.#strip(oldest);
    this.#bytes -= oldest.ownBytes;
    this.#items[this.#start] = undefined;
    this.#start = this.#indexOf(1);
    this.#size--;
  }
}
