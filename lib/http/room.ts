/**
 * How many there may be of what holds memory for as long as a client likes.
 *
 * @module
 */

/** Counts those that there are. Each that enters leaves once. */
export class Room {
  #inside = 0;

  constructor(readonly most: number) {}

  get isFull(): boolean {
    return this.#inside >= this.most;
  }

  enter(): void {
    this.#inside++;
  }

  leave(): void {
    this.#inside--;
  }
}
