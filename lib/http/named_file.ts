/**
 * Addresses for files that no path can name: a backslash in a path is refused, however it is written, since systems and
 * programs differ in whether it parts folders. A listing names such a file in the query of its folder's address.
 *
 * @module
 */

const PARAMETER = "file=";

/** True for names that a path cannot have as a segment. */
export function needsQuery(name: string): boolean {
  return name.includes("\\");
}

/** The query that names a file. */
export function queryOf(name: string): string {
  return PARAMETER + encodeURIComponent(name);
}

/** The name in a query that queryOf() made; undefined in every other, also where it has a name that needs none. */
export function nameInQuery(query: string | undefined): string | undefined {
  if (query === undefined || !query.startsWith(PARAMETER)) return undefined;
  let name: string;
  try {
    name = decodeURIComponent(query.slice(PARAMETER.length));
  } catch {
    return undefined;
  }
  // SECURITY: one visible name, and no path.
  return needsQuery(name) && !/^\.|[/\0]/.test(name) ? name : undefined;
}
