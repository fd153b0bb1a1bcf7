/**
 * Reads the wire cases, Markdown documents whose form README.md describes.
 *
 * @module
 */
import { encodeLatin1 } from "../../lib/bytes/latin1.ts";
import type { WireLimits } from "../../lib/http1/limits.ts";
import { inputOf } from "./escape.ts";
import { readDocuments, readSections, setLimits } from "../support/case_documents.ts";

/** What the server has by default. */
export const DEFAULT_LIMITS: WireLimits = { requestLine: 8192, headerFields: 32768, headerCount: 100 };

/** One section of a document. */
export interface WireCase {
  readonly document: string;
  readonly title: string;
  readonly input: Uint8Array<ArrayBuffer>;
  readonly events: readonly string[];
  readonly limits: WireLimits;
  /** Refusals of DESIGN.md section 4 that it is an example of. */
  readonly covers: readonly string[];
  /** The client ends its side after the input. */
  readonly inputEnds: boolean;
  /** Each request is answered as soon as it is whole. */
  readonly answers: boolean;
}

/** Limits as the documents name them. */
export const LIMIT_NAMES: Readonly<Record<string, keyof WireLimits>> = {
  request_line: "requestLine",
  header_fields: "headerFields",
  header_count: "headerCount",
};

/** All cases of this folder's documents. */
export function readWireCases(): WireCase[] {
  return readDocuments(new URL(".", import.meta.url), parseDocument);
}

/** The cases of one document. */
export function parseDocument(document: string, text: string): WireCase[] {
  return readSections(text).map(({ title, options, blocks: list }) => {
    const blocks = new Map(list), request = blocks.get("request"), events = blocks.get("events");
    if (!request || !events) throw new Error(`${document}: "${title}" has no request or no events`);
    return {
      document,
      title,
      input: encodeLatin1(inputOf(request)),
      events,
      ...optionsOf(document, options),
    };
  });
}

function optionsOf(
  document: string,
  lines: readonly string[],
): Pick<WireCase, "limits" | "covers" | "inputEnds" | "answers"> {
  const limits: { -readonly [K in keyof WireLimits]: number } = { ...DEFAULT_LIMITS };
  const covers: string[] = [];
  let inputEnds = false, answers = true;
  for (const line of lines) {
    const [key, value = ""] = line.split(": ");
    if (key === "covers") covers.push(value);
    else if (key === "input" && value === "ends") inputEnds = true;
    else if (key === "answer" && value === "never") answers = false;
    else if (key === "limits") setLimits(limits, LIMIT_NAMES, value, document);
    else throw new Error(`${document}: there is no option "${line}"`);
  }
  return { limits, covers, inputEnds, answers };
}
