/**
 * The field If of a request (RFC 4918 section 10.4): whether it holds, and the tokens of locks that it names.
 *
 * @module
 */
import { type ConditionList, holds, parseIf, type ResourceState, tokensOf } from "../dav/if_header.ts";
import { partsOfCodedTag } from "../http/content_coding.ts";
import { HttpError, refusal } from "../http/errors.ts";
import { decodePath } from "../http/path.ts";
import { find } from "../store/named.ts";
import { askLocks, lockPath } from "./dav_locks.ts";
import type { Exchange } from "./exchange.ts";

/** What the field says, taken apart once. */
export interface Conditions {
  /** All that it names. */
  readonly tokens: readonly string[];
  /** Undefined, or 412 where none of its lists holds now. @throws {HttpError | FileError} */
  check(): Promise<HttpError | undefined>;
}

const NONE: Conditions = { tokens: [], check: () => Promise.resolve(undefined) };

/** Undefined where the conditions of a request that reads hold; 412 where they do not. @throws {HttpError | FileError} */
export async function refuseByConditions(exchange: Exchange): Promise<HttpError | undefined> {
  const conditions = conditionsOf(exchange);
  return conditions instanceof HttpError ? conditions : await conditions.check();
}

/** @returns 400 for a field that breaks the grammar */
export function conditionsOf(exchange: Exchange): Conditions | HttpError {
  const value = exchange.request.fields.joined("if");
  if (value === undefined) return NONE;
  const lists = parseIf(value);
  if (lists === undefined) return new HttpError(400, "The field If breaks the grammar of RFC 4918");
  const plain = lists.map(withPlainTags);
  return { tokens: [...tokensOf(lists)], check: () => check(exchange, plain) };
}

/** Whoever has read a coding of the file has read the file. */
function withPlainTags({ resource, conditions }: ConditionList): ConditionList {
  return {
    resource,
    conditions: conditions.map((condition) => {
      if (!("tag" in condition)) return condition;
      const plain = partsOfCodedTag(condition.tag.opaque)?.tag;
      return plain === undefined ? condition : { ...condition, tag: { ...condition.tag, opaque: plain } };
    }),
  };
}

async function check(exchange: Exchange, lists: readonly ConditionList[]): Promise<HttpError | undefined> {
  const states = new Map<string | undefined, ResourceState>();
  for (const list of lists) {
    let state = states.get(list.resource);
    if (state === undefined) states.set(list.resource, state = await stateOf(exchange, list.resource));
    if (holds(list, state)) return undefined;
  }
  return refusal(412);
}

/** @param resource as the field names it; undefined: the request's own */
async function stateOf(exchange: Exchange, resource: string | undefined): Promise<ResourceState> {
  const path = resource === undefined ? exchange.path : pathOf(exchange, resource);
  if (path === undefined) return NOTHING;
  const { location } = exchange.server.locations.find(path), { trees: store } = location;
  if (store === undefined) return NOTHING;
  const place = location.storePath(path), key = lockPath(store, place);
  if (key === undefined) return NOTHING;
  const answer = await askLocks(exchange.services, { do: "find", paths: [key], members: false });
  const tokens = new Set("locks" in answer ? answer.locks[0]?.map(({ token }) => token) : []);
  const found = place === "" ? undefined : await find({ store, place });
  const etag = found !== undefined && "occupant" in found && found.occupant.kind === "file"
    ? found.occupant.validators.etag
    : undefined;
  return { etag, tokens };
}

const NOTHING: ResourceState = { etag: undefined, tokens: new Set() };

/** The path of this server that a URI means; undefined for another server's. */
function pathOf({ request: { fields } }: Exchange, uri: string) {
  const [, authority, path] = /^(?:https?:\/\/([^/?#]+))?(\/[^?#]*)/i.exec(uri) ?? [];
  if (path === undefined) return undefined;
  if (authority !== undefined && authority.toLowerCase() !== fields.get("host")?.toLowerCase()) {
    return undefined;
  }
  const decoded = decodePath(path);
  return decoded === "malformed" || decoded === "outside" ? undefined : decoded;
}
