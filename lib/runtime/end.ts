/**
 * The end of the program, however it comes.
 *
 * @module
 */

/**
 * Calls back when the program is about to end: by itself, by Deno.exit(), or by an error that nobody has caught, after
 * which the runtime says nothing more. Nothing can be done at SIGKILL. What is called does not wait for anything.
 *
 * @returns has it called back no more
 */
export function onEnd(callback: () => void): () => void {
  const types = ["unload", "error", "unhandledrejection"];
  for (const type of types) globalThis.addEventListener(type, callback);
  return () => {
    for (const type of types) globalThis.removeEventListener(type, callback);
  };
}
