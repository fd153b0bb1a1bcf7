/**
 * The port of the runtime's debugger, kept from it.
 *
 * SECURITY: since Deno 2.9 the runtime takes SIGUSR1 for a wish to debug it, as Node does: it listens on this address,
 * and every program of this machine could run code in the main thread. No flag and no listener of ours prevents that
 * (closing the debugger again is a race that a program which polls the port wins), and no other port is tried where
 * this one is taken. So it is taken.
 *
 * The runtime begins to heed the signal half a second after its start; before that it ends the program, unless there
 * is a listener.
 *
 * @module
 */
import { SYSTEM } from "./system.ts";
const HOST = "127.0.0.1";

/** The runtime's default, as Node's. */
export const DEBUGGER_PORT = 9229;

/** What holding it needs of the permission to use the network. */
export const DEBUGGER_ADDRESS = `${HOST}:${DEBUGGER_PORT}`;

/** How often a port is tried that another program has, in milliseconds: such a program keeps it from the debugger too. */
const RETRY_DELAY = 250;

/** The first release whose runtime opens it. */
const FIRST_RELEASE = [2, 9] as const;

/** Holds the port while it is wanted; whoever connects there is turned away. */
export class DebuggerPort {
  #listener: Deno.TcpListener | undefined;
  #turningAway: Promise<void> = Promise.resolve();
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param isNeeded false where the runtime has no debugger that a signal opens */
  constructor(readonly isNeeded: boolean = opensDebugger(), readonly port: number = DEBUGGER_PORT) {}

  /** False if it cannot be held for want of a permission. */
  get isAllowed(): boolean {
    return Deno.permissions.querySync({ name: "net", host: `${HOST}:${this.port}` }).state === "granted";
  }

  /** Takes the port, now or as soon as it is free. */
  hold(): void {
    if (!this.isNeeded || !this.isAllowed || this.#listener || this.#timer !== undefined) return;
    if (this.#take()) return;
    this.#timer = setInterval(() => {
      if (this.#take()) this.#stopTrying();
    }, RETRY_DELAY);
  }

  /** Gives the port to others, who hold it from now on. Resolves when it is free. */
  async leave(): Promise<void> {
    this.#stopTrying();
    this.#listener?.close();
    this.#listener = undefined;
    await this.#turningAway;
  }

  #take(): boolean {
    try {
      const listener = Deno.listen({ hostname: HOST, port: this.port });
      this.#listener = listener;
      this.#turningAway = turnAway(listener);
      return true;
    } catch {
      // Mostly another program has it. Whatever it is (no descriptors, no loopback), it is no reason not to serve.
      return false;
    }
  }

  #stopTrying(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

async function turnAway(listener: Deno.TcpListener): Promise<void> {
  try {
    for (;;) (await listener.accept()).close();
  } catch {
    // It is closed; or there are no descriptors left, and then whoever connects waits, which does no harm.
  }
}

/** As far as is known an executable that was compiled does not; nobody is to rely on that. */
function opensDebugger(): boolean {
  if (SYSTEM === "windows") return false;
  const [major, minor] = Deno.version.deno.split(".").map(Number);
  return major! > FIRST_RELEASE[0] || (major === FIRST_RELEASE[0] && minor! >= FIRST_RELEASE[1]);
}
