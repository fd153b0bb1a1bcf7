/**
 * Waiting, for tests. How long something takes on a busy machine is nobody's to say, so a test waits for the thing
 * itself: for a line in a log, for a file, for the end of a process. What must not happen is looked for after something
 * that comes later for certain.
 *
 * @module
 */

/**
 * After so many milliseconds a test takes what it waits for to be hung. It is shorter than the default times after
 * which the server gives up a body, a client that does not read, or a silent program: none of them may stand in for what
 * a test waits for.
 */
export const PATIENCE = 20_000;

/** Between two looks, in milliseconds. */
const BETWEEN = 10;

/** What is waited for, in words; a function where they tell how things stand at the end. */
type What = string | (() => string);

/** Looks again and again until something holds. @throws {Error} with the words for it if it never does */
export async function waitUntil(condition: () => boolean | Promise<boolean>, what: What): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (!(await condition())) {
    if (performance.now() > end) throw inVain(what);
    await pause(BETWEEN);
  }
}

/** What a promise resolves with. @throws {Error} with the words for it if it hangs */
export async function inTime<T>(promise: PromiseLike<T>, what: What): Promise<T> {
  const { promise: hung, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(inVain(what)), PATIENCE);
  try {
    return await Promise.race([promise, hung]);
  } finally {
    clearTimeout(timer);
  }
}

/** For a client that is slow on purpose, and for a file that must grow old; all else is waited for by waitUntil(). */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function inVain(what: What): Error {
  return new Error(`Waited in vain until ${typeof what === "string" ? what : what()}`);
}
