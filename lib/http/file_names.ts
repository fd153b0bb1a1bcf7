/**
 * Names for stored files out of what strangers send. They are one segment of a path on any system: RFC 7578 section 4.2
 * and RFC 6266 section 4.3 say why the sender's own name is not to be trusted.
 *
 * cleanFileName() mends and refuses only what leaves nothing. isStorableName() mends nothing and refuses what would mean
 * another file, or something else than a file, to whoever sees or copies it later: control characters and those that
 * turn the reading direction, half surrogate pairs, hidden and invisible names, dot segments, slashes of both kinds,
 * devices of Windows, dots and spaces at the end (which Windows drops), the name of our own configuration, and what no
 * file system takes. Who names a file by its address gets that name or none; so what is only inconvenient elsewhere
 * is taken as it is, where cleanFileName() mends it: `What?.mp3` and `12:30.txt` are fine names here, and so are those
 * that are not normalised.
 *
 * @module
 */
import { isWindowsDevice } from "./disk_names.ts";

/** Bytes in UTF-8 that a cleaned name may have: leaves room for additions, within the 255 of most file systems. */
const MAX_CLEANED = 200;
const MAX_STORABLE = 255;

/** A longer last part is no extension but a name with a dot in it. */
const MAX_EXTENSION = 32;

// Controls, line separators, and what turns the reading direction to make `exe.gpj` look like `jpg.exe`.
const REMOVED = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;
const UNSTORABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}/\\]/u;
// SECURITY: some file systems ignore invisible characters in names, so one before a dot must not hide the dot.
const BEFORE_NAME = /^[\s.\p{Default_Ignorable_Code_Point}]+/u;
const HIDDEN = /^\p{Default_Ignorable_Code_Point}*\./u;
const FORBIDDEN_ON_WINDOWS = /[<>:"|?*]/g;
const DRIVE = /^[A-Za-z]:/;

/**
 * SECURITY: a configuration that is taken up without being named must not be one that was uploaded. In upper case, since
 * that brings together all that file systems without case do (`ſ` is an `s` to them).
 */
const CONFIGURATION = "WEBSERV.YAML";
const IGNORED = /\p{Default_Ignorable_Code_Point}/gu;

/** A name under which a file may be stored, or undefined if nothing is left of it. */
export function cleanFileName(raw: string): string | undefined {
  // Removals come first, lest they bring together what the later steps look for. NFC makes none of that anew.
  const text = raw.toWellFormed().replace(REMOVED, "").normalize("NFC");
  const base = text.slice(Math.max(text.lastIndexOf("/"), text.lastIndexOf("\\")) + 1).replace(DRIVE, "");
  const name = trimEnd(base.replace(BEFORE_NAME, "").replace(FORBIDDEN_ON_WINDOWS, "_"));
  if (name === "") return undefined;
  const short = shorten(name);
  // Only now: a cut may leave a device's name.
  return isTaken(short) ? shorten(`_${short}`) : short;
}

/** True if a file may be stored under just this name. */
export function isStorableName(name: string): boolean {
  return name.isWellFormed() && utf8Length(name) <= MAX_STORABLE && !UNSTORABLE.test(name) &&
    !HIDDEN.test(name) && !isTaken(name) && trimEnd(name.replace(IGNORED, "")) !== "" &&
    trimEnd(name) === name;
}

/** True for names that mean something to a system, or to us. */
function isTaken(name: string): boolean {
  return isWindowsDevice(name) || name.replace(IGNORED, "").toUpperCase() === CONFIGURATION;
}

/** Takes from the stem what is too much, so that the extension stays. */
function shorten(name: string): string {
  if (utf8Length(name) <= MAX_CLEANED) return name;
  const dot = name.lastIndexOf(".");
  const extension = dot > 0 && utf8Length(name.slice(dot)) <= MAX_EXTENSION ? name.slice(dot) : "";
  let room = MAX_CLEANED - utf8Length(extension);
  let end = 0;
  for (const character of name) {
    room -= utf8Length(character);
    if (room < 0) break;
    end += character.length;
  }
  return trimEnd(name.slice(0, end)) + extension;
}

// A regular expression that is anchored at the end only takes quadratic time.
function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && /[\s.]/.test(text[end - 1]!)) end--;
  return text.slice(0, end);
}

function utf8Length(text: string): number {
  return encoder.encode(text).length;
}

const encoder = new TextEncoder();
