/**
 * Contents of small objects in memory, and what was made of them: once for all who ask for the same meanwhile. They are
 * kept by key and entity tag, so that what is kept is that of an object for as long as its tag is the same.
 *
 * @module
 */

/** Larger objects are not kept, in bytes. */
const LARGEST_KEPT = 512 * 1024;

/** No content takes more than this part of the room. */
const PART = 8;

/** What an entry takes in memory about, in bytes, besides its content and its name. */
const OVERHEAD = 128;

interface Kept {
  readonly content: Uint8Array;
  /** Asked for since the last clean-up passed by. */
  used: boolean;
}

/** A bounded number of bytes, for all buckets of one thread. */
export class ContentCache {
  readonly #kept = new Map<string, Kept>();
  readonly #underWay = new Map<string, Promise<Uint8Array>>();
  /** Bytes of what is kept. */
  #bytes = 0;
  /** Bytes of what is being loaded. */
  #loading = 0;
  /** Larger contents are not kept, in bytes. */
  readonly largest: number;

  /** @param room bytes; 0: nothing is kept */
  constructor(readonly room: number) {
    this.largest = Math.min(LARGEST_KEPT, Math.floor(room / PART));
  }

  /** What is kept under a name. */
  get(name: string): Uint8Array | undefined {
    const kept = this.#kept.get(name);
    if (kept === undefined) return undefined;
    kept.used = true;
    return kept.content;
  }

  /**
   * Loads content, once for all who ask meanwhile, and keeps it.
   *
   * @param size of it, in bytes
   * @returns undefined where it is too large, or so much is being loaded that it is better read piece by piece
   */
  load(name: string, size: number, load: () => Promise<Uint8Array>): Promise<Uint8Array> | undefined {
    const underWay = this.#underWay.get(name);
    if (underWay !== undefined) return underWay;
    if (size > this.largest || this.#loading + size > this.room) return undefined;
    this.#loading += size;
    return this.once(name, () => load().finally(() => this.#loading -= size));
  }

  /** Has something made, once for all who ask meanwhile, and keeps it if it is small. It rejects as making it does. */
  once(name: string, make: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const underWay = this.#underWay.get(name);
    if (underWay !== undefined) return underWay;
    const made = make().then((content) => {
      this.#underWay.delete(name);
      this.#keep(name, content);
      return content;
    }, (error) => {
      this.#underWay.delete(name);
      throw error;
    });
    this.#underWay.set(name, made);
    return made;
  }

  #keep(name: string, content: Uint8Array): void {
    if (content.length > this.largest) return;
    this.#forget(name);
    this.#kept.set(name, { content, used: false });
    this.#bytes += bytesOf(name, content);
    this.#tidy();
  }

  #forget(name: string): void {
    const kept = this.#kept.get(name);
    if (kept === undefined) return;
    this.#kept.delete(name);
    this.#bytes -= bytesOf(name, kept.content);
  }

  /** Drops the oldest that were not asked for since it last came by (the clock algorithm). */
  #tidy(): void {
    if (this.#bytes <= this.room) return;
    for (const [name, kept] of this.#kept) {
      this.#kept.delete(name);
      if (kept.used) {
        kept.used = false;
        this.#kept.set(name, kept);
        continue;
      }
      this.#bytes -= bytesOf(name, kept.content);
      if (this.#bytes <= this.room) return;
    }
  }
}

function bytesOf(name: string, content: Uint8Array): number {
  return content.byteLength + name.length * 2 + OVERHEAD;
}
