/**
 * Proactive negotiation by the field Accept (RFC 9110 section 12.5.1). Refuses nothing: a malformed element counts as
 * not there, and a client that accepts nothing on offer gets the first offer, as section 12.4.1 allows.
 *
 * @module
 */
import { TCHAR } from "../bytes/ascii.ts";

interface MediaRange {
  readonly type: string;
  readonly subtype: string;
  readonly parameters: readonly string[];
  readonly quality: number;
}

const MEDIA_RANGE = new RegExp(`^[ \\t]*([${TCHAR}]+)/([${TCHAR}]+)[ \\t]*$`);
const PARAMETER = new RegExp(`^([${TCHAR}]+)=(?:[${TCHAR}]+|"(?:[^"\\\\]|\\\\.)*")$`);
const QUALITY = /^(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)$/;

/**
 * The candidate that the client prefers. Of the ranges that match a candidate the most specific one says its quality.
 * The first candidate wins a tie, and where the field is missing or accepts none.
 *
 * @param accept the value of Accept, several lines joined
 */
export function prefers<T extends string>(accept: string | undefined, candidates: readonly [T, ...T[]]): T {
  let best = candidates[0];
  if (accept === undefined || accept === "*/*" || candidates.length === 1) return best;
  const ranges = rangesOf(accept);
  let bestQuality = 0;
  for (const candidate of candidates) {
    const quality = qualityOf(candidate, ranges);
    if (quality > bestQuality) {
      best = candidate;
      bestQuality = quality;
    }
  }
  return best;
}

/** How much a client wants a media type, from 0 to 1: what the most specific of the ranges says that match it. */
export function qualityFor(accept: string, candidate: string): number {
  return qualityOf(candidate, rangesOf(accept));
}

function rangesOf(accept: string): MediaRange[] {
  return splitUnquoted(accept, ",").map(parseRange).filter((range) => range !== undefined);
}

function qualityOf(candidate: string, ranges: readonly MediaRange[]): number {
  const offer = parseRange(candidate);
  let quality = 0;
  let best = -1;
  for (const range of ranges) {
    const specificity = offer === undefined ? -1 : specificityFor(range, offer);
    if (specificity < best || specificity < 0) continue;
    quality = specificity > best ? range.quality : Math.max(quality, range.quality);
    best = specificity;
  }
  return quality;
}

/** How closely a range names the offer; -1 where it does not match. */
function specificityFor(range: MediaRange, offer: MediaRange): number {
  if (range.type === "*") return range.subtype === "*" ? 0 : -1;
  if (range.type !== offer.type) return -1;
  if (range.subtype === "*") return 1;
  if (range.subtype !== offer.subtype) return -1;
  return range.parameters.every((parameter) => offer.parameters.includes(parameter))
    ? 2 + range.parameters.length
    : -1;
}

function parseRange(text: string): MediaRange | undefined {
  const [name = "", ...rest] = splitUnquoted(text, ";");
  const match = MEDIA_RANGE.exec(name);
  if (match === null) return undefined;
  const parameters: string[] = [];
  let quality = 1;
  for (const piece of rest) {
    const parameter = piece.trim();
    if (parameter === "") continue;
    const parameterName = PARAMETER.exec(parameter)?.[1]?.toLowerCase();
    if (parameterName === undefined) return undefined;
    if (parameterName === "q") {
      const value = parameter.slice(2);
      if (!QUALITY.test(value)) return undefined;
      quality = Number(value);
    } else if (parameterName !== "charset") {
      // What is offered has one charset, and `application/json; charset=utf-8` still asks for JSON.
      parameters.push(parameter.toLowerCase());
    }
  }
  return { type: match[1]!.toLowerCase(), subtype: match[2]!.toLowerCase(), parameters, quality };
}

// One pass and no nested repetition: a pattern for the whole element could take exponential time.
function splitUnquoted(text: string, separator: string): string[] {
  if (!text.includes('"')) return text.split(separator);
  const pieces: string[] = [];
  let start = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === '"') quoted = !quoted;
    else if (character === "\\" && quoted) i++;
    else if (character === separator && !quoted) {
      pieces.push(text.slice(start, i));
      start = i + 1;
    }
  }
  pieces.push(text.slice(start));
  return pieces;
}
