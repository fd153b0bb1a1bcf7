/**
 * Files that are held open while their answers are made.
 *
 * @module
 */
import type { MaybePromise } from "../http/maybe_promise.ts";
import type { Folder, HeldRepresentation } from "../http/origin.ts";

/** Makes an answer of what is held, and closes it in any case. */
export function whileHeld<T>(
  held: HeldRepresentation | Folder | undefined,
  answer: () => MaybePromise<T>,
): MaybePromise<T> {
  const close = () => {
    if (held?.kind === "file") held.close();
  };
  let made: MaybePromise<T>;
  try {
    made = answer();
  } catch (error) {
    close();
    throw error;
  }
  if (made instanceof Promise) return made.finally(close);
  close();
  return made;
}
