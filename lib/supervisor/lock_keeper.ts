/**
 * Locks of WebDAV, for all workers: the main thread alone has them, so that they hold in every one of them and through
 * every reload.
 *
 * @module
 */
import {
  type DiskRoom,
  type LockAnswer,
  type LockQuestion,
  parseQuestion,
  type ShownLock,
} from "../dav/lock_questions.ts";
import { diskRoom } from "../runtime/disk_room.ts";
import { type Lock, LockTable } from "../dav/lock_table.ts";
import type { TopicAnswerer } from "./questions.ts";

/** How long a lock waits for those who write under it, in milliseconds. */
const PATIENCE = 10_000;

/** What it works with. */
export interface LockKeeperPorts {
  /** Milliseconds that never go back. */
  now(): number;
  after(milliseconds: number, callback: () => void): () => void;
  /** Undefined where that cannot be told. Never throws. */
  room(path: string): DiskRoom | undefined;
}

/** Answers on the topic "locks". */
export class LockKeeper implements TopicAnswerer {
  readonly #table: LockTable;
  readonly #ports: LockKeeperPorts;
  /** Called when a write is over. */
  readonly #waiting = new Set<() => void>();

  constructor(ports: LockKeeperPorts = SYSTEM) {
    this.#ports = ports;
    this.#table = new LockTable(() => ports.now());
  }

  async answer(text: string, worker: number): Promise<string | undefined> {
    const question = parseQuestion(text);
    if (question === undefined) return undefined;
    return JSON.stringify(await this.#answer(question, worker));
  }

  gone(worker: number): void {
    this.#table.endAll(worker);
    this.#wake();
  }

  #answer(question: LockQuestion, worker: number): LockAnswer | Promise<LockAnswer> {
    const table = this.#table;
    switch (question.do) {
      case "find": {
        const { paths, members } = question;
        return {
          locks: paths.map((path) => table.covering(path).map(this.#shown)),
          members: members && paths[0] !== undefined ? table.members(paths[0]).map(this.#shown) : [],
        };
      }
      case "write": {
        const held = table.forbidding(question.writes, new Set(question.tokens), question.user);
        if (held.length > 0) return { held: held.slice(0, MOST_SHOWN).map(this.#shown) };
        if (!question.begins) return { is: "done" };
        const lease = table.begin(question.writes, worker);
        return lease === undefined ? { is: "busy" } : { lease };
      }
      case "end":
        if (!table.end(question.lease, worker)) return { is: "none" };
        for (const { path, itself } of question.gone) table.gone(path, itself);
        this.#wake();
        return { is: "done" };
      case "lock":
        return this.#lock(question);
      case "refresh": {
        const { path, tokens, user, seconds } = question;
        const lock = table.refresh(path, new Set(tokens), user, seconds);
        return lock === undefined ? { is: "none" } : { lock: this.#shown(lock) };
      }
      case "unlock":
        return { is: table.release(question.path, question.token, question.user) };
      case "room":
        return { room: this.#ports.room(question.path) ?? null };
    }
  }

  async #lock({ wanted, seconds }: LockQuestion & { do: "lock" }): Promise<LockAnswer> {
    const token = `urn:uuid:${crypto.randomUUID()}`;
    const granted = this.#table.grant(wanted, token, seconds);
    if (granted === undefined) return { is: "busy" };
    if (!("token" in granted)) return { held: granted.slice(0, MOST_SHOWN).map(this.#shown) };
    // From here on nobody begins to write under it; those who have begun come to an end.
    if (await this.#quiet(granted)) return { lock: this.#shown(granted) };
    this.#table.takeBack(granted);
    return { is: "busy" };
  }

  /** False if those who write do not come to an end in time. */
  async #quiet(lock: Lock): Promise<boolean> {
    let isLate = false;
    const cancel = this.#ports.after(PATIENCE, () => {
      isLate = true;
      this.#wake();
    });
    while (this.#table.isWrittenUnder(lock) && !isLate) {
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
    cancel();
    return !this.#table.isWrittenUnder(lock);
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  readonly #shown = ({ expires, ...lock }: Lock): ShownLock => ({
    ...lock,
    seconds: Math.max(0, Math.ceil((expires - this.#ports.now()) / 1000)),
  });
}

/** Of the locks that are in the way so many are named. */
const MOST_SHOWN = 10;

const SYSTEM: LockKeeperPorts = {
  now: () => performance.now(),
  after: (milliseconds, callback) => {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
  room: diskRoom,
};
