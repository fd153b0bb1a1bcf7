/**
 * A second reading of the grammar of answers, to compare lib/http1's client with: whole inputs only, made of expressions
 * instead of states, and written without a look at it. Whatever is not an answer by it must not be one for the client, and
 * the other way round.
 *
 * @module
 */
import type { Asking } from "../../tests/upstream/cases.ts";
import { dataLine } from "../../tests/wire/driver.ts";
import { escape } from "../../tests/wire/escape.ts";
import type { WireLimits } from "../../lib/http1/limits.ts";
import { type Body, FIELD_LINE, matchAt, readChunks, readLength, sectionFits } from "./http1_reference.ts";

const HEAD = new RegExp(
  `(HTTP/1\\.([01]) ([1-9]\\d\\d)(?: ([\\t\\x20-\\x7e\\x80-\\xff]*))?)\\r\\n((?:${FIELD_LINE})*\\r\\n)`,
  "y",
);

const MOST_INTERIM = 16;

/** The events of an answer as the driver of the cases words them, as far as it breaks no rule: all but the last. */
export function referenceLines(input: string, asking: Asking, limits: WireLimits, ends: boolean): string[] {
  const lines: string[] = [];
  let at = 0;
  for (let interim = 0;; interim++) {
    const head = matchAt(HEAD, input, at);
    if (!head) return lines;
    const [all, line = "", minor = "", code = "", reason = "", section = ""] = head;
    if (line.length > limits.requestLine || !sectionFits(section, limits)) return lines;
    const status = Number(code), fields = fieldsOf(section);
    at += all.length;
    if (status === 101) {
      return isSwitch(minor, fields, asking) ? [...lines, "switched", ...fieldLines(fields)] : lines;
    }
    if (status < 200) {
      if (interim === MOST_INTERIM) return lines;
      lines.push(`interim ${status}`, ...fieldLines(fields));
      continue;
    }
    const framing = framingOf(asking, status, minor, fields);
    if (framing === undefined) return lines;
    lines.push(escape(`response ${status} body=${framing}${reason && ` ${reason}`}`), ...fieldLines(fields));
    const { data, end } = contentOf(framing, input, at, limits, ends);
    if (data !== "") lines.push(dataLine(data));
    return end === undefined ? lines : [...lines, "end of message"];
  }
}

type Fields = readonly (readonly [name: string, value: string])[];

function fieldsOf(section: string): Fields {
  return section.split("\r\n").slice(0, -2).map((line) => {
    const [, name = "", value = ""] = /^([^:]+):[\t ]*(.*?)[\t ]*$/.exec(line)!;
    return [name, value] as const;
  });
}

function fieldLines(fields: Fields): string[] {
  return fields.map(([name, value]) => `field ${name}:${value && " "}${escape(value)}`);
}

function named(fields: Fields, wanted: string): string[] {
  return fields.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value);
}

function listOf(values: readonly string[]): string[] {
  return values.join(",").toLowerCase().split(/[\t ]*,[\t ]*/).filter((member) => member.trim() !== "");
}

function isSwitch(minor: string, fields: Fields, { asks, isUnfinished }: Asking): boolean {
  if (asks === undefined || isUnfinished || minor === "0") return false;
  const offered = listOf([asks]), chosen = listOf(named(fields, "upgrade"));
  return listOf(named(fields, "connection")).includes("upgrade") && chosen.length > 0 &&
    chosen.every((protocol) => offered.includes(protocol));
}

type Framing = "none" | "chunked" | "until-close" | number;

/** Undefined where it breaks a rule. */
function framingOf(
  { method, isUnfinished }: Asking,
  status: number,
  minor: string,
  fields: Fields,
): Framing | undefined {
  const lengths = named(fields, "content-length"), codings = named(fields, "transfer-encoding");
  const isChunked = codings.length > 0;
  if (
    isChunked &&
    (minor === "0" || lengths.length > 0 || codings.length > 1 || !/^chunked$/i.test(codings[0]!))
  ) {
    return undefined;
  }
  if (lengths.length > 1 || lengths.length === 1 && !/^\d+$/.test(lengths[0]!)) return undefined;
  const length = Number(lengths[0] ?? 0);
  if (length > Number.MAX_SAFE_INTEGER) return undefined;
  if ((method === "HEAD" && !isUnfinished) || status === 204 || status === 304) return "none";
  if (isChunked) return "chunked";
  return lengths.length === 1 ? length : "until-close";
}

function contentOf(framing: Framing, input: string, start: number, limits: WireLimits, ends: boolean): Body {
  switch (framing) {
    case "none":
      return { data: "", end: start };
    case "chunked":
      return readChunks(input, start, limits);
    case "until-close":
      return { data: input.slice(start), end: ends ? input.length : undefined };
    default:
      return readLength(input, start, framing);
  }
}
