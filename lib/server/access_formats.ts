/**
 * The formats of the access log: Apache's common and combined ones, and JSON. What clients sent is escaped, so that it
 * can neither forge a line nor drive a terminal.
 *
 * @module
 */
import { controlEscaper, CONTROLS } from "../bytes/controls.ts";
import { MONTHS, TWO_DIGITS } from "../http/date.ts";
import { perSecond } from "../http/per_second.ts";

/** One exchange, as it is logged. */
export interface AccessEntry {
  readonly remote: string;
  readonly host: string;
  /** Empty where no request could be read. */
  readonly method: string;
  readonly target: string;
  readonly protocol: string;
  readonly status: number;
  /** Bytes of the body that were sent, without framing. */
  readonly bytes: number;
  /** Milliseconds from the end of the request's head to the end of the response; 0 where it was not taken. */
  readonly duration: number;
  readonly referer: string | undefined;
  readonly userAgent: string | undefined;
  /** Who has logged in. */
  readonly user?: string | undefined;
  /** What was slow or broken on purpose. */
  readonly weather?: string | undefined;
}

/** Characters of what a client sent that are logged of each field: no browser sends more in one of these. */
const LONGEST = 8 * 1024;

/** What is too much is left away, and said in its place: else a client would fill the log, and others be dropped. */
function bounded(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}...[${text.length} characters, cut]`;
}

/** A line of the JSON format. */
export function jsonLine(entry: AccessEntry, now: number, worker: number): string {
  return JSON.stringify({
    time: new Date(now).toISOString(),
    remote: entry.remote,
    host: bounded(entry.host),
    method: bounded(entry.method),
    target: bounded(entry.target),
    protocol: entry.protocol,
    status: entry.status,
    bytes: entry.bytes,
    duration_ms: Math.round(entry.duration * 1000) / 1000,
    referer: entry.referer === undefined ? null : bounded(entry.referer),
    user_agent: entry.userAgent === undefined ? null : bounded(entry.userAgent),
    worker,
    // Where nobody has logged in the key is not there.
    user: entry.user,
    weather: entry.weather,
  }).replace(C1_CONTROLS, (character) => "\\u00" + character.charCodeAt(0).toString(16));
}

/** JSON leaves these as they are, but some terminals obey them. */
const C1_CONTROLS = /[\x7f-\x9f]/g;

/** A line of the common format, or the combined format with Referer and User-Agent behind it. */
export function commonLine(entry: AccessEntry, now: number, combined: boolean): string {
  const request = entry.method === "" ? "-" : escape(
    `${bounded(entry.method)} ${bounded(entry.target)} ${entry.protocol}`,
  );
  const line = `${entry.remote} - ${userText(entry.user)} [${
    logTime(now)
  }] "${request}" ${entry.status} ${entry.bytes}`;
  return combined ? `${line} "${optional(entry.referer)}" "${optional(entry.userAgent)}"` : line;
}

/** SECURITY: one word, whatever the name is: a space in it would shift all that stands behind. */
function userText(user: string | undefined): string {
  return user === undefined ? "-" : escape(user).replaceAll(" ", "\\x20");
}

const UNSAFE = new RegExp(`["\\\\${CONTROLS}]`);
const escapeControls = controlEscaper();

function optional(value: string | undefined): string {
  return value === undefined ? "-" : escape(bounded(value));
}

/** Like Apache and nginx: a backslash before quotes and backslashes, `\xHH` for control characters. */
function escape(text: string): string {
  // PERF: hardly any text has one.
  return UNSAFE.test(text) ? escapeControls(text.replace(/["\\]/g, "\\$&")) : text;
}

/** `22/Nov/2026:18:43:45 +0000`. PERF: made once in a second. */
const logTime = perSecond((second) => {
  const date = new Date(second);
  return `${TWO_DIGITS[date.getUTCDate()]}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}:` +
    `${TWO_DIGITS[date.getUTCHours()]}:${TWO_DIGITS[date.getUTCMinutes()]}:` +
    `${TWO_DIGITS[date.getUTCSeconds()]} +0000`;
});
