/**
 * What of a location is sent in a content coding, and in which (RFC 9110 sections 8.4, 8.8.3.3 and 12.5.3).
 *
 * @module
 */
import { chooseCoding, codedEntityTag, isAmong } from "../http/content_coding.ts";
import type { FieldBlock } from "../http/fields.ts";
import type { Request } from "../http/message.ts";
import { withVary } from "../http/vary.ts";
import type { ContentCoding } from "../ports.ts";

/** Content that is known to be smaller is sent as it is, in bytes: the fields of a coding would eat up what it gains. */
export const LEAST_CODED = 256;

/** The name of the field by which an answer is chosen that could have been coded. */
const CHOSEN_BY = "Accept-Encoding";

/** Such content has been coded already, or something is said of its very bytes. */
const OF_BYTES = ["content-encoding", "content-md5", "content-digest", "digest", "repr-digest"];

/** The fields of an answer that may be coded, as they are sent. */
export interface CodableFields {
  /** Where it is sent as it is. */
  readonly plain: FieldBlock;
  /**
   * Where it is coded. Ranges are always of the content as it is, so they are not offered.
   *
   * @param isRead its tag is that of the content, and not of what the request has changed
   */
  coded(coding: ContentCoding, isRead: boolean): FieldBlock;
}

/** The rules of one location. */
export class CodingRules {
  readonly #types: ReadonlySet<string>;
  /** PERF: most answers have one of a few blocks. */
  readonly #known = new WeakMap<FieldBlock, CodableFields | null>();
  #availableOf: ReadonlySet<ContentCoding> | undefined;
  #available: readonly ContentCoding[] = [];

  /**
   * @param codings in the order in which they are preferred between equal q
   * @param types media types, `text/*` for all texts
   */
  constructor(readonly codings: readonly ContentCoding[], types: readonly string[]) {
    this.#types = new Set(types);
  }

  /** Those of the codings that can be made. */
  available(made: ReadonlySet<ContentCoding>): readonly ContentCoding[] {
    if (this.#availableOf !== made) {
      this.#availableOf = made;
      this.#available = this.codings.filter((coding) => made.has(coding));
    }
    return this.#available;
  }

  /** True for a type that is worth it. */
  includes(contentType: string): boolean {
    return isAmong(contentType, this.#types);
  }

  /** The fields of an answer that may be coded; undefined where it must not be. */
  codable(fields: FieldBlock): CodableFields | undefined {
    let found = this.#known.get(fields);
    if (found === undefined) this.#known.set(fields, found = this.#look(fields));
    return found ?? undefined;
  }

  #look(fields: FieldBlock): CodableFields | null {
    const type = fields.get("content-type");
    if (type === undefined || !this.includes(type)) return null;
    if (forbidsTransforming(fields) || isOfBytes(fields)) return null;
    const plain = withVary(fields, CHOSEN_BY), made = new Map<string, FieldBlock>();
    return {
      plain,
      coded(coding, isRead) {
        const key = `${coding} ${isRead}`;
        let block = made.get(key);
        if (block === undefined) made.set(key, block = codedFields(plain, coding, isRead));
        return block;
      },
    };
  }
}

/** The coding that a request is answered in where that is possible; undefined: none. @param available in their order */
export function wantedCoding(
  { method, fields }: Pick<Request, "method" | "fields">,
  available: readonly ContentCoding[],
): ContentCoding | undefined {
  const coding = chooseCoding(fields.joined("accept-encoding"), available);
  if (coding === undefined || method === "GET" && fields.has("range")) return undefined;
  return forbidsTransforming(fields) ? undefined : coding;
}

/** True where something is said of the very bytes of the content, which do not hold for a coding of them. */
export function isOfBytes(fields: FieldBlock): boolean {
  return OF_BYTES.some((name) => fields.has(name));
}

/** True where the content is to be left as it is: RFC 9111 section 5.2.2.6, and 5.2.1.6 for requests. */
export function forbidsTransforming(fields: FieldBlock): boolean {
  const value = fields.joined("cache-control");
  return value !== undefined && NO_TRANSFORM.test(value);
}

const NO_TRANSFORM = /(?:^|,)[ \t]*no-transform[ \t]*(?:,|$)/i;

function codedFields(plain: FieldBlock, coding: ContentCoding, isRead: boolean): FieldBlock {
  const fields = plain.without("accept-ranges").append("Content-Encoding", coding);
  const tag = fields.get("etag");
  return tag === undefined || !isRead ? fields : fields.with("ETag", codedEntityTag(tag, coding));
}
