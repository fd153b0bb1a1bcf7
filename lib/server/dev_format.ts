/**
 * The access log for the person at a terminal: one line for each response, cut at the terminal's width, with the reason
 * where something went wrong. Colours are added to whole lines by whoever owns the terminal, so that nothing which
 * drives a terminal has to come from where clients' bytes are handled.
 *
 * @module
 */
import { columnsOf, cutToColumns } from "../bytes/columns.ts";
import { CONTROLS } from "../bytes/controls.ts";
import { TWO_DIGITS } from "../http/date.ts";
import { isLoopback } from "../http/endpoint.ts";
import { perSecond } from "../http/per_second.ts";
import { reasonPhrase } from "../http/status.ts";
import { formatSize } from "../pages/size.ts";
import type { AccessEntry } from "./access_formats.ts";

/** What a line has besides what all formats have. */
export interface DevDetails {
  /** The address that the client came to. */
  readonly local: string;
  /** Why the answer is an error; undefined where that is not known. */
  readonly why: string | undefined;
  /** The host tells what was asked for as much as the path does. */
  readonly showsHost?: boolean;
}

/** A path is not cut to fewer columns for the sake of what stands behind it. */
const SHORTEST_PATH = 16;

/** Less of a reason says nothing. */
const SHORTEST_REASON = 8;

const GAP = "  ";

/**
 * For example `10:00:03 404 GET  /a.txt  512 B  0.4 ms  192.0.2.1  not in /srv/www`.
 *
 * @param columns of the terminal; undefined: nothing is cut
 */
export function devLine(
  entry: AccessEntry,
  { local, why, showsHost = false }: DevDetails,
  now: number,
  columns: number | undefined,
): string {
  const head = `${localTime(now)} ${entry.status} ${escape(entry.method || "-").padEnd(4)} `;
  const path = escape(readable(entry.target || "-"));
  const parts = [formatSize(entry.bytes)];
  if (entry.duration > 0) parts.push(formatDuration(entry.duration));
  if (showsHost && entry.host !== "") parts.push(escape(entry.host));
  const client = withoutMapping(entry.remote);
  if (!isLoopback({ hostname: client }) && client !== withoutMapping(local)) parts.push(client);
  if (entry.user !== undefined) parts.push(escape(entry.user));
  const reason = [weatherOf(entry.weather), reasonOf(entry.status, why)].filter((text) => text !== "").join(
    GAP,
  );
  const line = head + [path, ...parts, ...reason === "" ? [] : [reason]].join(GAP);
  return columns === undefined || columnsOf(line) <= columns
    ? line
    : fitted(head, path, parts, reason, columns);
}

/** What is behind the path goes as a whole; the path and the reason share what room there is. */
function fitted(head: string, path: string, parts: readonly string[], reason: string, columns: number) {
  const pathColumns = columnsOf(path);
  let room = columns - columnsOf(head);
  let behind = "";
  for (const part of parts) {
    if (room - GAP.length - part.length < Math.min(pathColumns, SHORTEST_PATH)) break;
    behind += GAP + part;
    room -= GAP.length + part.length;
  }
  const reasonColumns = columnsOf(reason);
  const least = Math.min(pathColumns, Math.max(SHORTEST_PATH, Math.ceil(room / 2)));
  const shared = cutToColumns(path, Math.max(least, room - reasonColumns - GAP.length));
  const left = room - columnsOf(shared) - GAP.length;
  const line = reason !== "" && left >= Math.min(SHORTEST_REASON, reasonColumns)
    ? head + shared + behind + GAP + cutToColumns(reason, left)
    : head + cutToColumns(path, Math.max(SHORTEST_PATH, room)) + behind;
  return cutToColumns(line, columns);
}

/** So that nobody looks for a fault that was made on purpose. */
function weatherOf(weather: string | undefined): string {
  return weather === undefined ? "" : `weather: ${escape(weather)}`;
}

function reasonOf(status: number, why: string | undefined): string {
  if (status < 400 || why === undefined) return "";
  const [first = ""] = why.split("\n", 1);
  return first === reasonPhrase(status) ? "" : escape(first);
}

/** `0.4 ms`, `38 ms`, `1.2 s`, `95 s`. */
function formatDuration(milliseconds: number): string {
  if (milliseconds < 9.95) return `${milliseconds.toFixed(1)} ms`;
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`;
  return milliseconds < 9950
    ? `${(milliseconds / 1000).toFixed(1)} s`
    : `${Math.round(milliseconds / 1000)} s`;
}

/** On a socket of IPv6 a client that came by IPv4 has this before its address. */
function withoutMapping(address: string): string {
  return /^::ffff:[\d.]+$/.test(address) ? address.slice("::ffff:".length) : address;
}

/** Letters of other alphabets as they are; whatever else is encoded stays so. */
function readable(target: string): string {
  return target.replace(/(?:%[89A-F][0-9A-F])+/gi, (encoded) => {
    try {
      const text = decodeURIComponent(encoded);
      return /[\p{C}\p{Z}]/u.test(text) ? encoded : text;
    } catch {
      // It is not UTF-8.
      return encoded;
    }
  });
}

/** SECURITY: besides control characters, what makes a terminal show a line in another order, or nothing at all. */
const UNSAFE = `[${CONTROLS}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]`;
const ANY_UNSAFE = new RegExp(UNSAFE, "u"), EACH_UNSAFE = new RegExp(UNSAFE, "gu");

function escape(text: string): string {
  if (!ANY_UNSAFE.test(text)) return text;
  return text.replace(EACH_UNSAFE, (character) => {
    const code = character.codePointAt(0)!.toString(16).toUpperCase();
    return code.length > 2 ? `\\u{${code}}` : `\\x${code.padStart(2, "0")}`;
  });
}

/** `10:00:03`, by the clock on the wall. */
export const localTime = perSecond((second) => {
  const date = new Date(second);
  return `${TWO_DIGITS[date.getHours()]}:${TWO_DIGITS[date.getMinutes()]}:${TWO_DIGITS[date.getSeconds()]}`;
});

/** SECURITY: once its start matches, all of a line does: a worker that was taken over cannot have it tried again and again. */
const LINE = /^(\d\d:\d\d:\d\d) (\d\d\d) (\S+)( +)(\S+)((?: {2}\d[\d.]* (?:[KMGTP]iB|B|m?s)){0,2})(.*)$/us;

/** By the class of a status. */
const COLOURS: Readonly<Record<string, number>> = { 1: 36, 2: 32, 3: 36, 4: 33, 5: 31 };

/** A line of devLine(), cut or not, with colours; anything else as it is. */
export function coloured(line: string): string {
  const [, time, status, method, space, path, sizes, rest] = LINE.exec(line) ?? [];
  if (status === undefined) return line;
  const colour = COLOURS[status[0]!] ?? 0;
  const shownMethod = method === "GET" ? sgr(2, method) : method;
  const query = path!.indexOf("?"), end = query < 0 ? path!.length : query;
  const shownPath = path!.slice(0, end), dimmed = sgr(2, path!.slice(end) + sizes!);
  return `${sgr(2, time!)} ${sgr(colour, status)} ${shownMethod}${space}${shownPath}${dimmed}${
    status >= "400" ? sgr(colour, rest!) : rest
  }`;
}

/** Select graphic rendition (ECMA-48 section 8.3.117). */
function sgr(code: number, text: string): string {
  return text === "" ? "" : `\x1b[${code}m${text}\x1b[0m`;
}
