/**
 * Reads the cases of answers, Markdown documents whose form README.md describes.
 *
 * @module
 */
import { encodeLatin1 } from "../../lib/bytes/latin1.ts";
import type { WireLimits } from "../../lib/http1/limits.ts";
import { readDocuments, readSections, type Section, setLimits } from "../support/case_documents.ts";
import { DEFAULT_LIMITS, LIMIT_NAMES } from "../wire/cases.ts";
import { inputOf } from "../wire/escape.ts";

/** What the server is asked, each time. */
export interface Asking {
  readonly method: string;
  /** The value of Upgrade; undefined where it is not sent. */
  readonly asks: string | undefined;
  /** The content of the request is not over. */
  readonly isUnfinished: boolean;
}

/** One section of a document. */
export interface AnswerCase extends Asking {
  readonly document: string;
  readonly title: string;
  /** What the server sends for each request. */
  readonly answers: readonly Uint8Array[];
  readonly events: readonly string[];
  readonly limits: WireLimits;
  /** The server ends its side after all that, or the connection breaks. */
  readonly end: "ends" | "breaks" | undefined;
}

/** All cases of this folder's documents. */
export function readAnswerCases(): AnswerCase[] {
  return readDocuments(
    new URL(".", import.meta.url),
    (document, text) => readSections(text).map((section) => caseOf(document, section)),
  );
}

function caseOf(document: string, { title, options, blocks }: Section): AnswerCase {
  const named = (wanted: string) => blocks.filter(([name]) => name === wanted).map(([, lines]) => lines);
  const answers = named("answer"), [events] = named("events");
  if (answers.length === 0 || events === undefined) {
    throw new Error(`${document}: "${title}" has no answer or no events`);
  }
  const limits: { -readonly [K in keyof WireLimits]: number } = { ...DEFAULT_LIMITS };
  let method = "GET", asks: string | undefined, isUnfinished = false, end: AnswerCase["end"];
  for (const line of options) {
    const [key, value = ""] = line.split(": ");
    if (key === "method") method = value;
    else if (key === "asks") asks = value;
    else if (line === "content: unfinished") isUnfinished = true;
    else if (line === "input: ends" || line === "input: breaks") end = value as "ends" | "breaks";
    else if (key === "limits") setLimits(limits, LIMIT_NAMES, value, document);
    else throw new Error(`${document}: there is no option "${line}"`);
  }
  const bytes = answers.map((lines) => encodeLatin1(inputOf(lines)));
  return { document, title, answers: bytes, events, method, asks, isUnfinished, limits, end };
}
