/**
 * PROPFIND (RFC 4918 section 9.1): what there is, and what is known of it; nothing of what GET would not send.
 *
 * @module
 */
import { withoutSlash } from "../config/places.ts";
import { parsePropfind, type PropfindQuery } from "../dav/bodies.ts";
import { depthOf } from "../dav/dav_fields.ts";
import type { DiskRoom, ShownLock } from "../dav/lock_questions.ts";
import { asksForRoom, type DavResource, MULTISTATUS, parseDead, writeProperties } from "../dav/properties.ts";
import type { DiskEntry } from "../disk/disk_origin.ts";
import { DiskFile, type DiskFolder } from "../disk/found.ts";
import { PropertyFiles } from "../disk/property_files.ts";
import type { StoreFolder } from "../disk/store_folder.ts";
import { fileEntityTag } from "../http/etag.ts";
import { HttpError, refusal } from "../http/errors.ts";
import { typeByName } from "../http/media_type.ts";
import type { Outcome } from "../http/message.ts";
import type { NameInFolder } from "../http/origin.ts";
import { type DecodedPath, encodePath } from "../http/path.ts";
import { FileError } from "../ports.ts";
import { bodyOf, SHORT_BODY } from "./dav_body.ts";
import { askLocks, lockPath, locksAt, XML_FIELDS } from "./dav_locks.ts";
import type { Exchange } from "./exchange.ts";
import { refusedProgram } from "./refused_links.ts";
import { mayAsk, mayRead } from "./rights.ts";
import { textBody } from "./text_body.ts";

const PROPERTIES = new PropertyFiles();
const NO_DEAD: ReadonlyMap<string, string> = new Map();

/** RFC 4918 section 9.1.1. */
const ENDLESS = {
  status: 403,
  fields: XML_FIELDS,
  body: new TextEncoder().encode(
    '<?xml version="1.0" encoding="utf-8"?>\n<D:error xmlns:D="DAV:"><D:propfind-finite-depth/></D:error>\n',
  ),
};

/** 207 with the properties of what is at the path, and of what is in it where the depth is 1. */
export async function answerPropfind(exchange: Exchange): Promise<Outcome> {
  const { request, location, path } = exchange;
  const depth = depthOf(request.fields, "infinity");
  if (depth === "malformed") return new HttpError(400, "the field Depth has a value that it cannot have");
  const query = parsePropfind(await bodyOf(request, SHORT_BODY));
  const found = location.folder!.find(location.originPath(path));
  if (found === undefined || (found.kind === "file" && path.endsWith("/"))) return refusal(404);
  // A location may have the folder's path with its slash for itself.
  if (found.kind === "directory" && !path.endsWith("/") && !mayAsk(exchange, `${path}/`)) return refusal(403);
  const refused = found.kind === "file" ? refusedProgram(exchange, found) : undefined;
  if (refused !== undefined) return refused;
  if (depth === "infinity") return ENDLESS;
  const place = location.storePath(path), key = lockPath(location.trees!, place);
  const withMembers = depth === 1 && found.kind === "directory";
  const locks = key === undefined
    ? { own: [], members: [] }
    : await locksAt(exchange.services, key, withMembers);
  const room = asksForRoom(query) ? await roomOf(exchange) : undefined;
  const own = describe(exchange, path, ownHref(exchange), found, {
    dead: deadOf(nameIn(exchange, place)),
    locks: locks.own,
    room,
  });
  const first = MULTISTATUS.head + writeProperties(own, query);
  if (!withMembers) {
    return { status: 207, fields: XML_FIELDS, body: await textBody(one(first + MULTISTATUS.tail)) };
  }
  const members = new Members(exchange, query, { own: locks.own, members: locks.members, room });
  return { status: 207, fields: XML_FIELDS, body: await textBody(members.write(first)) };
}

async function* one(text: string): AsyncGenerator<string> {
  yield text;
}

/** What is told of a file or a folder. */
type Found =
  | Pick<DiskFile, "kind" | "size" | "modified" | "etag" | "contentType">
  | Pick<DiskFolder, "kind" | "stat">;

/** What is in a folder, told piece by piece. */
class Members {
  constructor(
    readonly exchange: Exchange,
    readonly query: PropfindQuery,
    readonly known: {
      readonly own: readonly ShownLock[];
      readonly members: readonly ShownLock[];
      readonly room: DiskRoom | undefined;
    },
  ) {}

