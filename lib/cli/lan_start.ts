/**
 * A server that is shared with the devices of a network: tells how they reach it, and the next link where one was used.
 *
 * @module
 */
import type { Terminal } from "../runtime/terminal.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import { machineName } from "../supervisor/system_info.ts";
import { localNameOf } from "../runtime/local_name.ts";
import { tell } from "./console.ts";
import { lanText, nextLinkText, type Sharing } from "./lan.ts";
import type { RunLogin } from "./run_login.ts";

/** One such start. */
export class LanStart {
  readonly #terminal: Terminal | undefined;
  readonly #sharing: Sharing;

  /** @param terminal undefined where no person reads what is said */
  constructor(
    { config }: Supervisor,
    login: RunLogin | undefined,
    own: readonly string[],
    terminal: Terminal | undefined,
  ) {
    this.#terminal = terminal;
    this.#sharing = { config, own, localName: localNameOf(machineName()), login };
  }

  /** Says everything, once. */
  async tell(): Promise<void> {
    await tell(lanText(this.#sharing, this.#terminal));
  }

  /** Says what the next link is. */
  linkUsed(): void {
    void tell(nextLinkText(this.#sharing, this.#terminal));
  }
}
