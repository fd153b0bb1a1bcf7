/**
 * Feeds a multipart body piece by piece and writes down what comes of it, a line an event.
 *
 * @module
 */
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { decodeLatin1 } from "../../../lib/bytes/latin1.ts";
import { HttpError } from "../../../lib/http/errors.ts";
import type { FieldBlock } from "../../../lib/http/fields.ts";
import { type MultipartLimits, MultipartParser } from "../../../lib/http/multipart/parser.ts";
import { escape } from "../../wire/escape.ts";

export const DEFAULT_LIMITS: MultipartLimits = { partHeader: 8192, parts: 1000 };

/** How a body is fed. */
export interface DriveOptions {
  readonly boundary: string;
  readonly limits?: MultipartLimits;
  /** The input ends behind the last piece; true if not given. */
  readonly inputEnds?: boolean;
  readonly onPart?: (fields: FieldBlock) => void;
}

/**
 * The events: `part NAME: VALUE|...`, `data ...` (all of a part in one, escaped), `end of part`, and at last `end`,
 * `need data`, or the status and message of an error. All bytes are overwritten once
 * they are read.
 */
export function drive(pieces: readonly Uint8Array[], options: DriveOptions): string[] {
  const { boundary, limits = DEFAULT_LIMITS, inputEnds = true, onPart } = options;
  const parser = new MultipartParser(boundary, limits);
  const lines: string[] = [];
  let data = "";
  const flush = () => {
    if (data !== "") lines.push(`data ${escape(data)}`);
    data = "";
  };
  /** False after the last event. */
  const drain = (): boolean => {
    while (true) {
      const event = parser.next();
      if (event.type === "need data") return true;
      if (event.type === "data") {
        assert(event.bytes.length > 0);
        data += decodeLatin1(event.bytes);
        event.bytes.fill(0x2d);
        continue;
      }
      flush();
      if (event.type === "end") {
        assertEquals(parser.next().type, "end");
        return false;
      }
      if (event.type === "part") {
        onPart?.(event.fields);
        const { names, values } = event.fields;
        lines.push(escape(`part ${names.map((name, i) => `${name}: ${values[i]}`).join("|")}`));
      } else lines.push(event.type);
    }
  };
  try {
    let goesOn = true;
    for (const piece of pieces) {
      const copy = piece.slice();
      parser.push(copy);
      goesOn = drain();
      copy.fill(0x2d);
    }
    if (inputEnds) {
      parser.endOfInput();
      goesOn = drain();
      assert(!goesOn);
    }
    flush();
    lines.push(goesOn ? "need data" : "end");
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    assertStrictEquals(assertThrows(() => parser.next()), error);
    flush();
    lines.push(`${error.status} ${error.message}`);
  }
  return lines;
}
