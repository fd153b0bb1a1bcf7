/**
 * What a worker asks the main thread, since one thread alone can know it: whether a password is right, who has a lock. A
 * question is a text and has one answer, and the main thread may tell something on a topic without being asked. What the
 * texts are is the affair of whoever answers.
 *
 * @module
 */
import type { MainThread, Topic } from "../ports.ts";

/** What questions are about. */
export const TOPICS: readonly Topic[] = ["login", "link", "locks", "uploads"];

/** Characters of a question, at most. */
export const LONGEST_QUESTION = 64 * 1024;

/** Questions of one worker that wait for an answer, at most. */
export const MOST_QUESTIONS = 1000;

/** How long an answer is waited for, in milliseconds: whoever answers has deadlines of its own, which are shorter. */
const PATIENCE = 30_000;

/** The main thread as a worker sees it. */
export class Questions implements MainThread {
  readonly #waiting = new Map<number, (text: string | undefined) => void>();
  readonly #listeners = new Map<Topic, Set<(text: string) => void>>();
  #asked = 0;

  constructor(
    readonly post: (ask: number, topic: Topic, text: string) => void,
    readonly after: (milliseconds: number, callback: () => void) => () => void,
  ) {}

  ask(topic: Topic, text: string): Promise<string | undefined> {
    if (this.#waiting.size >= MOST_QUESTIONS || text.length > LONGEST_QUESTION) {
      return Promise.resolve(undefined);
    }
    const ask = ++this.#asked;
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    const cancel = this.after(PATIENCE, () => this.receive(ask, undefined));
    this.#waiting.set(ask, (answer) => {
      cancel();
      resolve(answer);
    });
    this.post(ask, topic, text);
    return promise;
  }

  listen(topic: Topic, heard: (text: string) => void): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners.add(heard));
    return () => listeners.delete(heard);
  }

  /** The answer to a question has come. */
  receive(ask: number, text: string | undefined): void {
    const answered = this.#waiting.get(ask);
    this.#waiting.delete(ask);
    answered?.(text);
  }

  /** The main thread tells something. */
  told(topic: Topic, text: string): void {
    for (const heard of this.#listeners.get(topic) ?? []) heard(text);
  }
}

/** Answers on one topic, in the main thread. SECURITY: the text is a worker's word, which may be any. */
export interface TopicAnswerer {
  /**
   * Answers a question; undefined for one that makes no sense. Has a deadline of its own.
   *
   * @param worker its number, which no other worker has had
   */
  answer(text: string, worker: number): Promise<string | undefined>;
  /** A worker is gone, and with it whoever asked there. */
  gone(worker: number): void;
}

/** Who answers on which topic. */
export class QuestionDesk {
  readonly #answerers = new Map<Topic, TopicAnswerer>();

  /** From now on it is this one who answers; undefined: nobody. */
  put(topic: Topic, answerer: TopicAnswerer | undefined): void {
    if (answerer === undefined) this.#answerers.delete(topic);
    else this.#answerers.set(topic, answerer);
  }

  /** Undefined where nobody answers. Never rejects. */
  async answer(topic: Topic, text: string, worker: number): Promise<string | undefined> {
    return await this.#answerers.get(topic)?.answer(text, worker).catch(() => undefined);
  }

  /** A worker is gone. */
  gone(worker: number): void {
    for (const answerer of this.#answerers.values()) answerer.gone(worker);
  }
}
