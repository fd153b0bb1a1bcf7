/**
 * The Content Security Policies that a page names itself, in meta elements of its head (HTML, section 4.2.5.3). What is read
 * is not the whole of HTML, but what such elements look like: nothing depends on it but a nonce and a line in the log.
 *
 * @module
 */

/** So much of a page's beginning is looked at, in bytes: there its head is. */
export const LOOKED_AT = 32 * 1024;

/** @param beginning of the page, one character a byte */
export function metaPolicies(beginning: string): string[] {
  if (!/content-security-policy/i.test(beginning)) return [];
  const policies: string[] = [];
  for (const [, text = ""] of withoutComments(beginning).matchAll(META)) {
    const attributes = new Map<string, string>();
    for (const [, name, double, single, bare] of text.matchAll(ATTRIBUTE)) {
      attributes.set(name!.toLowerCase(), decoded(double ?? single ?? bare ?? ""));
    }
    if (attributes.get("http-equiv")?.toLowerCase() !== "content-security-policy") continue;
    policies.push(attributes.get("content") ?? "");
  }
  return policies;
}

// Each try ends at the next `<` at the latest, so that no page takes long.
const META = /<meta((?:\s|\/)(?:[^"'<>]|"[^"]*"|'[^']*')*)>/gi;
const ATTRIBUTE = /([^\s"'>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g;

function decoded(value: string): string {
  return value.replaceAll(/&(?:#39|#x27|apos);/gi, "'").replaceAll(/&(?:quot|#34|#x22);/gi, '"')
    .replaceAll(/&amp;/gi, "&");
}

function withoutComments(text: string): string {
  let rest = "", from = 0;
  for (let start = text.indexOf("<!--"); start >= 0; start = text.indexOf("<!--", from)) {
    rest += text.slice(from, start);
    const end = text.indexOf("-->", start + 4);
    if (end < 0) return rest;
    from = end + 3;
  }
  return rest + text.slice(from);
}
