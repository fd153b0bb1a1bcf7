/**
 * Dictionaries of structured fields (RFC 9651 section 4.2.2), so far as integers and byte sequences are read of them;
 * members of other types are only read over.
 *
 * @module
 */

/** A member: an Integer, the bytes of a Byte Sequence in base64, or a value of another type. */
export type Member = number | { readonly base64: string } | "other";

const KEY = /[a-z*][a-z0-9_.*-]*/y, SPACE = /[ \t]*/y, COMMA = /[ \t]*,[ \t]*/y;

/** Items and parameters. */
const INTEGER = "-?[0-9]{1,15}", BYTES = ":[A-Za-z0-9+/=]*:", STRING = '"(?:[ !#-[\\]-~]|\\\\["\\\\])*"';
const OTHER =
  `-?[0-9]{1,12}\\.[0-9]{1,3}|${STRING}|\\?[01]|@${INTEGER}|%${STRING}|[A-Za-z*][!#$%&'*+.^_\`|~0-9A-Za-z:/-]*`;
const ITEM = `(?:${OTHER}|${INTEGER}|${BYTES})`, PARAMETERS = `(?:; *[a-z*][a-z0-9_.*-]*(?:=${ITEM})?)*`;
const LIST = `\\( *(?:${ITEM}${PARAMETERS}(?: +${ITEM}${PARAMETERS})*)? *\\)`;
const MEMBER = new RegExp(
  `=(?:(${OTHER}|${LIST})|(${INTEGER})|(${BYTES}))${PARAMETERS}(?=[ \\t]*(?:,|$))`,
  "y",
);
const BARE = new RegExp(`${PARAMETERS}(?=[ \\t]*(?:,|$))`, "y");

/** Reads a field's value; undefined where that is no dictionary. Of two members of one name the later one counts. */
export function parseDictionary(value: string): ReadonlyMap<string, Member> | undefined {
  const members = new Map<string, Member>();
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(value);
    if (found) at = pattern.lastIndex;
    return found;
  };
  take(SPACE);
  while (at < value.length) {
    const key = take(KEY)?.[0];
    if (key === undefined) return undefined;
    const found = take(MEMBER);
    if (found === null && (value[at] === "=" || take(BARE) === null)) return undefined;
    members.set(key, memberOf(found));
    if (take(COMMA) === null) {
      take(SPACE);
      return at === value.length ? members : undefined;
    }
    if (at === value.length) return undefined;
  }
  return members;
}

function memberOf(found: RegExpExecArray | null): Member {
  const integer = found?.[2], bytes = found?.[3];
  if (integer !== undefined) return Number(integer);
  return bytes === undefined ? "other" : { base64: bytes.slice(1, -1) };
}
