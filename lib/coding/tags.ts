/**
 * Entity tags of answers that somebody else makes and we code (RFC 9110 section 8.8.3.3): whoever makes them knows
 * nothing of our codings. On the way out a tag gets the coding's suffix, on the way in it loses it. A tag that looks as if
 * it had one (the other side codes as we do) gets it once more, so that what is taken off is always ours.
 *
 * @module
 */
import { codedEntityTag, partsOfCodedTag } from "../http/content_coding.ts";
import { type EntityTag, parseEntityTagList } from "../http/etag.ts";
import type { FieldBlock } from "../http/fields.ts";
import type { Request } from "../http/message.ts";
import type { ContentCoding } from "../ports.ts";

/** The fields whose tags are taken apart. */
const CONDITIONS = ["if-match", "if-none-match", "if-range"] as const;

/**
 * A request's fields with the tags of whoever is behind us. Tags of our codings lose them in If-Match, and in
 * If-None-Match, where a request that reads loses that of its own coding alone: it must not be told that it has what it
 * would not get. In If-Range none of ours can hold, since ranges are of content that is not coded.
 *
 * @param coding in which the answer would be sent
 */
export function withPlainTags(
  { method, fields }: Pick<Request, "method" | "fields">,
  coding: ContentCoding | undefined,
): FieldBlock {
  const reads = method === "GET" || method === "HEAD";
  let plain = fields;
  for (const name of CONDITIONS) {
    const value = fields.joined(name);
    // PERF: nearly no tag has one.
    if (value === undefined || !value.includes("--")) continue;
    const tags = parseEntityTagList(value);
    if (tags === undefined || tags === "*") continue;
    plain = plain.with(name, tags.map((tag) => plainTag(tag, name, reads, coding)).join(", "));
  }
  return plain;
}

function plainTag(
  tag: EntityTag,
  field: typeof CONDITIONS[number],
  reads: boolean,
  coding: ContentCoding | undefined,
): string {
  const text = textOf(tag), parts = partsOfCodedTag(text);
  if (parts === undefined) return text;
  const isOurs = partsOfCodedTag(parts.tag) === undefined;
  if (isOurs && (field === "if-range" || field === "if-none-match" && reads && parts.coding !== coding)) {
    return text;
  }
  return parts.tag;
}

/** The tag of somebody else's answer that is sent as it came, so that withPlainTags() finds it again. */
export function passedTag(tag: string): string {
  const parts = partsOfCodedTag(tag);
  return parts === undefined ? tag : codedEntityTag(tag, parts.coding);
}

/**
 * The tag of somebody else's 304: that of a coding where the request named it.
 *
 * @param coding as for withPlainTags()
 */
export function tagOfUnchanged(
  tag: string,
  ifNoneMatch: string | undefined,
  coding: ContentCoding | undefined,
): string {
  if (coding === undefined || ifNoneMatch === undefined) return passedTag(tag);
  const coded = codedEntityTag(tag, coding), tags = parseEntityTagList(ifNoneMatch);
  if (tags === undefined || tags === "*") return passedTag(tag);
  const opaque = coded.replace(/^W\//, "");
  return tags.some((asked) => asked.opaque === opaque) ? coded : passedTag(tag);
}

function textOf({ weak, opaque }: EntityTag): string {
  return weak ? `W/${opaque}` : opaque;
}
