/**
 * The other end of FastCGI for tests, written from the specification and with nothing of lib/fastcgi in it: makes records,
 * and takes requests apart.
 *
 * @module
 */
import { toBytes, toText } from "../support/wire.ts";

export const END = 3, STDOUT = 6, STDERR = 7;

/** What a record may have besides its content. */
export interface RecordOptions {
  readonly id?: number;
  readonly version?: number;
  readonly padding?: number;
}

/** One record. */
export function record(
  type: number,
  content: string | Uint8Array,
  { id = 1, version = 1, padding = 0 }: RecordOptions = {},
): Uint8Array {
  const bytes = typeof content === "string" ? toBytes(content) : content;
  const head = [version, type, id >> 8, id & 255, bytes.length >> 8, bytes.length & 255, padding, 0];
  return concat(Uint8Array.from(head), bytes, new Uint8Array(padding).fill(0xee));
}

/** END_REQUEST. */
export function end(options: RecordOptions = {}, status = 0, ending = 0): Uint8Array {
  const content = new Uint8Array(8);
  new DataView(content.buffer).setInt32(0, status);
  content[4] = ending;
  return record(END, content, options);
}

/** A whole answer: output, its end, END_REQUEST. */
export function answer(output: string, options: RecordOptions = {}): Uint8Array {
  return concat(record(STDOUT, output, options), record(STDOUT, "", options), end(options));
}

export function concat(...pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** A request as far as it has come. */
export interface ReceivedRequest {
  readonly id: number;
  readonly role: number;
  readonly keeps: boolean;
  readonly params: Readonly<Record<string, string>>;
  readonly body: string;
  /** Its body has ended. */
  readonly isWhole: boolean;
  /** Types of its records and bytes of their content, in order. */
  readonly records: readonly string[];
}

/** Takes apart all that has come on a connection. @throws {Error} for what is no FastCGI */
export function requestsOf(bytes: Uint8Array): ReceivedRequest[] {
  const requests: { -readonly [K in keyof ReceivedRequest]: ReceivedRequest[K] }[] = [];
  let params = new Uint8Array();
  for (let at = 0; at + 8 <= bytes.length;) {
    const [version, type, id1, id0, length1, length0, padding] = bytes.subarray(at, at + 8);
    const id = id1! * 256 + id0!, length = length1! * 256 + length0!;
    if (version !== 1) throw new Error(`version ${version}`);
    const content = bytes.slice(at + 8, at + 8 + length);
    if (content.length < length) break;
    at += 8 + length + padding!;
    if (type === 1) {
      if (length !== 8) throw new Error("BEGIN_REQUEST");
      const keeps = (content[2]! & 1) === 1;
      requests.push({ id, role: content[1]!, keeps, params: {}, body: "", isWhole: false, records: [] });
      params = new Uint8Array();
      continue;
    }
    const request = requests.at(-1)!;
    if (request.id !== id) throw new Error(`request ${id} instead of ${request.id}`);
    request.records = [...request.records, `${type}:${length}`];
    if (type === 4 && length > 0) params = concat(params, content) as Uint8Array<ArrayBuffer>;
    else if (type === 4) request.params = pairsOf(params);
    else if (type === 5 && length > 0) request.body += toText(content);
    else if (type === 5) request.isWhole = true;
    else throw new Error(`a record of the type ${type}`);
  }
  return requests;
}

function pairsOf(bytes: Uint8Array): Record<string, string> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length), decoder = new TextDecoder();
  const pairs: Record<string, string> = {};
  let at = 0;
  const length = () => {
    if (bytes[at]! < 128) return bytes[at++]!;
    at += 4;
    return view.getUint32(at - 4) & 0x7fffffff;
  };
  while (at < bytes.length) {
    const nameLength = length(), valueLength = length();
    const name = decoder.decode(bytes.subarray(at, at += nameLength));
    pairs[name] = decoder.decode(bytes.subarray(at, at += valueLength));
  }
  if (at !== bytes.length) throw new Error("names and values are cut short");
  return pairs;
}
