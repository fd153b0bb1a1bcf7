/**
 * The names in the rows with thousands of servers or locations.
 *
 * @module
 */

/** How many are many. */
export const MANY = 10_000;

/** How many names a row that stores files uses. */
export const PUT_NAMES = 4;

const numbered = (index: number) => String(index).padStart(4, "0");
const hostName = (index: number) => `name-${numbered(index)}.example.test`;
const locationPath = (index: number) => `/place-${numbered(index)}/`;

/** The last of all names is asked for, and a location in the middle. */
const WANTED_HOST = MANY - 1;
const WANTED_LOCATION = MANY / 2;

export const HOST = hostName(WANTED_HOST);
export const LOCATION = locationPath(WANTED_LOCATION);

/** So many server names, with the wanted one. */
export function hostNames(count: number): string[] {
  return range(count, WANTED_HOST).map(hostName);
}

/** So many paths of locations, with the wanted one. */
export function locationPaths(count: number): string[] {
  return range(count, WANTED_LOCATION).map(locationPath);
}

/** One is the wanted one; many are all. */
function range(count: number, wanted: number): number[] {
  return count === 1 ? [wanted] : Array.from({ length: count }, (_, index) => index);
}
