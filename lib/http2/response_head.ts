/**
 * The head of a response as a header block: RFC 9113 section 8.3.2. It is the same on every connection, since nothing is
 * put into the peer's table; so of most responses only a few bytes are made anew.
 *
 * @module
 */
import { formatHttpDate } from "../http/date.ts";
import type { FieldBlock } from "../http/fields.ts";
import { perSecond } from "../http/per_second.ts";
import { encodeField, encodeFields, encodeStatus, fieldRoom, STATUS_ROOM } from "./hpack/encoder.ts";

/** The head of a final response. */
export interface ResponseHead {
  readonly status: number;
  /** Without those of the framing, Date and Server. Those that HTTP/2 does not have (section 8.2.2) are left out. */
  readonly fields: FieldBlock;
  /** For content-length; undefined sends none. */
  readonly length: number | undefined;
  /** Wall-clock milliseconds, for Date. */
  readonly now: number;
}

const LENGTH_ROOM = fieldRoom("content-length", String(Number.MAX_SAFE_INTEGER));

/** Room that writeResponseHead() needs at most. */
export function headRoom({ fields, now }: ResponseHead): number {
  return STATUS_ROOM + commonFields(now).length + fieldBytes(fields).length + LENGTH_ROOM;
}

/** Writes the block and gives the offset behind it. */
export function writeResponseHead(head: ResponseHead, into: Uint8Array, offset: number): number {
  offset = encodeStatus(head.status, into, offset);
  offset = copy(commonFields(head.now), into, offset);
  offset = copy(fieldBytes(head.fields), into, offset);
  if (head.length === undefined) return offset;
  return encodeField("content-length", String(head.length), into, offset);
}

/** The block of an interim response (RFC 9110 section 15.2): without Date, Server, or anything else of ours. */
export function interimBlock(status: number, { names, values }: FieldBlock): Uint8Array {
  const allNames = [":status"], allValues = [String(status)];
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!.toLowerCase();
    if (NOT_IN_HTTP2.has(name)) continue;
    allNames.push(name);
    allValues.push(values[i]!);
  }
  return encodeFields(allNames, allValues);
}

function copy(bytes: Uint8Array, into: Uint8Array, offset: number): number {
  into.set(bytes, offset);
  return offset + bytes.length;
}

/** Server and Date. PERF: made once in a second. */
const commonFields = perSecond((second) =>
  encodeFields(["server", "date"], ["webserv", formatHttpDate(second)])
);

const SNIFFING = "x-content-type-options";

/** SECURITY: of every response, unless it says otherwise itself: see NO_SNIFFING in lib/http1/writer. */
const NO_SNIFFING = encodeFields([SNIFFING], ["nosniff"]);

/** Section 8.2.2: they belong to a connection of HTTP/1.1. */
const NOT_IN_HTTP2: ReadonlySet<string> = new Set(
  ["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"],
);

/** PERF: made once for each block, and only of those lines that the block it begins with has not. */
function fieldBytes(block: FieldBlock): Uint8Array {
  if (block.http2Bytes !== undefined) return block.http2Bytes;
  const { base, names, values } = block;
  let first = base === undefined ? NO_SNIFFING : fieldBytes(base);
  const newNames: string[] = [], newValues: string[] = [];
  for (let i = base?.size ?? 0; i < names.length; i++) {
    const name = names[i]!.toLowerCase();
    if (NOT_IN_HTTP2.has(name)) continue;
    if (name === SNIFFING && beginsWith(first, NO_SNIFFING)) first = first.subarray(NO_SNIFFING.length);
    newNames.push(name);
    newValues.push(values[i]!);
  }
  if (newNames.length === 0) return block.http2Bytes = first;
  const rest = encodeFields(newNames, newValues);
  const bytes = new Uint8Array(first.length + rest.length);
  bytes.set(first);
  bytes.set(rest, first.length);
  return block.http2Bytes = bytes;
}

function beginsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return start.every((byte, i) => bytes[i] === byte);
}
