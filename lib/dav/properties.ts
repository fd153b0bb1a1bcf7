/**
 * Properties of files and folders: those that the server works out (RFC 4918 section 15, RFC 4331), and those that clients
 * have left there.
 *
 * @module
 */
import { formatHttpDate } from "../http/date.ts";
import type { PropertyChange, PropfindQuery } from "./bodies.ts";
import type { DiskRoom, ShownLock } from "./lock_questions.ts";
import { DAV, escapeText, keyOf, writeElement, writeEmpty, type XmlName } from "./xml.ts";

/** A file or a folder whose properties are told. */
export interface DavResource {
  /** Encoded path; a folder's ends with a slash. */
  readonly href: string;
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly modified: number;
  /** Undefined for a folder. */
  readonly file: { readonly size: number; readonly etag: string; readonly contentType: string } | undefined;
  /** What clients have left: elements as text, by keyOf(). */
  readonly dead: ReadonlyMap<string, string>;
  readonly locks: readonly ShownLock[];
  readonly room: DiskRoom | undefined;
}

/** What the server works out: the content of an element; undefined where a resource has no such property. */
type Live = (resource: DavResource) => string | undefined;

const LIVE: ReadonlyMap<string, Live> = new Map<string, Live>([
  ["resourcetype", ({ file }) => file === undefined ? "<D:collection/>" : ""],
  ["getlastmodified", ({ modified }) => formatHttpDate(modified)],
  ["getcontentlength", ({ file }) => file && String(file.size)],
  ["getcontenttype", ({ file }) => file && escapeText(file.contentType)],
  ["getetag", ({ file }) => file && escapeText(file.etag)],
  ["lockdiscovery", ({ locks }) => locks.map(activeLock).join("")],
  ["supportedlock", () => SUPPORTED],
]);

/** Dearer ones, which are told only where they are asked for by name (RFC 4331 section 2). */
const DEAR: ReadonlyMap<string, Live> = new Map<string, Live>([
  ["quota-available-bytes", ({ file, room }) => file ? undefined : room && String(room.available)],
  ["quota-used-bytes", ({ file, room }) => file ? undefined : room && String(room.used)],
]);

/** What a client may set: without its word it is the name. */
const DISPLAY_NAME = "displayname";

function entry(scope: string): string {
  return `<D:lockentry><D:lockscope><D:${scope}/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockentry>`;
}

const SUPPORTED = entry("exclusive") + entry("shared");

/** A lock as `lockdiscovery` has it (RFC 4918 section 14.1). */
export function activeLock({ scope, isDeep, owner, seconds, token, url }: ShownLock): string {
  return `<D:activelock><D:locktype><D:write/></D:locktype><D:lockscope><D:${scope}/></D:lockscope>` +
    `<D:depth>${isDeep ? "infinity" : "0"}</D:depth>${owner}<D:timeout>Second-${seconds}</D:timeout>` +
    `<D:locktoken><D:href>${escapeText(token)}</D:href></D:locktoken>` +
    `<D:lockroot><D:href>${escapeText(url)}</D:href></D:lockroot></D:activelock>`;
}

/** True where somebody has to look how much room there is. */
export function asksForRoom(query: PropfindQuery): boolean {
  const names = query.kind === "named" ? query.names : query.kind === "all" ? query.include : [];
  return names.some(({ namespace, name }) => namespace === DAV && DEAR.has(name));
}

/** One resource's part of the answer to a PROPFIND. */
export function writeProperties(resource: DavResource, query: PropfindQuery): string {
  const found: string[] = [], missing: string[] = [];
  if (query.kind === "named") addNamed(resource, query.names, found, missing);
  else {
    addAll(resource, query.kind === "names", found);
    if (query.kind === "all") addNamed(resource, query.include.filter(isDear), found, missing);
  }
  const parts = found.length > 0 || missing.length === 0 ? propstat(found, 200) : "";
  return response(resource.href, parts + (missing.length > 0 ? propstat(missing, 404) : ""));
}

function isDear({ namespace, name }: XmlName): boolean {
  return namespace === DAV && DEAR.has(name);
}

function addAll(resource: DavResource, namesOnly: boolean, found: string[]): void {
  for (const [name, tell] of LIVE) {
    const value = tell(resource);
    if (value !== undefined) found.push(namesOnly || value === "" ? `<D:${name}/>` : element(name, value));
  }
  const display = keyOf({ namespace: DAV, name: DISPLAY_NAME });
  if (!resource.dead.has(display)) {
    found.push(namesOnly ? `<D:${DISPLAY_NAME}/>` : element(DISPLAY_NAME, escapeText(resource.name)));
  }
  for (const [key, text] of resource.dead) {
    const space = key.lastIndexOf(" ");
    found.push(namesOnly ? writeEmpty({ namespace: key.slice(0, space), name: key.slice(space + 1) }) : text);
  }
}

