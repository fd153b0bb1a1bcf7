/**
 * Content codings (RFC 9110 sections 8.4 and 12.5.3): which one a client gets, which media types are worth it, and entity
 * tags that tell the codings of one representation apart (section 8.8.3.3). A malformed element of Accept-Encoding counts
 * as not there. Nobody is refused: who accepts nothing that there is gets the content as it is, as section 12.4.1 allows.
 *
 * @module
 */
import { TCHAR } from "../bytes/ascii.ts";
import type { ContentCoding } from "../ports.ts";

/** All that are known, in the order in which they are preferred where nothing else is said. */
export const CONTENT_CODINGS: readonly ContentCoding[] = ["zstd", "br", "gzip"];

/** Media types whose content gets smaller, and is not compressed in itself. */
export const COMPRESSIBLE_TYPES: readonly string[] = [
  "text/*",
  ..."javascript ecmascript json ld+json manifest+json geo+json x-ndjson json5 graphql yaml toml sql".split(
    " ",
  )
    .map((subtype) => `application/${subtype}`),
  ..."xml xhtml+xml rss+xml atom+xml mathml+xml xslt+xml soap+xml rtf wasm x-sh".split(" ")
    .map((subtype) => `application/${subtype}`),
  ..."x-web-app-manifest+json vnd.ms-fontobject".split(" ").map((subtype) => `application/${subtype}`),
  "font/ttf",
  "font/otf",
  "image/svg+xml",
  "image/bmp",
  "image/x-icon",
  "image/vnd.microsoft.icon",
  "model/gltf+json",
];

const ELEMENT = new RegExp(
  `^[ \\t]*([${TCHAR}]+)[ \\t]*(?:;[ \\t]*[qQ]=(0(?:\\.[0-9]{0,3})?|1(?:\\.0{0,3})?)[ \\t]*)?$`,
);

/** What a client says of codings: those that it names, in lower case, and `*`, with their q from 0 to 1. */
export type AcceptedCodings = ReadonlyMap<string, number>;

/** Takes the value of Accept-Encoding apart. The last one counts of those that are named twice. */
export function parseAcceptEncoding(value: string): AcceptedCodings {
  const accepted = new Map<string, number>();
  for (const element of value.split(",")) {
    const [, name, quality] = ELEMENT.exec(element) ?? [];
    if (name === undefined) continue;
    const coding = name.toLowerCase();
    // Section 8.4.1.3.
    accepted.set(coding === "x-gzip" ? "gzip" : coding, quality === undefined ? 1 : Number(quality));
  }
  return accepted;
}

/** PERF: browsers all send the same few values. Bounded, since clients choose them. */
const chosen = new Map<string, ContentCoding | undefined>();
const MAX_REMEMBERED = 256;

/**
 * The coding that a client gets of those that there are; undefined: the content as it is.
 *
 * @param value of Accept-Encoding, several lines joined; undefined where there is none, which is no wish for a coding
 * @param available in the order in which they are preferred between equal q
 */
export function chooseCoding(
  value: string | undefined,
  available: readonly ContentCoding[],
): ContentCoding | undefined {
  if (value === undefined || available.length === 0) return undefined;
  const key = `${available.join()} ${value}`;
  let coding = chosen.get(key);
  if (coding === undefined && !chosen.has(key)) {
    coding = choose(parseAcceptEncoding(value), available);
    if (chosen.size >= MAX_REMEMBERED) chosen.clear();
    chosen.set(key, coding);
  }
  return coding;
}

function choose(
  accepted: AcceptedCodings,
  available: readonly ContentCoding[],
): ContentCoding | undefined {
  let best: ContentCoding | undefined;
  let quality = 0;
  for (const coding of available) {
    const its = accepted.get(coding) ?? accepted.get("*") ?? 0;
    if (its > quality) [best, quality] = [coding, its];
  }
  // Without a word the plain content is acceptable, and that says nothing of how much it is liked.
  return quality < (accepted.get("identity") ?? 0) ? undefined : best;
}

/** True for a media type of a list, in which `text/*` stands for all texts. @param contentType with its parameters */
export function isAmong(contentType: string, types: ReadonlySet<string>): boolean {
  const end = contentType.indexOf(";");
  const type = (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
  return types.has(type) || types.has(`${type.slice(0, type.indexOf("/"))}/*`);
}

// Two dashes stand in no tag of ours, and in few of others.
const CODED_TAG = /^((?:W\/)?"[^"]*)--(zstd|br|gzip)(?:\.[0-9a-z-]+)?"$/;

/**
 * The tag of a coding of what has a tag.
 *
 * @param file tells the file apart that the coded content is in, where it is in one: it may change by itself
 */
export function codedEntityTag(tag: string, coding: ContentCoding, file = ""): string {
  return `${tag.slice(0, -1)}--${coding}${file === "" ? "" : `.${file}`}"`;
}

/** What a tag is made of; undefined for one that is of no coding. */
export function partsOfCodedTag(
  tag: string,
): { readonly tag: string; readonly coding: ContentCoding } | undefined {
  const [, start, coding] = CODED_TAG.exec(tag) ?? [];
  return start === undefined ? undefined : { tag: `${start}"`, coding: coding as ContentCoding };
}
