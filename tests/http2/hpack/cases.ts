/**
 * Reads the cases of header blocks, Markdown documents whose form README.md describes.
 *
 * @module
 */
import type { FieldLimits } from "../../../lib/http2/hpack/field_list.ts";
import { unescape, unescapeBytes } from "../../wire/escape.ts";
import { readDocuments, setLimits } from "../../support/case_documents.ts";

/** One header block. */
export interface Block {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Sizes of the table that have been acknowledged before it. */
  readonly acknowledged: readonly number[];
  readonly result: readonly string[];
}

/** The limits of a decoder and its list. */
export interface BlockLimits extends FieldLimits {
  readonly blockBytes: number;
}

/** One section of a document. */
export interface BlockCase {
  readonly document: string;
  readonly title: string;
  readonly blocks: readonly Block[];
  readonly limits: BlockLimits;
  readonly tableSize: number | undefined;
}

/** What the server has by default. */
export const DEFAULT_LIMITS: BlockLimits = {
  requestLine: 8192,
  headerFields: 32768,
  headerCount: 100,
  blockBytes: 4 * (8192 + 32768),
};

const OPTION_NAMES: Readonly<Record<string, keyof BlockLimits>> = {
  request_line: "requestLine",
  header_fields: "headerFields",
  header_count: "headerCount",
  block_bytes: "blockBytes",
};

/** All cases of this folder's documents. */
export function readBlockCases(): BlockCase[] {
  return readDocuments(new URL(".", import.meta.url), parseDocument);
}

interface Section {
  readonly title: string;
  readonly options: string[];
  readonly fences: { readonly kind: string; readonly lines: string[] }[];
}

function parseDocument(document: string, text: string): BlockCase[] {
  const sections: Section[] = [];
  let lines: string[] | undefined;
  for (const line of text.split("\n")) {
    const section = sections.at(-1);
    if (lines !== undefined) {
      if (line === "```") lines = undefined;
      else lines.push(line);
    } else if (line.startsWith("## ")) sections.push({ title: line.slice(3), options: [], fences: [] });
    else if (line.startsWith("- ")) section?.options.push(line.slice(2));
    else if (line.startsWith("```")) section?.fences.push({ kind: line.slice(3), lines: lines = [] });
  }
  return sections.map(({ title, options, fences }) => {
    const blocks = fences.filter(({ kind }) => kind === "block");
    const results = fences.filter(({ kind }) => kind === "result");
    if (blocks.length === 0 || fences.length !== 2 * blocks.length || results.length !== blocks.length) {
      throw new Error(`${document}: "${title}" has not a result for each block`);
    }
    return {
      document,
      title,
      ...optionsOf(document, options),
      blocks: blocks.map(({ lines }, index) => ({
        ...readBlock(lines),
        result: results[index]!.lines.map(unescape),
      })),
    };
  });
}

function optionsOf(document: string, lines: readonly string[]): Pick<BlockCase, "limits" | "tableSize"> {
  const limits: { -readonly [K in keyof BlockLimits]: number } = { ...DEFAULT_LIMITS };
  let tableSize: number | undefined;
  for (const line of lines) {
    const [key, value = ""] = line.split(": ");
    if (key === "table") tableSize = Number(value);
    else if (key === "limits") setLimits(limits, OPTION_NAMES, value, document);
    else throw new Error(`${document}: there is no option "${line}"`);
  }
  return { limits, tableSize };
}

const PART = /\s+|acknowledge=(\d+)|(\d+)\*\(((?:"[^"]*"|[^)"])*)\)|"((?:\\.|[^"\\])*)"|((?:[0-9a-f]{2})+)/gy;

function readBlock(lines: readonly string[]): Pick<Block, "bytes" | "acknowledged"> {
  const acknowledged: number[] = [], bytes: number[] = [];
  for (const line of lines) {
    const code = line.replace(/(^| )\| .*/, "");
    PART.lastIndex = 0;
    while (PART.lastIndex < code.length) {
      const at = PART.lastIndex, part = PART.exec(code);
      if (part === null) throw new Error(`"${code}" cannot be read from ${at} on`);
      const [, size, times, repeated, text, hex] = part, end = PART.lastIndex;
      if (size !== undefined) acknowledged.push(Number(size));
      if (repeated !== undefined) {
        const piece = [...readBlock([repeated]).bytes];
        for (let i = 0; i < Number(times); i++) bytes.push(...piece);
      }
      if (text !== undefined) bytes.push(...unescapeBytes(text));
      if (hex !== undefined) bytes.push(...hex.match(/../g)!.map((digits) => parseInt(digits, 16)));
      PART.lastIndex = end;
    }
  }
  return { bytes: Uint8Array.from(bytes), acknowledged };
}
