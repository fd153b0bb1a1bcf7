/**
 * What the command line says of who may come in: `--user`, `--lan`, `--public`. What a login takes is loaded where there is
 * one.
 *
 * @module
 */
import type { Terminal } from "../runtime/terminal.ts";
import type { Supervisor, SupervisorOptions } from "../supervisor/supervisor.ts";
import type { CommandLine } from "./command_line.ts";
import type { LanStart } from "./lan_start.ts";
import { asksForLogin } from "./login_options.ts";
import type { RunLogin } from "./run_login.ts";

/** One start, and who may come in. */
export class Sharing {
  readonly #isLan: boolean;
  #login: RunLogin | undefined;
  #lan: LanStart | undefined;

  private constructor({ switches }: CommandLine) {
    this.#isLan = switches.has("lan");
  }

  /**
   * Asks for a password where one is needed.
   *
   * @returns undefined where whoever was asked has put an end to it
   * @throws {UsageError}
   */
  static async begin(commandLine: CommandLine): Promise<Sharing | undefined> {
    const sharing = new Sharing(commandLine);
    if (!asksForLogin(commandLine)) return sharing;
    const { runLogin } = await import("./run_login.ts");
    sharing.#login = runLogin(commandLine, () => sharing.#lan?.linkUsed());
    return sharing.#login && sharing;
  }

  /** What the supervisor is to know of it. */
  get options(): Pick<SupervisorOptions, "ownUsers" | "link"> {
    return { ownUsers: this.#login?.user, link: this.#login?.link };
  }

  /**
   * Says how others come in, where it is for them.
   *
   * @param own addresses by which others reach this machine
   * @param terminal undefined where no person reads what is said
   */
  async tell(supervisor: Supervisor, own: readonly string[], terminal: Terminal | undefined): Promise<void> {
    if (!this.#isLan) return;
    const { LanStart } = await import("./lan_start.ts");
    this.#lan = new LanStart(supervisor, this.#login, own, terminal);
    await this.#lan.tell();
  }
}
