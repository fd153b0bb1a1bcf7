/**
 * The field Priority and what PRIORITY_UPDATE says: RFC 9218 section 4, a dictionary of structured fields (RFC 9651). What
 * breaks the grammar says nothing at all; members that nobody knows, and values that are out of range, are ignored.
 *
 * @module
 */
import { TCHAR } from "../bytes/ascii.ts";

/** In which order answers are sent. */
export interface Priority {
  /** 0 comes before all others, 7 behind them. */
  readonly urgency: number;
  /** It is of use in pieces, so it takes turns with others; otherwise one comes after the other. */
  readonly incremental: boolean;
}

/** Longer ones say nothing: each request may have one, and each frame. */
const LONGEST = 256;

/** A key, a value that is no inner list, and parameters, which are of no interest. */
const ITEM = `(?:"(?:[\\x20\\x21\\x23-\\x5b\\x5d-\\x7e]|\\\\["\\\\])*"|:[A-Za-z0-9+/=]*:|[${TCHAR}:/?@]+)`;
const KEY = "[a-z*][a-z0-9_.*-]*";
const MEMBER = new RegExp(`[ \\t]*(${KEY})(?:=(${ITEM}))?(?:; *${KEY}(?:=${ITEM})?)*[ \\t]*(,|$)`, "y");

const DEFAULT_URGENCY = 3;

/** What a text says; undefined if it says nothing. */
export function parsePriority(text: string): Priority | undefined {
  if (text.length > LONGEST) return undefined;
  let urgency = DEFAULT_URGENCY, incremental = false, isLast = false;
  for (let at = 0; !isLast; at = MEMBER.lastIndex) {
    MEMBER.lastIndex = at;
    const match = MEMBER.exec(text);
    if (match === null) return undefined;
    const [, key, value, comma] = match;
    // The last of several counts.
    if (key === "u") urgency = value !== undefined && /^[0-7]$/.test(value) ? Number(value) : DEFAULT_URGENCY;
    else if (key === "i") incremental = value === undefined || value === "?1";
    isLast = comma === "";
  }
  return { urgency, incremental };
}
