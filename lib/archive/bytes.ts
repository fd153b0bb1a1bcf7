/**
 * Bytes that are collected one number after the other, least significant byte first.
 *
 * @module
 */

/** Collects bytes in pieces of one size. */
export class Bytes {
  readonly #full: Uint8Array[] = [];
  #piece: Uint8Array;
  #used = 0;

  /** @param size of a piece, in bytes: what is taken by `whole` has to fit into one */
  constructor(readonly size: number) {
    this.#piece = new Uint8Array(size);
  }

  /** How many there are. */
  get length(): number {
    return this.#full.length * this.size + this.#used;
  }

  /** All of them, where they are one piece; valid until the next change. */
  get whole(): Uint8Array {
    if (this.#full.length > 0) throw new RangeError("more than one piece");
    return this.#piece.subarray(0, this.#used);
  }

  *pieces(): Generator<Uint8Array> {
    yield* this.#full;
    if (this.#used > 0) yield this.#piece.subarray(0, this.#used);
  }

  clear(): void {
    this.#full.length = 0;
    this.#used = 0;
  }

  put(bytes: Uint8Array): this {
    for (let rest = bytes; rest.length > 0;) {
      if (this.#used === this.size) this.#next();
      const part = rest.subarray(0, this.size - this.#used);
      this.#piece.set(part, this.#used);
      this.#used += part.length;
      rest = rest.subarray(part.length);
    }
    return this;
  }

  u8(value: number): this {
    if (this.#used === this.size) this.#next();
    this.#piece[this.#used++] = value;
    return this;
  }

  u16(value: number): this {
    return this.u8(value & 0xff).u8(value >>> 8 & 0xff);
  }

  u32(value: number): this {
    return this.u16(value & 0xffff).u16(value / 0x10000 & 0xffff);
  }

  /** Up to 2 ** 53. */
  u64(value: number): this {
    return this.u32(value % 0x100000000).u32(Math.floor(value / 0x100000000));
  }

  #next(): void {
    this.#full.push(this.#piece);
    this.#piece = new Uint8Array(this.size);
    this.#used = 0;
  }
}
