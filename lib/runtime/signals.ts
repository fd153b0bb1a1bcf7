/**
 * What the system's signals ask for.
 *
 * @module
 */

const NAMES: Readonly<Record<"stop" | "reload", readonly Deno.Signal[]>> = {
  stop: ["SIGINT", "SIGTERM"],
  reload: ["SIGHUP"],
};

/** Windows knows Ctrl-C and Ctrl-Break only. */
const WINDOWS: Readonly<Record<"stop" | "reload", readonly Deno.Signal[]>> = {
  stop: ["SIGINT", "SIGBREAK"],
  reload: [],
};

/** Calls back each time that a signal asks for this, until the program ends. */
export function onSignal(wish: "stop" | "reload", callback: () => void): void {
  const names = Deno.build.os === "windows" ? WINDOWS : NAMES;
  for (const name of names[wish]) Deno.addSignalListener(name, callback);
}

/** SIGUSR1 does nothing, rather than end the program, from now on (see DebuggerPort for what the runtime does). */
export function ignoreUserSignal(): void {
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGUSR1", () => {});
}
