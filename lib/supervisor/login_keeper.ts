/**
 * Logins in the main thread, for all workers together: it alone knows the hashes, and counts what fails.
 *
 * @module
 */
import { createHmac, randomBytes } from "node:crypto";
import { FailedLogins } from "../access/failed_logins.ts";
import { decodeQuestion, type LoginAnswer, type LoginNews, type LoginQuestion } from "../access/questions.ts";
import type { Config } from "../config/types.ts";
import { LoginJobs } from "./login_jobs.ts";
import type { TopicAnswerer } from "./questions.ts";
import { UserFiles } from "./user_files.ts";
import { reasonOf } from "./worker_messages.ts";

/** What it works with. */
export interface LoginKeeperPorts {
  /** Tells every worker something on the topic "login". */
  readonly tell: (text: string) => void;
  readonly warn: (text: string) => void;
  readonly notice: (text: string) => void;
  /** On a clock that never goes back, in milliseconds. */
  readonly now: () => number;
  /** Lines of users that are in no file. */
  readonly ownUsers: string;
}

/** Owns the thread for comparisons, and the looking at files: stop() ends both. */
export class LoginKeeper implements TopicAnswerer {
  readonly #ports: LoginKeeperPorts;
  readonly #files: UserFiles;
  readonly #jobs: LoginJobs;
  readonly #failures = new FailedLogins(Infinity);
  /** Chooses whose hash stands for that of a name that nobody has. */
  readonly #key = randomBytes(32);

  constructor(ports: LoginKeeperPorts) {
    this.#ports = ports;
    this.#jobs = new LoginJobs((reason) => ports.warn(`the thread for logins was ended: ${reason}`));
    this.#files = new UserFiles({
      changed: (path) => this.#tell({ changed: path }),
      says: (text) => ports.notice(text),
    }, ports.ownUsers);
  }

  /** This configuration is about to be served. @throws {UserFileError} */
  load(config: Config): void {
    this.#files.load(config);
    this.#failures.limit = config.limits.logins;
  }

  stop(): void {
    this.#files.stop();
    this.#jobs.stop();
  }

  async answer(text: string): Promise<string | undefined> {
    const question = decodeQuestion(text);
    // SECURITY: a worker has no say in which file of this machine is read.
    const users = question && this.#files.usersOf(question.file);
    return users === undefined ? undefined : JSON.stringify(await this.#look(question!, users));
  }

  gone(): void {}

  async #look(question: LoginQuestion, users: ReadonlyMap<string, string>): Promise<LoginAnswer> {
    const { address, name, password } = question, wait = this.#waitOf(address);
    if (wait !== undefined) return wait;
    const hash = users.get(name), compared = hash ?? this.#hashOfNobody(name, users);
    const isSame = compared === undefined ? false : await this.#jobs.compare({
      password,
      hash: compared,
      // Those that were sent together before it may have failed meanwhile.
      isWanted: () => this.#waitOf(address) === undefined,
    });
    const waitNow = this.#waitOf(address);
    if (waitNow !== undefined) return waitNow;
    if (isSame === undefined) return { is: "busy" };
    // What has changed meanwhile holds.
    if (isSame && hash !== undefined && this.#files.usersOf(question.file)?.get(name) === hash) {
      return { is: "right" };
    }
    this.#failed(address);
    return { is: "wrong" };
  }

  #failed(address: string): void {
    const { now } = this.#ports;
    this.#failures.failed(address, now());
    const wait = this.#failures.blocked(address, now());
    if (wait <= 0) return;
    this.#tell({ blocked: address, for: wait });
    this.#ports.notice(
      `${this.#failures.limit} logins from ${reasonOf(address)} have failed: it is answered 429 for ${
        Math.ceil(wait / 1000)
      } s`,
    );
  }

  #waitOf(address: string): LoginAnswer | undefined {
    const wait = this.#failures.blocked(address, this.#ports.now());
    return wait > 0 ? { is: "blocked", for: wait } : undefined;
  }

  /** SECURITY: of the file itself, always the same for a name, so that no time tells which names there are. */
  #hashOfNobody(name: string, users: ReadonlyMap<string, string>): string | undefined {
    if (users.size === 0) return undefined;
    const chance = createHmac("sha256", this.#key).update(name).digest().readUInt32BE(0) % users.size;
    return [...users.values()][chance];
  }

  #tell(news: LoginNews): void {
    this.#ports.tell(JSON.stringify(news));
  }
}
