/**
 * LOCK and UNLOCK (RFC 4918 sections 9.10 and 9.11).
 *
 * @module
 */
import { parseLockInfo } from "../dav/bodies.ts";
import { depthOf, lockTokenOf, timeoutOf } from "../dav/dav_fields.ts";
import { LONGEST_OWNER, type ShownLock } from "../dav/lock_questions.ts";
import { activeLock } from "../dav/properties.ts";
import { writeElement } from "../dav/xml.ts";
import { busy, HttpError, refusal } from "../http/errors.ts";
import { FieldBlock } from "../http/fields.ts";
import { isStorableName } from "../http/file_names.ts";
import { andThen } from "../http/maybe_promise.ts";
import type { Outcome, Response } from "../http/message.ts";
import { encodePath } from "../http/path.ts";
import { UNFIT_NAME } from "../store/put.ts";
import { find, type Place } from "../store/named.ts";
import { FileError } from "../ports.ts";
import { bodyOf, SHORT_BODY } from "./dav_body.ts";
import { type Conditions, conditionsOf } from "./dav_conditions.ts";
import { askLocks, locked, lockPath, XML_FIELDS } from "./dav_locks.ts";
import type { Exchange } from "./exchange.ts";
import { storeTargetOf } from "./store_targets.ts";

const encoder = new TextEncoder();

/** Where a lock is to be. */
interface Spot {
  readonly path: string;
  /** Undefined for the store itself. */
  readonly place: Place | undefined;
}

/** 200, or 201 where an empty file was made for it; 423 where another lock is in the way. */
export async function answerLock(exchange: Exchange): Promise<Outcome> {
  const { request, path } = exchange, depth = depthOf(request.fields, "infinity");
  if (depth === "malformed" || depth === 1) return new HttpError(400, "a lock has the Depth 0 or infinity");
  const conditions = conditionsOf(exchange);
  if (conditions instanceof HttpError) return conditions;
  const body = await bodyOf(request, SHORT_BODY);
  const spot = await spotOf(exchange);
  if (spot instanceof HttpError) return spot;
  const refused = await conditions.check();
  if (refused !== undefined) return refused;
  if (body.length === 0) return await refresh(exchange, spot, conditions);
  const { scope, owner } = parseLockInfo(body);
  const ownerText = owner === undefined ? "" : writeElement(owner);
  if (ownerText.length > LONGEST_OWNER) return refusal(413);
  const isFolder = spot.place === undefined || spot.place.occupant.kind === "folder";
  const wanted = {
    path: spot.path,
    url: encodePath(isFolder && !path.endsWith("/") ? `${path}/` : path),
    scope,
    // What is no folder has nothing below it.
    isDeep: depth === "infinity" && isFolder,
    owner: ownerText,
    user: exchange.user,
  };
  // SECURITY: nobody keeps others from writing where he may not write himself.
  if (wanted.isDeep && storeTargetOf(exchange).mayChangeTree?.() === false) return NOT_ALL;
  const held = await mayAppear(exchange, spot, conditions);
  if (held !== undefined) return held;
  const answer = await askLocks(exchange.services, {
    do: "lock",
    wanted,
    seconds: timeoutOf(request.fields),
  });
  if ("held" in answer) return locked(exchange, answer.held, "no-conflicting-lock");
  if (!("lock" in answer)) {
    return busy("There is no room for a lock, or who writes there does not come to an end");
  }
  return await withFile(exchange, spot, answer.lock);
}

const NOT_ALL = new HttpError(403, "what is below has a location where this client may not write");

/** Where the path lies; 404 and 409 as for PUT. */
async function spotOf({ location, path }: Exchange): Promise<Spot | HttpError> {
  const store = location.trees!, place = location.storePath(path), key = lockPath(store, place);
  if (key === undefined) return refusal(409);
  if (place === "") return { path: key, place: undefined };
  const found = await find({ store, place });
  if (!("occupant" in found)) return found;
  const { kind } = found.occupant;
  if (kind === "unfit") return refusal(404);
  if (kind !== "folder" && path.endsWith("/")) return kind === "file" ? refusal(404) : refusal(409);
  if (kind === "nothing" && !isStorableName(found.name)) return new HttpError(400, undefined, UNFIT_NAME);
  return { path: key, place: found };
}

