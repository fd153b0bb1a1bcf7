/**
 * Who answers what workers ask: logins, locks and uploads, each of which the main thread keeps from its first need on, through all
 * reloads.
 *
 * @module
 */
import { asksForNames, hasDav, uploadStores } from "../config/places.ts";
import type { Config } from "../config/types.ts";
import type { ErrorLog, Topic } from "../ports.ts";
import { LazyUploads } from "./lazy_uploads.ts";
import type { LoginKeeper } from "./login_keeper.ts";
import type { LoginLink } from "./login_link.ts";
import { QuestionDesk, type TopicAnswerer } from "./questions.ts";
import { StartError } from "./start_error.ts";

/** What they work with. */
export interface AnsweringSystem {
  /** Tells every worker. */
  tellAll(topic: Topic, text: string): void;
  /** Tells one, if it lives. */
  tellOne(worker: number, topic: Topic, text: string): void;
  errorLog(): ErrorLog;
  /** The stores of the configuration that is served just now, resolved. */
  stores(): readonly string[];
  /** Lines of name:hash, for places whose file of users is OWN_USERS. */
  readonly ownUsers: string;
  readonly link: LoginLink | undefined;
}

/** Owns them, until stop(). */
export class Answering {
  readonly #desk = new QuestionDesk();
  readonly #system: AnsweringSystem;
  /** Since a store was mounted by WebDAV for the first time. */
  #locks: TopicAnswerer | undefined;
  /** Since there were stores for the first time. */
  #uploads: LazyUploads | undefined;
  /** Since somebody was to be asked for a name for the first time. */
  #logins: LoginKeeper | undefined;

  constructor(system: AnsweringSystem) {
    this.#system = system;
    this.#desk.put("link", system.link);
  }

  /**
   * Has everything there that a configuration asks for. Locks and uploads outlive the one that they were made under: a reload is
   * no reason to forget them.
   *
   * @throws {StartError} for a file of users that cannot be used
   */
  async prepare(config: Config): Promise<void> {
    await this.#prepareLogins(config);
    await this.#prepareLocks(config);
    this.#prepareUploads(config);
  }

  /** Undefined where nobody answers. Never rejects. */
  answer(topic: Topic, text: string, worker: number): Promise<string | undefined> {
    return this.#desk.answer(topic, text, worker);
  }

  /** A worker is gone. */
  gone(worker: number): void {
    this.#desk.gone(worker);
  }

  /** An earlier run has left an upload that may still be gone on with. */
  foundPartial(folder: string, name: string): void {
    this.#uploads?.found(folder, name);
  }

  stop(): void {
    this.#uploads?.stop();
    this.#logins?.stop();
  }

  /** PERF: what it takes is loaded only where somebody is asked for a name. */
  async #prepareLogins(config: Config): Promise<void> {
    if (this.#logins === undefined) {
      if (!asksForNames(config)) return;
      const { LoginKeeper } = await import("./login_keeper.ts");
      const { tellAll, errorLog, ownUsers } = this.#system;
      this.#logins = new LoginKeeper({
        tell: (text) => tellAll("login", text),
        warn: (text) => errorLog().warning(text),
        notice: (text) => errorLog().notice(text),
        now: () => performance.now(),
        ownUsers,
      });
      this.#desk.put("login", this.#logins);
    }
    try {
      this.#logins.load(config);
    } catch (error) {
      throw error instanceof Error && error.name === "UserFileError" ? new StartError(error.message) : error;
    }
  }

  async #prepareLocks(config: Config): Promise<void> {
    if (this.#locks !== undefined || !hasDav(config)) return;
    const { LockKeeper } = await import("./lock_keeper.ts");
    this.#locks = new LockKeeper();
    this.#desk.put("locks", this.#locks);
  }

  /** PERF: what it takes is loaded with the first upload that is to be gone on with. */
  #prepareUploads(config: Config): void {
    if (this.#uploads !== undefined || uploadStores(config).length === 0) return;
    const { tellOne, errorLog, stores } = this.#system;
    this.#uploads = new LazyUploads({
      tell: (number, text) => tellOne(number, "uploads", text),
      errorLog,
      stores,
    });
    this.#desk.put("uploads", this.#uploads);
  }
}
