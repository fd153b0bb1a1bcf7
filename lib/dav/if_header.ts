/**
 * The field If (RFC 4918 section 10.4): lists of conditions, one of which has to hold.
 *
 * @module
 */
import { type EntityTag, parseEntityTag, strongMatch } from "../http/etag.ts";

/** One condition of a list. */
export type Condition =
  & { readonly not: boolean }
  & ({ readonly token: string } | { readonly tag: EntityTag });

/** A list of conditions, all of which have to hold for one resource. */
export interface ConditionList {
  /** The URI that stands before the list, as it was sent; undefined: what the request itself is about. */
  readonly resource: string | undefined;
  readonly conditions: readonly Condition[];
}

/** Conditions in one field, at most: each costs a look. */
const MOST_CONDITIONS = 200;

// Tokens are absolute URIs (section 10.1).
const TOKEN = /<([A-Za-z][A-Za-z0-9+.-]*:[^<>\s]*)>/y;
const RESOURCE = /<([^<>\s]+)>/y;
const TAG = /\[((?:W\/)?"[\x21\x23-\x7e\x80-\xff]*")\]/y;
const NOT = /not(?=[\s<[])/iy;
const SPACE = /[ \t]*/y;

/** The lists of a field's value; undefined if it breaks the grammar. */
export function parseIf(value: string): ConditionList[] | undefined {
  const lists: ConditionList[] = [], reader = new Reader(value);
  let resource: string | undefined, count = 0, isTagged: boolean | undefined, isBare = false;
  while (!reader.isAtEnd()) {
    const named = reader.take(RESOURCE);
    if (named !== undefined) {
      // Lists with a resource and lists without do not stand in one field; and a resource has a list.
      if (isTagged === false || isBare) return undefined;
      [resource, isTagged, isBare] = [named, true, true];
      continue;
    }
    if (!reader.takeText("(")) return undefined;
    isTagged ??= false;
    isBare = false;
    const conditions = readConditions(reader);
    count += conditions?.length ?? 0;
    if (conditions === undefined || count > MOST_CONDITIONS) return undefined;
    lists.push({ resource, conditions });
  }
  return lists.length === 0 || isBare ? undefined : lists;
}

function readConditions(reader: Reader): Condition[] | undefined {
  const conditions: Condition[] = [];
  while (!reader.takeText(")")) {
    const not = reader.take(NOT) !== undefined;
    const token = reader.take(TOKEN);
    if (token !== undefined) {
      conditions.push({ not, token });
      continue;
    }
    const tag = parseEntityTag(reader.take(TAG) ?? "");
    if (tag === undefined) return undefined;
    conditions.push({ not, tag });
  }
  return conditions.length === 0 ? undefined : conditions;
}

/** A text that is taken piece by piece, without the spaces between. */
class Reader {
  #at = 0;

  constructor(readonly text: string) {
    this.#skip();
  }

  isAtEnd(): boolean {
    return this.#at >= this.text.length;
  }

  takeText(text: string): boolean {
    if (!this.text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    this.#skip();
    return true;
  }

  /** What the pattern has in its group, or has found; undefined if it is not here. */
  take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text);
    if (found === null) return undefined;
    this.#at = pattern.lastIndex;
    this.#skip();
    return found[1] ?? found[0];
  }

  #skip(): void {
    SPACE.lastIndex = this.#at;
    SPACE.exec(this.text);
    this.#at = SPACE.lastIndex;
  }
}

/** What is known of a resource that a list is about. */
export interface ResourceState {
  /** Undefined where nothing is, or a folder. */
  readonly etag: string | undefined;
  /** Of the locks that hold there. */
  readonly tokens: ReadonlySet<string>;
}

/** True if a list holds (RFC 4918 section 10.4.3). */
export function holds({ conditions }: ConditionList, { etag, tokens }: ResourceState): boolean {
  const current = etag === undefined ? undefined : parseEntityTag(etag);
  return conditions.every((condition) => {
    const is = "token" in condition
      ? tokens.has(condition.token)
      : current !== undefined && strongMatch(condition.tag, current);
    return is !== condition.not;
  });
}

/** All tokens that a field names, which are thereby submitted (section 6.5). */
export function tokensOf(lists: readonly ConditionList[]): Set<string> {
  return new Set(
    lists.flatMap(({ conditions }) => conditions.flatMap((one) => "token" in one ? [one.token] : [])),
  );
}