/** Where nothing is yet, a file is made, which the folder's lock may forbid. */
async function mayAppear(
  exchange: Exchange,
  { path, place }: Spot,
  { tokens }: Conditions,
): Promise<Response | undefined> {
  const { services, user } = exchange;
  if (place?.occupant.kind !== "nothing") return undefined;
  const writes = [{ path, kind: "member" as const }];
  const answer = await askLocks(services, { do: "write", writes, begins: false, tokens, user });
  return "held" in answer ? locked(exchange, answer.held, "lock-token-submitted") : undefined;
}

/** Makes an empty file where nothing is (RFC 4918 section 7.3). The lock is taken back where that cannot be done. */
async function withFile(exchange: Exchange, { place }: Spot, lock: ShownLock): Promise<Outcome> {
  if (place?.occupant.kind !== "nothing") return granted(lock, 200);
  const { folder, name } = place;
  let isMade = false;
  try {
    const content = await folder.create({ name });
    try {
      await content.end();
      await folder.exclusively(name, () => andThen(content.commit(name, false), () => undefined));
    } finally {
      content.discard();
    }
    isMade = true;
  } catch (error) {
    // Somebody else's file is as good: it is locked by now.
    if (!(error instanceof FileError && error.problem === "exists")) {
      await askLocks(exchange.services, {
        do: "unlock",
        path: lock.path,
        token: lock.token,
        user: lock.user,
      });
      throw error;
    }
  }
  return granted(lock, isMade ? 201 : 200);
}

async function refresh(exchange: Exchange, { path }: Spot, { tokens }: Conditions): Promise<Outcome> {
  if (tokens.length === 0) {
    return new HttpError(400, "a LOCK without a body, and without a lock in the field If");
  }
  const { services, user, request } = exchange, seconds = timeoutOf(request.fields);
  const answer = await askLocks(services, { do: "refresh", path, tokens, user, seconds });
  return "lock" in answer ? granted(answer.lock) : refusal(412);
}

/** @param status undefined: it is not a new one, and its token is not told in a field */
function granted(lock: ShownLock, status?: number): Response {
  const text = '<?xml version="1.0" encoding="utf-8"?>\n<D:prop xmlns:D="DAV:"><D:lockdiscovery>' +
    `${activeLock(lock)}</D:lockdiscovery></D:prop>\n`;
  const fields = status === undefined ? XML_FIELDS : XML_FIELDS.append("Lock-Token", `<${lock.token}>`);
  return { status: status ?? 200, fields, body: encoder.encode(text) };
}

/** 204; 409 for a token that is none of this place's, 403 for somebody else's. */
export async function answerUnlock(exchange: Exchange): Promise<Outcome> {
  const { request, location, path, services, user } = exchange, token = lockTokenOf(request.fields);
  if (token === undefined) return new HttpError(400, "UNLOCK without a usable field Lock-Token");
  const conditions = conditionsOf(exchange);
  if (conditions instanceof HttpError) return conditions;
  const refused = await conditions.check();
  if (refused !== undefined) return refused;
  const key = lockPath(location.trees!, location.storePath(path));
  const answer = key === undefined
    ? NONE
    : await askLocks(services, { do: "unlock", path: key, token, user });
  if (!("is" in answer) || answer.is === "none") return NOT_HELD;
  if (answer.is === "another's") return refusal(403);
  return { status: 204, fields: FieldBlock.EMPTY, body: undefined };
}

const NONE = { is: "none" } as const;

/** RFC 4918 section 9.11.1. */
const NOT_HELD: Response = {
  status: 409,
  fields: XML_FIELDS,
  body: encoder.encode(
    '<?xml version="1.0" encoding="utf-8"?>\n<D:error xmlns:D="DAV:"><D:lock-token-matches-request-uri/></D:error>\n',
  ),
};
