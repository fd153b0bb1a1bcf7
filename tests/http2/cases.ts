/**
 * Reads the cases of this folder, Markdown documents whose form README.md describes.
 *
 * @module
 */
import type { DriveOptions } from "./driver.ts";
import { readDocuments, setLimits } from "../support/case_documents.ts";

/** What the server has by default, but for fewer streams. */
const LIMITS = { requestLine: 8192, headerFields: 32_768, headerCount: 100, streams: 100 };

/** One section of a document. */
export interface Http2Case {
  readonly document: string;
  readonly title: string;
  /** Frames of the client, and actions of the server behind a "!". */
  readonly steps: readonly string[];
  /** Events and frames of the server; "..." stands for any lines. */
  readonly expected: readonly string[];
  readonly options: DriveOptions;
  /** The preface and SETTINGS are sent before the steps. */
  readonly hasPreface: boolean;
  /** How much happens depends on what is read at once. */
  readonly isWholeOnly: boolean;
}

const LIMIT_NAMES: Readonly<Record<string, keyof typeof LIMITS>> = {
  request_line: "requestLine",
  header_fields: "headerFields",
  header_count: "headerCount",
  streams: "streams",
};

/** All cases of this folder's documents. */
export function readHttp2Cases(): Http2Case[] {
  return readDocuments(new URL(".", import.meta.url), parseDocument);
}

function parseDocument(document: string, text: string): Http2Case[] {
  const [intro = "", ...sections] = text.split(/^## /m);
  return sections.map((section) => {
    const title = section.slice(0, section.indexOf("\n"));
    const block = (name: string) => {
      const match = new RegExp(`^\`\`\`${name}\n(.*?)^\`\`\``, "ms").exec(section);
      if (match === null) throw new Error(`${document}: "${title}" has no block "${name}"`);
      return match[1]!.split("\n").slice(0, -1);
    };
    return {
      document,
      title,
      steps: block("client"),
      expected: block("server"),
      // Those of a section come last, so they count.
      ...optionsOf(document, [...optionLines(intro), ...optionLines(section)]),
    };
  });
}

function optionLines(text: string): (readonly [key: string, value: string])[] {
  return [...text.matchAll(/^- (\w+): (.*)$/gm)].map(([, key, value]) => [key!, value!] as const);
}

function optionsOf(
  document: string,
  lines: readonly (readonly [key: string, value: string])[],
): Pick<Http2Case, "options" | "hasPreface" | "isWholeOnly"> {
  const limits = { ...LIMITS };
  let answer: number | undefined = 0, hasPreface = true, isWholeOnly = false;
  let extendedConnect = false, keepsContent = false, room = 65_536;
  for (const [key, value] of lines) {
    if (key === "answer") answer = value === "none" ? undefined : Number(value);
    else if (key === "preface" && value === "none") hasPreface = false;
    else if (key === "pieces" && value === "whole") isWholeOnly = true;
    else if (key === "content" && value === "kept") keepsContent = true;
    else if (key === "room") room = Number(value);
    else if (key === "extended" && value === "connect") extendedConnect = true;
    else if (key === "limits") setLimits(limits, LIMIT_NAMES, value, document);
    else throw new Error(`${document}: there is no option "${key}: ${value}"`);
  }
  return { options: { limits, answer, extendedConnect, keepsContent, room }, hasPreface, isWholeOnly };
}
