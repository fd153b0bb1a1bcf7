/**
 * What the system's signals ask for.
 *
 * @module
 */

const NAMES: Readonly<Record<"stop" | "reload" | "reopen", readonly Deno.Signal[]>> = {
  stop: ["SIGINT", "SIGTERM"],
  reload: ["SIGHUP"],
  reopen: ["SIGUSR1"],
};

/** Windows knows Ctrl-C and Ctrl-Break only. */
const WINDOWS: Readonly<Record<"stop" | "reload" | "reopen", readonly Deno.Signal[]>> = {
  stop: ["SIGINT", "SIGBREAK"],
  reload: [],
  reopen: [],
};

/** Calls back each time that a signal asks for this, until the program ends. */
export function onSignal(wish: "stop" | "reload" | "reopen", callback: () => void): void {
  const names = Deno.build.os === "windows" ? WINDOWS : NAMES;
  for (const name of names[wish]) Deno.addSignalListener(name, callback);
}
