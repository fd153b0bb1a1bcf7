/**
 * Keys and parameters as the storage wants them in a request's target, which is also what is signed: every byte of UTF-8 is
 * percent-encoded once, but for the unreserved ones of RFC 3986 section 2.3.
 *
 * @module
 */

const LEFT_BY_THE_LANGUAGE = /[!'()*]/g;

/** @throws {URIError} if it is not well-formed: there is no such key */
export function encodeText(text: string): string {
  return encodeURIComponent(text).replace(
    LEFT_BY_THE_LANGUAGE,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/**
 * A key as a path: slashes stay.
 *
 * SECURITY: a dot segment would be resolved by whoever is on the way, and lead to another bucket.
 *
 * @throws {TypeError} for a key that no path can name, which is a bug of ours
 * @throws {URIError} as encodeText()
 */
export function encodeKey(key: string): string {
  const segments = key.split("/");
  if (key === "" || segments.includes(".") || segments.includes("..")) {
    throw new TypeError(`"${key}" is no key to ask for`);
  }
  return segments.map(encodeText).join("/");
}

/** Parameters of a query; undefined: that one is left out. */
export type Parameters = Readonly<Record<string, string | number | undefined>>;

/** A query in the order that is signed. @throws {URIError} as encodeText() */
export function encodeQuery(parameters: Parameters): string {
  const pairs: (readonly [name: string, value: string])[] = [];
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) pairs.push([encodeText(name), encodeText(String(value))]);
  }
  return pairs.sort(([a], [b]) => a < b ? -1 : 1).map(([name, value]) => `${name}=${value}`).join("&");
}

/**
 * What the storage has encoded for a listing (encoding-type=url). Some write a space as `+`, and all a plus as `%2B`.
 *
 * @returns undefined for what is no text: a key of other bytes than UTF-8
 */
export function decodeText(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}