function addNamed(
  resource: DavResource,
  names: readonly XmlName[],
  found: string[],
  missing: string[],
): void {
  for (const asked of names) {
    const text = valueOf(resource, asked);
    if (text === undefined) missing.push(writeEmpty(asked));
    else found.push(text);
  }
}

/** A property as an element; undefined where there is none. */
function valueOf(resource: DavResource, asked: XmlName): string | undefined {
  const left = resource.dead.get(keyOf(asked));
  if (left !== undefined) return left;
  if (asked.namespace !== DAV) return undefined;
  if (asked.name === DISPLAY_NAME) return element(DISPLAY_NAME, escapeText(resource.name));
  const value = (LIVE.get(asked.name) ?? DEAR.get(asked.name))?.(resource);
  return value === undefined ? undefined : element(asked.name, value);
}

function element(name: string, content: string): string {
  return `<D:${name}>${content}</D:${name}>`;
}

/** Properties of one resource, all of which have one status. */
export function propstat(properties: readonly string[], status: number, condition = ""): string {
  return `<D:propstat><D:prop>${properties.join("")}</D:prop><D:status>${
    statusLine(status)
  }</D:status>${condition}</D:propstat>`;
}

const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  403: "Forbidden",
  404: "Not Found",
  423: "Locked",
  424: "Failed Dependency",
  507: "Insufficient Storage",
};

/** As it stands in a multistatus (RFC 4918 section 14.28). */
export function statusLine(status: number): string {
  return `HTTP/1.1 ${status} ${REASONS[status] ?? ""}`.trimEnd();
}

/** One resource's part of a multistatus. */
export function response(href: string, content: string): string {
  return `<D:response><D:href>${escapeText(href)}</D:href>${content}</D:response>\n`;
}

/** What is in front of the parts of a multistatus, and behind them. */
export const MULTISTATUS = {
  head: '<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus xmlns:D="DAV:">\n',
  tail: "</D:multistatus>\n",
};

/** Of all that clients leave at one resource, in characters. */
export const MOST_PROPERTIES = 64 * 1024;

/** What comes of the steps of a PROPPATCH. */
export interface PatchResult {
  /** What clients have left afterwards; undefined where nothing is changed, since one step cannot be taken. */
  readonly dead: ReadonlyMap<string, string> | undefined;
  /** The part of the answer. */
  readonly text: string;
}

/** Takes all steps, or none (RFC 4918 section 9.2). */
export function patchProperties(
  href: string,
  before: ReadonlyMap<string, string>,
  changes: readonly PropertyChange[],
): PatchResult {
  const dead = new Map(before);
  const names = changes.map((change) => "set" in change ? change.set : change.remove);
  const isProtected = names.map(isLive);
  for (const change of changes) {
    if ("set" in change) dead.set(keyOf(change.set), writeElement(change.set));
    else dead.delete(keyOf(change.remove));
  }
  const [written, refused] = [false, true].map((
    which,
  ) => [...new Set(names.filter((_, index) => isProtected[index] === which).map(writeEmpty))]) as [
    string[],
    string[],
  ];
  if (refused.length > 0) {
    const condition = "<D:error><D:cannot-modify-protected-property/></D:error>";
    const others = written.length > 0 ? propstat(written, 424) : "";
    return { dead: undefined, text: response(href, propstat(refused, 403, condition) + others) };
  }
  const size = [...dead].reduce((sum, [key, text]) => sum + key.length + text.length, 0);
  if (size > MOST_PROPERTIES) return { dead: undefined, text: response(href, propstat(written, 507)) };
  return { dead, text: response(href, propstat(written, 200)) };
}

function isLive({ namespace, name }: XmlName): boolean {
  return namespace === DAV && (LIVE.has(name) || DEAR.has(name) || name === "creationdate");
}

/** As they are kept; undefined for what was not written by writeDead(). Never throws. */
export function parseDead(text: string): ReadonlyMap<string, string> | undefined {
  try {
    const list: unknown = JSON.parse(text);
    if (!Array.isArray(list) || !list.every(isPair)) return undefined;
    return new Map(list);
  } catch {
    return undefined;
  }
}

function isPair(one: unknown): one is [string, string] {
  return Array.isArray(one) && one.length === 2 && one.every((text) => typeof text === "string");
}

/** What parseDead() reads. */
export function writeDead(dead: ReadonlyMap<string, string>): string {
  return JSON.stringify([...dead]);
}
