/**
 * What the bodies of requests ask for: `propfind`, `propertyupdate` and `lockinfo` (RFC 4918 sections 14.20, 14.19 and
 * 14.11). Elements that are not known are passed over (section 17).
 *
 * @module
 */
import { HttpError } from "../http/errors.ts";
import { childOf, elementsOf, isDav, XML, type XmlElement, type XmlName } from "./xml.ts";
import { expectRoot, languageOf, readXml } from "./xml_reader.ts";

/** What a PROPFIND asks for. */
export type PropfindQuery =
  /** All properties but those that are dear, and some of these. */
  | { readonly kind: "all"; readonly include: readonly XmlName[] }
  | { readonly kind: "names" }
  | { readonly kind: "named"; readonly names: readonly XmlName[] };

/** One step of a PROPPATCH, in the order of the document. */
export type PropertyChange =
  | { readonly set: XmlElement }
  | { readonly remove: XmlName };

/** What a LOCK asks for. */
export interface LockInfo {
  readonly scope: "exclusive" | "shared";
  /** What the client says of itself. */
  readonly owner: XmlElement | undefined;
}

const EMPTY = 400;

/** An empty body asks for all properties (RFC 4918 section 9.1). @throws {HttpError} */
export function parsePropfind(body: Uint8Array): PropfindQuery {
  if (body.length === 0) return { kind: "all", include: [] };
  const root = expectRoot(readXml(body), "propfind");
  const kinds = elementsOf(root).filter((child) =>
    ["allprop", "propname", "prop"].some((name) => isDav(child, name))
  );
  const [asked] = kinds;
  if (asked === undefined || kinds.length > 1) {
    throw new HttpError(EMPTY, "A propfind asks for allprop, propname or prop, and for one of them");
  }
  if (asked.name === "propname") return { kind: "names" };
  if (asked.name === "prop") return { kind: "named", names: elementsOf(asked) };
  const include = childOf(root, "include");
  return { kind: "all", include: include === undefined ? [] : elementsOf(include) };
}

/** @throws {HttpError} */
export function parsePropertyUpdate(body: Uint8Array): PropertyChange[] {
  const root = expectRoot(readXml(body), "propertyupdate"), changes: PropertyChange[] = [];
  for (const step of elementsOf(root)) {
    const sets = isDav(step, "set");
    if (!sets && !isDav(step, "remove")) continue;
    for (const prop of elementsOf(step)) {
      if (!isDav(prop, "prop")) continue;
      for (const property of elementsOf(prop)) {
        changes.push(sets ? { set: inLanguage(property, [root, step, prop]) } : { remove: property });
      }
    }
  }
  if (changes.length === 0) throw new HttpError(EMPTY, "A propertyupdate without a property");
  return changes;
}

/** The language around a property is a part of it (RFC 4918 section 4.3). */
function inLanguage(property: XmlElement, around: readonly XmlElement[]): XmlElement {
  const language = languageOf(around);
  if (language === undefined || languageOf([property]) !== undefined) return property;
  const attribute = { namespace: XML, name: "lang", value: language };
  return { ...property, attributes: [...property.attributes, attribute] };
}

/** @throws {HttpError} */
export function parseLockInfo(body: Uint8Array): LockInfo {
  const root = expectRoot(readXml(body), "lockinfo");
  const type = childOf(root, "locktype"), scope = childOf(root, "lockscope");
  const isExclusive = scope && childOf(scope, "exclusive") !== undefined;
  const isShared = scope && childOf(scope, "shared") !== undefined;
  if (type === undefined || childOf(type, "write") === undefined || isExclusive === isShared) {
    throw new HttpError(422, "A lock is a write lock, and either exclusive or shared");
  }
  return { scope: isExclusive ? "exclusive" : "shared", owner: childOf(root, "owner") };
}
