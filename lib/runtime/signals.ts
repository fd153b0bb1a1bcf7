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
  const listener = wish === "reopen" ? () => void closeInspector().then(callback) : callback;
  for (const name of names[wish]) Deno.addSignalListener(name, listener);
}

/** When the runtime may have opened its debugger, in milliseconds after the signal. */
const INSPECTOR_CHECKS = [0, 20, 100, 500, 2000];

/**
 * SECURITY: since Deno 2.9 the runtime takes SIGUSR1 for a wish to debug it, as Node does, and opens a port on which
 * every program of this machine could run code in the main thread. It does so at its own time, whatever listeners
 * there are.
 */
async function closeInspector(): Promise<void> {
  const { close, url } = await import("node:inspector");
  // Somebody who started it with --inspect wants it open.
  if (url() !== undefined && !openedBySignal) return;
  openedBySignal = true;
  for (const delay of INSPECTOR_CHECKS) setTimeout(() => close(), delay);
}

let openedBySignal = false;
