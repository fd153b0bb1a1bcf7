/**
 * The dynamic table: RFC 7541 sections 2.3.2 and 4. A ring, so that an entry comes and goes without moving another.
 *
 * @module
 */

/** What each entry counts besides its bytes: section 4.1. */
export const ENTRY_OVERHEAD = 32;

/** SETTINGS_HEADER_TABLE_SIZE before anybody says otherwise: RFC 9113 section 6.5.2. */
export const DEFAULT_TABLE_SIZE = 4096;

/** Entries that there is room for at first. A power of two, as any later number. */
const FIRST_SLOTS = 16;

/** Entries are counted from the newest, which is 0. */
export class DynamicTable {
  #names: string[] = [];
  #values: string[] = [];
  /** One less than the number of slots. */
  #mask = -1;
  #newest = 0;
  #count = 0;
  #size = 0;
  #capacity = DEFAULT_TABLE_SIZE;

  /** How many entries there are. */
  get count(): number {
    return this.#count;
  }

  /** Bytes of all entries, as they are counted. */
  get size(): number {
    return this.#size;
  }

  /** What the size may be. */
  get capacity(): number {
    return this.#capacity;
  }

  name(entry: number): string {
    return this.#names[(this.#newest - entry) & this.#mask]!;
  }

  value(entry: number): string {
    return this.#values[(this.#newest - entry) & this.#mask]!;
  }

  /** Another capacity: what no longer fits goes, oldest first. */
  resize(capacity: number): void {
    this.#capacity = capacity;
    this.#evictTo(capacity);
  }

  /** A new entry. One that is larger than the whole table empties it, and is not kept (section 4.4). */
  insert(name: string, value: string): void {
    const size = name.length + value.length + ENTRY_OVERHEAD;
    this.#evictTo(this.#capacity - size);
    if (size > this.#capacity) return;
    if (this.#count > this.#mask) this.#grow();
    this.#newest = (this.#newest + 1) & this.#mask;
    this.#names[this.#newest] = name;
    this.#values[this.#newest] = value;
    this.#count++;
    this.#size += size;
  }

  #evictTo(size: number): void {
    while (this.#count > 0 && this.#size > size) {
      const slot = (this.#newest - --this.#count) & this.#mask;
      this.#size -= this.#names[slot]!.length + this.#values[slot]!.length + ENTRY_OVERHEAD;
      this.#names[slot] = this.#values[slot] = "";
    }
  }

  #grow(): void {
    const slots = Math.max(FIRST_SLOTS, (this.#mask + 1) * 2);
    const names = new Array<string>(slots).fill(""), values = new Array<string>(slots).fill("");
    for (let entry = 0; entry < this.#count; entry++) {
      names[this.#count - 1 - entry] = this.name(entry);
      values[this.#count - 1 - entry] = this.value(entry);
    }
    this.#names = names;
    this.#values = values;
    this.#mask = slots - 1;
    this.#newest = (this.#count - 1) & this.#mask;
  }
}