  /** @throws {FileError} */
  async *write(first: string): AsyncGenerator<string> {
    const { location, path, services: { files: { turns } } } = this.exchange,
      base = path.endsWith("/") ? path : `${path}/`;
    const origin = location.folder!, originPath = location.originPath(path);
    const entries = await origin.list(originPath, (name) => !name.startsWith("."));
    const folder = location.trees!.folder(location.storePath(path));
    const kept = typeof folder === "string" ? undefined : await PROPERTIES.names(folder);
    const byName = this.#locksByName();
    yield first;
    const turn = turns.begin(), href = ownHref(this.exchange);
    for (const entry of entries) {
      const { name } = entry;
      if (turn.isOver()) await turn.next();
      if (!mayRead(this.exchange, `${base}${name}` as DecodedPath)) continue;
      const found = this.#found(entry, `${originPath}/${name}`);
      if (found === undefined) continue;
      const dead = kept?.has(name) ? deadOf({ folder: folder as StoreFolder, name }) : NO_DEAD;
      const locks = [
        ...this.known.own.filter(({ isDeep }) => isDeep),
        ...byName.get(name.toLowerCase()) ?? [],
      ];
      const resource = describe(this.exchange, `${base}${name}`, `${href}/${encodeName(name)}`, found, {
        dead,
        locks,
        room: this.known.room,
      });
      yield writeProperties(resource, this.query);
    }
    yield MULTISTATUS.tail;
  }

  /**
   * What a name stands for. PERF: what was seen when the folder was listed is enough, but of links, and where only the content
   * tells the type.
   */
  #found({ name, stat, isLink }: DiskEntry, path: string): Found | undefined {
    const { exchange } = this, { folder: origin, labels } = exchange.location;
    const find = () => {
      const found = look(() => origin!.find(path));
      return found?.kind === "file" && refusedProgram(exchange, found) ? undefined : found;
    };
    const type = typeByName(name);
    if (isLink || (stat.kind === "file" && (type === undefined || labels !== undefined))) return find();
    if (stat.kind === "directory") return { kind: "directory", stat };
    const { size, modified } = stat;
    return { kind: "file", size, modified, etag: fileEntityTag(stat), contentType: type! };
  }

  #locksByName(): Map<string, ShownLock[]> {
    const byName = new Map<string, ShownLock[]>();
    for (const lock of this.known.members) {
      const name = lock.path.slice(lock.path.lastIndexOf("/") + 1);
      byName.set(name, [...byName.get(name) ?? [], lock]);
    }
    return byName;
  }
}

/** One that may not be looked at is no reason to hide all the others. */
function look<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (error instanceof FileError) return undefined;
    throw error;
  }
}

/** @param href without a slash at its end */
function describe(
  { location: { labels } }: Exchange,
  path: string,
  href: string,
  found: Found,
  known: Pick<DavResource, "dead" | "locks" | "room">,
): DavResource {
  const plain = withoutSlash(path), name = plain.slice(plain.lastIndexOf("/") + 1);
  if (found.kind === "directory") {
    return { href: `${href}/`, name, modified: found.stat.modified, file: undefined, ...known };
  }
  const { size, etag, modified } = found;
  const { contentType } = found instanceof DiskFile && labels?.labelsOf(found, path) || found;
  return { href, name, modified, file: { size, etag, contentType }, ...known };
}

/** A colon in it would not make it a scheme: it has a slash before it. */
function encodeName(name: string): string {
  return encodePath(`/${name}`).slice(1);
}

/**
 * The path as it was asked for, without a slash at its end: clients (cadaver) look for just that in the answer, however they
 * encode it.
 */
function ownHref({ request, path }: Exchange): string {
  return withoutSlash(isSpelling(request.path, path) ? request.path : encodePath(path));
}

function isSpelling(encoded: string, path: string): boolean {
  try {
    return decodeURIComponent(encoded) === path;
  } catch {
    // No UTF-8.
    return false;
  }
}

/** Where the properties of the store itself lie would be outside of it: it has none. */
function nameIn({ location: { trees: store } }: Exchange, place: string): NameInFolder | undefined {
  if (place === "") return undefined;
  const slash = place.lastIndexOf("/"), folder = store!.folder(place.slice(0, slash));
  return typeof folder === "string" ? undefined : { folder, name: place.slice(slash + 1) };
}

function deadOf(named: NameInFolder | undefined): ReadonlyMap<string, string> {
  const text = named && PROPERTIES.read(named);
  return (text === undefined ? undefined : parseDead(text)) ?? NO_DEAD;
}

async function roomOf({ services, location }: Exchange): Promise<DiskRoom | undefined> {
  const answer = await askLocks(services, { do: "room", path: location.trees!.root });
  return "room" in answer ? answer.room ?? undefined : undefined;
}
