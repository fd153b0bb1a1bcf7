/**
 * Entity tags of pages that have the script at their end (RFC 9110 section 8.8.3): other content has another tag. On the way
 * out a tag gets a suffix, on the way in it loses it, since whoever makes the page knows nothing of the script.
 *
 * @module
 */
import { partsOfCodedTag } from "../http/content_coding.ts";
import { type EntityTag, parseEntityTagList } from "../http/etag.ts";
import type { FieldBlock } from "../http/fields.ts";

/** Two dashes stand in no tag of ours, and in few of others. */
const SUFFIX = '--live"';

/** The tag of a page with the script. */
export function liveTag(tag: string): string {
  return tag.slice(0, -1) + SUFFIX;
}

/** The tag of what has no script and is sent as it came, so that plainConditions() finds it again. */
export function unscriptedTag(tag: string): string {
  return tag.endsWith(SUFFIX) ? liveTag(tag) : tag;
}

/** The tag of a 304: that of the page with the script where it was asked for, be it in a content coding. */
export function tagOfUnchangedPage(tag: string, ifNoneMatch: string | undefined): string {
  const tags = ifNoneMatch === undefined ? undefined : parseEntityTagList(ifNoneMatch);
  if (tags === undefined || tags === "*") return unscriptedTag(tag);
  const live = liveTag(tag), opaque = live.replace(/^W\//, "");
  const isAsked = tags.some((asked) => (partsOfCodedTag(asked.opaque)?.tag ?? asked.opaque) === opaque);
  return isAsked ? live : unscriptedTag(tag);
}

/**
 * The fields of a request as they go to whoever makes the page.
 *
 * @param method of the request
 * @param isPage what is asked for is a page. Then it is sent whole, and a client that has it without the script, from
 *   before or from somebody else, is not told that it has what it would get
 */
export function plainConditions(fields: FieldBlock, method: string, isPage: boolean): FieldBlock {
  const reads = method === "GET" || method === "HEAD";
  let plain = withPlainTags(fields, "if-match", () => true);
  if (!reads) return withPlainTags(plain, "if-none-match", () => true);
  plain = withPlainTags(plain, "if-none-match", (isLive) => isLive || !isPage);
  // Its ranges are those of the page with the script, which nobody behind us has.
  if (isPage || plain.joined("if-range")?.endsWith(SUFFIX)) plain = plain.without("range", "if-range");
  return isPage ? plain.without("if-modified-since") : plain;
}

/** @param keeps asked of each tag, whether it had the suffix */
function withPlainTags(
  fields: FieldBlock,
  name: "if-match" | "if-none-match",
  keeps: (isLive: boolean) => boolean,
): FieldBlock {
  const value = fields.joined(name);
  const tags = value === undefined ? undefined : parseEntityTagList(value);
  if (tags === undefined || tags === "*") return fields;
  const kept = tags.filter(({ opaque }) => keeps(opaque.endsWith(SUFFIX))).map(plainTag);
  if (kept.length === 0) return fields.without(name);
  const plain = kept.join(", ");
  return plain === value ? fields : fields.with(name, plain);
}

function plainTag({ weak, opaque }: EntityTag): string {
  const plain = opaque.endsWith(SUFFIX) ? `${opaque.slice(0, -SUFFIX.length)}"` : opaque;
  return weak ? `W/${plain}` : plain;
}
