/**
 * The process groups of one worker, in memory that it shares with the main thread: the worker notes them, and the main
 * thread, which alone may kill, reads them when it needs to. A message for each of them would cost a request more than
 * the worker's own part in starting the program.
 *
 * A slot is 0 where it is free, the id of a group whose program runs, or minus the id of one whose program has ended
 * and may have left others behind. Only the worker takes slots and marks them, only the main thread frees marked ones:
 * at no time may both write to the same one.
 *
 * @module
 */

/** The first word of the memory: 1 while the main thread has been asked to sweep and has not begun. */
const ASKED = 0;

/**
 * Slots at the start, and at most: more programs than a worker can start between two sweeps, and so few that the main
 * thread looks through them in no time. All but the first are memory only once needed.
 */
const FIRST_SLOTS = 255;
const MOST_SLOTS = 2 ** 16 - 1;

/** Linux has no higher process id, others have fewer. */
const HIGHEST_PID = 2 ** 22;

const BYTES = Int32Array.BYTES_PER_ELEMENT;

/** One side's view of the memory. */
export class GroupTable {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;

  /** @param memory that of the other side; new if there is none yet */
  constructor(
    memory: SharedArrayBuffer = new SharedArrayBuffer((1 + FIRST_SLOTS) * BYTES, {
      maxByteLength: (1 + MOST_SLOTS) * BYTES,
    }),
  ) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
  }

  /** The worker's: it has started a program in a group of its own. */
  started(pid: number): void {
    // SECURITY: 0 and -1 would mean our own group, and everything.
    if (!isGroup(pid)) return;
    let at = this.#words.indexOf(0, ASKED + 1);
    if (at < 0) {
      at = this.#words.length;
      if (at > MOST_SLOTS) throw new RangeError("There is no room for another group of processes");
      this.memory.grow(Math.min(this.memory.byteLength * 2, this.memory.maxByteLength));
    }
    Atomics.store(this.#words, at, pid);
  }

  /**
   * The worker's: the program has ended, and what it left behind may be killed.
   *
   * @returns true if the main thread is to be asked to sweep
   */
  ended(pid: number): boolean {
    const at = this.#words.indexOf(pid, ASKED + 1);
    if (at < 0 || !isGroup(pid)) return false;
    Atomics.store(this.#words, at, -pid);
    return Atomics.exchange(this.#words, ASKED, 1) === 0;
  }

  /** True if the group's program runs. */
  runs(pid: number): boolean {
    return isGroup(pid) && this.#words.includes(pid, ASKED + 1);
  }

  /** The groups whose program runs. */
  running(): number[] {
    return [...this.#words.subarray(ASKED + 1).filter(isGroup)];
  }

  /** The groups whose program runs, or has ended and was not taken yet. */
  noted(): number[] {
    return [...this.#words.subarray(ASKED + 1)].map(Math.abs).filter(isGroup);
  }

  /** The main thread's: the groups whose programs have ended. Each is given once. */
  takeEnded(): number[] {
    // Before the look: what is marked after it is asked for again.
    Atomics.store(this.#words, ASKED, 0);
    const pids: number[] = [];
    for (let at = ASKED + 1; at < this.#words.length; at++) {
      const pid = -Atomics.load(this.#words, at);
      if (!isGroup(pid)) continue;
      pids.push(pid);
      Atomics.store(this.#words, at, 0);
    }
    return pids;
  }
}

/** SECURITY: whatever a worker writes there, nothing else is ever signalled. */
function isGroup(pid: number): boolean {
  return pid > 1 && pid <= HIGHEST_PID;
}
