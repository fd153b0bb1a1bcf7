/**
 * What the fields of an answer say of an object.
 *
 * @module
 */
import { isFieldValue } from "../bytes/ascii.ts";
import { parseHttpDate } from "../http/date.ts";
import { parseEntityTag } from "../http/etag.ts";
import type { Field, FieldBlock } from "../http/fields.ts";
import type { ObjectHead } from "./storage.ts";

/** Hexadecimal digits, and how many parts it was made of: what some storage sends without the quotes. */
const BARE_TAG = /^[0-9A-Fa-f]{8,128}(?:-\d{1,5})?$/;

/** A strong entity tag with its quotes; undefined for what is none. */
export function entityTagOf(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (BARE_TAG.test(value)) return `"${value}"`;
  const tag = parseEntityTag(value);
  return tag === undefined || tag.weak || tag.opaque === '""' ? undefined : tag.opaque;
}

/** What is stored with an object besides its type. */
const STORED = ["Cache-Control", "Content-Encoding", "Content-Language", "Content-Disposition"];

/** What a HEAD was told. @returns what is missing or wrong, in words, where it does not say enough */
export function objectHeadOf(fields: FieldBlock, now: number): ObjectHead | string {
  const length = fields.get("content-length") ?? "";
  const size = /^\d{1,16}$/.test(length) ? Number(length) : NaN;
  if (!Number.isSafeInteger(size)) return "no Content-Length";
  const modified = parseHttpDate(fields.get("last-modified") ?? "", now);
  if (modified === undefined) return "no Last-Modified that is a date";
  const etag = entityTagOf(fields.get("etag"));
  if (etag === undefined) return "no ETag that is a strong entity tag";
  const stored: Field[] = [];
  for (const name of STORED) {
    const value = storedValue(name, fields.joined(name.toLowerCase()));
    if (value !== undefined) stored.push([name, value]);
  }
  return { size, modified, etag, contentType: valueOf(fields.get("content-type")), fields: stored };
}

/** `aws-chunked` is how something was sent to the storage, not what it is. */
function storedValue(name: string, value: string | undefined): string | undefined {
  if (name !== "Content-Encoding" || value === undefined) return valueOf(value);
  const codings = value.split(",").map((coding) => coding.trim());
  return valueOf(codings.filter((coding) => coding !== "" && coding !== "aws-chunked").join(", "));
}

function valueOf(value: string | undefined): string | undefined {
  return value === undefined || value === "" || !isFieldValue(value) ? undefined : value;
}

/** A media type that may be signed and stored as it is: ASCII, with single spaces. Undefined for what is none. */
export function storableType(contentType: string | undefined): string | undefined {
  const type = contentType?.trim().replace(/[ \t]+/g, " ");
  return type !== undefined && /^[\x20-\x7e]{1,256}$/.test(type) ? type : undefined;
}
