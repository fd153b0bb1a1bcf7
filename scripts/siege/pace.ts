/**
 * What a siege and a soak do again and again.
 *
 * @module
 */

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Does something every so many milliseconds, first after so many. */
export async function every(interval: number, goesOn: () => boolean, act: () => void): Promise<void> {
  for (await pause(interval); goesOn(); await pause(interval)) act();
}
