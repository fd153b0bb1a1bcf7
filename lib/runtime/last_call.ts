/**
 * The end of a listener: when nobody comes any more.
 *
 * @module
 */

/** How long the next connection is waited for, and how often at most, in milliseconds. */
const LAST_CALL = 40;
const LAST_CALLS = 25;

/** Resolves once no connection has come for LAST_CALL, or there was no end of them. @param accepted how many so far */
export async function lastCall(accepted: () => number): Promise<void> {
  for (let call = 0, before = -1; call < LAST_CALLS && before < accepted(); call++) {
    before = accepted();
    await sleep(LAST_CALL);
    // On a busy machine the time may be over before what came in it has been looked at.
    for (let turn = 0; turn < 3; turn++) await sleep(0);
  }
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
