/**
 * Requests as rows of a table that fits a terminal.
 *
 * @module
 */
import { columnsOf, cutToColumns } from "../bytes/columns.ts";
import { controlEscaper } from "../bytes/controls.ts";
import type { RequestSummary } from "../inspector/record.ts";

/** How it is shown. */
export interface TableStyle {
  readonly colour: boolean;
  /** Undefined: nothing is cut. */
  readonly columns: number | undefined;
}

const GAP = "  ";

/** Columns of what stands before the address: their widths, which longer texts overstep. */
const ID = 5, TIME = 8, STATUS = 6, METHOD = 6, DURATION = 8;

/** An address is not cut to fewer columns for the sake of what stands behind it. */
const SHORTEST_URL = 20;

const escaped = controlEscaper();

/** The row above them all. */
export function tableHead(style: TableStyle): string {
  const head = row(
    [
      "id".padStart(ID),
      "time".padEnd(TIME),
      "status",
      "method".padEnd(METHOD),
      "took".padStart(DURATION),
    ],
    "url",
    "location",
    style,
  );
  return paint(head, 2, style);
}

/** One request. */
export function tableRow(summary: RequestSummary, style: TableStyle): string {
  const { id, time, status, method, duration_ms: duration, url, location, line } = summary;
  const place = [escaped(location), line === null ? "" : `(line ${line})`].filter((text) => text !== "").join(
    " ",
  );
  const shown = status === 0 ? "-" : String(status);
  const text = row(
    [
      String(id).padStart(ID),
      localTime(time),
      shown.padEnd(STATUS),
      escaped(method).padEnd(METHOD),
      formatDuration(duration).padStart(DURATION),
    ],
    escaped(url.replace(/^[a-z]+:\/\//, "")),
    place,
    style,
  );
  return paint(text, COLOURS[Math.floor(status / 100)] ?? 0, style);
}

/** Codes of ECMA-48 section 8.3.117, by the class of the status. */
const COLOURS: Readonly<Record<number, number>> = { 0: 35, 3: 36, 4: 33, 5: 31 };

function row(cells: readonly string[], url: string, place: string, { columns }: TableStyle): string {
  const head = cells.join(GAP) + GAP;
  if (columns === undefined) return head + [url, place].filter((text) => text !== "").join(GAP);
  const room = columns - columnsOf(head), behind = place === "" ? 0 : GAP.length + columnsOf(place);
  const fits = behind > 0 && room - behind >= Math.min(SHORTEST_URL, columnsOf(url));
  if (!fits) return cutToColumns(head + url, columns);
  const shown = cutToColumns(url, room - behind);
  return `${head}${shown}${GAP}${place}`;
}

function paint(text: string, code: number, { colour }: TableStyle): string {
  return colour && code !== 0 ? `\x1b[${code}m${text}\x1b[0m` : text;
}

function localTime(time: string): string {
  const date = new Date(time);
  const two = (value: number) => String(value).padStart(2, "0");
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
}

function formatDuration(milliseconds: number): string {
  if (milliseconds < 10) return `${milliseconds.toFixed(1)} ms`;
  return milliseconds < 10_000 ? `${Math.round(milliseconds)} ms` : `${Math.round(milliseconds / 1000)} s`;
}
