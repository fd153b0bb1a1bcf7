/**
 * The static table: RFC 7541 Appendix A.
 *
 * @module
 */

const LINES = `
:authority|:method GET|:method POST|:path /|:path /index.html|:scheme http|:scheme https|:status 200|:status 204
:status 206|:status 304|:status 400|:status 404|:status 500|accept-charset|accept-encoding gzip, deflate|accept-language
accept-ranges|accept|access-control-allow-origin|age|allow|authorization|cache-control|content-disposition
content-encoding|content-language|content-length|content-location|content-range|content-type|cookie|date|etag|expect
expires|from|host|if-match|if-modified-since|if-none-match|if-range|if-unmodified-since|last-modified|link|location
max-forwards|proxy-authenticate|proxy-authorization|range|referer|refresh|retry-after|server|set-cookie
strict-transport-security|transfer-encoding|user-agent|vary|via|www-authenticate`;

const ENTRIES = LINES.trim().split(/[|\n]/).map((entry) => /^(\S+) ?(.*)$/.exec(entry)!);

/** Names by index; there is no index 0. */
export const STATIC_NAMES: readonly string[] = ["", ...ENTRIES.map((entry) => entry[1]!)];

/** Values by index. */
export const STATIC_VALUES: readonly string[] = ["", ...ENTRIES.map((entry) => entry[2]!)];

/** The index of the last entry; those of the dynamic table follow. */
export const LAST_STATIC: number = ENTRIES.length;

const first = new Map(STATIC_NAMES.map((name, index) => [name, index] as const).slice(1).reverse());

/** The first index of a name in lower case; 0 if the table does not have it. */
export function staticIndexOf(name: string): number {
  return first.get(name) ?? 0;
}

/** The index of a field whose name has `index` first; 0 if the table has no such field. */
export function staticFieldIndex(index: number, name: string, value: string): number {
  for (let at = index; STATIC_NAMES[at] === name; at++) if (STATIC_VALUES[at] === value) return at;
  return 0;
}
