/**
 * What is being made of files' contents: once for all who ask for it meanwhile.
 *
 * @module
 */
import type { DiskFile } from "./found.ts";

/** By file, and by the name of what is made. */
export class Makings {
  readonly #under = new WeakMap<DiskFile, Map<string, Promise<Uint8Array>>>();

  /** What is being made already, or else is now. What goes wrong is told to all who wait, and tried again by the next. */
  once(file: DiskFile, name: string, make: () => Promise<Uint8Array>): Promise<Uint8Array> {
    let under = this.#under.get(file);
    if (under === undefined) this.#under.set(file, under = new Map());
    const known = under.get(name);
    if (known !== undefined) return known;
    const made = make().finally(() => under.delete(name));
    under.set(name, made);
    return made;
  }
}
