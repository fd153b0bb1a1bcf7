/**
 * Elements with names that stand in namespaces (Namespaces in XML 1.0), as text: each says all that it needs, wherever
 * it is put.
 *
 * @module
 */

/** The namespace of RFC 4918. */
export const DAV = "DAV:";

/** Of `xml:lang`. */
export const XML = "http://www.w3.org/XML/1998/namespace";

/** A name in a namespace, which is empty for none. */
export interface XmlName {
  readonly namespace: string;
  readonly name: string;
}

/** An element. */
export interface XmlElement extends XmlName {
  readonly attributes: readonly (XmlName & { readonly value: string })[];
  readonly children: readonly (XmlElement | string)[];
}

/** Tells names apart: a space is in no namespace that can be told from another by it, and in no name. */
export function keyOf({ namespace, name }: XmlName): string {
  return `${namespace} ${name}`;
}

/** True for an element of that name in the namespace of RFC 4918. */
export function isDav(node: XmlElement | string, name: string): node is XmlElement {
  return typeof node !== "string" && node.namespace === DAV && node.name === name;
}

/** Its children that are elements. */
export function elementsOf({ children }: XmlElement): XmlElement[] {
  return children.filter((child) => typeof child !== "string");
}

/** Its child of that name in the namespace of RFC 4918, the first of them. */
export function childOf(element: XmlElement, name: string): XmlElement | undefined {
  return elementsOf(element).find((child) => isDav(child, name));
}

/** Its own text, without that of its children. */
export function textOf({ children }: XmlElement): string {
  return children.filter((child) => typeof child === "string").join("");
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
};

// What no document of XML 1.0 may have, however it is written.
// deno-lint-ignore no-control-regex
const UNFIT = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g;

/** Text as it stands between tags. What XML has no characters for (a file's name may have them) is U+FFFD. */
export function escapeText(text: string): string {
  return wellFormed(text).replace(/[&<>\r]/g, (character) => ESCAPES[character]!);
}

function escapeValue(text: string): string {
  return wellFormed(text).replace(/[&<>"\t\n\r]/g, (character) => ESCAPES[character]!);
}

function wellFormed(text: string): string {
  return text.toWellFormed().replace(UNFIT, "\ufffd");
}

/**
 * An element as text. Those of RFC 4918 have the prefix `D`, which must be declared around it; every other declares its
 * own namespace.
 */
export function writeElement({ namespace, name, attributes, children }: XmlElement): string {
  const [tag, declared] = qualified({ namespace, name });
  const written = attributes.map((attribute, index) => writeAttribute(attribute, index)).join("");
  const open = `<${tag}${declared}${written}`;
  if (children.length === 0) return `${open}/>`;
  const content = children.map((child) =>
    typeof child === "string" ? escapeText(child) : writeElement(child)
  );
  return `${open}>${content.join("")}</${tag}>`;
}

/** An element without content, of which only the name counts. */
export function writeEmpty(name: XmlName): string {
  const [tag, declared] = qualified(name);
  return `<${tag}${declared}/>`;
}

function qualified({ namespace, name }: XmlName): [tag: string, declared: string] {
  if (namespace === DAV) return [`D:${name}`, ""];
  return [name, ` xmlns="${escapeValue(namespace)}"`];
}

/** An attribute without a prefix is in no namespace, whatever its element is in. */
function writeAttribute({ namespace, name, value }: XmlName & { value: string }, index: number): string {
  const text = `="${escapeValue(value)}"`;
  if (namespace === "") return ` ${name}${text}`;
  if (namespace === XML) return ` xml:${name}${text}`;
  return ` xmlns:a${index}="${escapeValue(namespace)}" a${index}:${name}${text}`;
}
