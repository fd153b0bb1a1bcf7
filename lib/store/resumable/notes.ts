/**
 * What is written down of an upload that is not whole yet: the request that began it, as far as it will be needed to
 * answer it, and what has been said of its length.
 *
 * @module
 */
import { FieldBlock } from "../../http/fields.ts";

/** Fields of the first request that decide on its answer. */
const KEPT: ReadonlySet<string> = new Set([
  "accept",
  "content-disposition",
  "content-type",
  "if-match",
  "if-modified-since",
  "if-none-match",
  "if-unmodified-since",
  "repr-digest",
  "want-repr-digest",
  "x-oc-mtime",
]);

/** Characters of all of them together, at most. */
export const MOST_KEPT = 16 * 1024;

/** Another form of notes is nothing that could be gone on with. */
const VERSION = 1;

/** An upload as it was begun. */
export interface UploadNotes {
  readonly method: string;
  /** Decoded path of the first request. */
  readonly path: string;
  /** Whose it is; undefined: of whoever knows its name. */
  readonly user: string | undefined;
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** How long it is kept after something was appended to it, in milliseconds. */
  readonly expires: number;
  /** Bytes of the whole; undefined as long as nobody has said so. */
  readonly length: number | undefined;
  /** It is whole, and just gets this name, or has it. */
  readonly naming: string | undefined;
}

/** Those fields of a request that will be needed. */
export function keptFields(fields: FieldBlock): readonly (readonly [name: string, value: string])[] {
  return [...fields].filter(([name]) => KEPT.has(name.toLowerCase())).map(([name, value]) =>
    [name, String(value)] as const
  );
}

/** As text. */
export function encodeNotes(notes: UploadNotes): string {
  return JSON.stringify({ version: VERSION, ...notes });
}

/** Undefined for what is none. */
export function decodeNotes(text: string): UploadNotes | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { version, method, path, user, fields, expires, length, naming } = value as Record<string, unknown>;
  if (version !== VERSION || typeof method !== "string" || typeof path !== "string") return undefined;
  if (!isTextOrNone(user) || !isTextOrNone(naming)) return undefined;
  if (!isCount(expires) || !(length === undefined || isCount(length)) || !isFields(fields)) return undefined;
  return { method, path, user, fields, expires, length, naming };
}

function isTextOrNone(value: unknown): value is string | undefined {
  return value === undefined || typeof value === "string";
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isFields(value: unknown): value is UploadNotes["fields"] {
  return Array.isArray(value) &&
    value.every((field) =>
      Array.isArray(field) && field.length === 2 && KEPT.has(String(field[0]).toLowerCase()) &&
      typeof field[1] === "string"
    );
}
