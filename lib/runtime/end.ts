/**
 * The end of the program, however it comes.
 *
 * @module
 */

/**
 * Calls back when the program is about to end: by itself, by Deno.exit(), or by an error that nobody has caught, after
 * which the runtime says nothing more. Nothing can be done at SIGKILL. What is called does not wait for anything.
 */
export function onEnd(callback: () => void): void {
  for (const type of ["unload", "error", "unhandledrejection"]) globalThis.addEventListener(type, callback);
}
