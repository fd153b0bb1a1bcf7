/**
 * What the system's signals ask for.
 *
 * @module
 */
import type { System } from "../ports.ts";
import { SYSTEM } from "./system.ts";

/** `other`: they ask nothing of the server, and are of use to a command beside it. */
export type Wish = "stop" | "reload" | "other";

const NAMES: Readonly<Record<Wish, readonly Deno.Signal[]>> = {
  stop: ["SIGINT", "SIGTERM"],
  reload: ["SIGHUP"],
  other: ["SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGWINCH"],
};

/** Windows knows Ctrl-C and Ctrl-Break only. */
const WINDOWS: Readonly<Record<Wish, readonly Deno.Signal[]>> = {
  stop: ["SIGINT", "SIGBREAK"],
  reload: [],
  other: [],
};

/** The signals of a system that ask for this. */
export function signalsFor(wish: Wish, system: System): readonly Deno.Signal[] {
  return (system === "windows" ? WINDOWS : NAMES)[wish];
}

/** Calls back each time that a signal asks for this, until the program ends. */
export function onSignal(wish: Wish, callback: (signal: Deno.Signal) => void): void {
  for (const name of signalsFor(wish, SYSTEM)) Deno.addSignalListener(name, () => callback(name));
}

/** SIGUSR1 does nothing, rather than end the program, from now on (see DebuggerPort for what the runtime does). */
export function ignoreUserSignal(): void {
  if (SYSTEM !== "windows") Deno.addSignalListener("SIGUSR1", () => {});
}

/** What a shell gives as the exit status of a program that a signal to stop has ended: 128 and its number. */
export function statusOfStop(signal: Deno.Signal): number {
  return 128 + (NUMBERS[signal] ?? 0);
}

const NUMBERS: Partial<Record<Deno.Signal, number>> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15, SIGBREAK: 21 };
