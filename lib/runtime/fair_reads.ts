/**
 * Turns for connections: no client waits because others ask faster.
 *
 * The runtime completes at most 128 operations each time it looks after them (tokio's budget). What is ready beyond
 * that comes again, but behind what the system reports next: as soon as more than 128 connections are always busy, the
 * first 128 of them are served again and again, and the others not at all, for seconds. So of many connections only a
 * few may go on reading at once; the others stand in a queue until those have had their turn.
 *
 * @module
 */
import { setImmediate } from "node:timers";

/** With fewer connections nobody is left behind, and there is no queue. */
const FEW = 96;

/** How many may read in one turn. With 64 the first ones are still ahead; with 16 turns are too short to be cheap. */
const PER_TURN = 32;

/** Where nothing that was begun comes to an end there is no next turn: then the queue moves on after this, in ms. */
const LONGEST_TURN = 1;

interface Readable {
  read(buffer: Uint8Array): Promise<number | null>;
}

/** The connections of one thread. */
export class FairReads {
  #connections = 0;
  #begun = 0;
  #turnEnds = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #queue: (() => void)[] = [];

  /** A connection was opened. */
  opened(): void {
    this.#connections++;
  }

  /** A connection was closed. */
  closed(): void {
    this.#connections--;
  }

  /** Reads now, or when the connection has its turn. */
  read(connection: Readable, buffer: Uint8Array): Promise<number | null> {
    if (this.#connections <= FEW && this.#queue.length === 0) return connection.read(buffer);
    if (!this.#turnEnds) {
      this.#turnEnds = true;
      setImmediate(() => {
        this.#turnEnds = false;
        this.#nextTurn();
      });
    }
    if (this.#begun < PER_TURN && this.#queue.length === 0) {
      this.#begun++;
      return connection.read(buffer);
    }
    return new Promise((resolve) => this.#queue.push(() => resolve(connection.read(buffer))));
  }

  #nextTurn(): void {
    const turn = this.#queue.splice(0, PER_TURN);
    this.#begun = turn.length;
    for (const begin of turn) begin();
    if (this.#queue.length === 0) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#nextTurn();
    }, LONGEST_TURN);
  }
}
