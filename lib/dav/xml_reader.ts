/**
 * Reads an XML document strictly (XML 1.0, Namespaces in XML 1.0): what is not well-formed is refused, and so is a
 * document type, so that there are no entities but the five of XML itself. Depth, size and number of elements are
 * bounded. Comments and processing instructions are passed over.
 *
 * @module
 */
import { SaxesParser } from "saxes";
import { HttpError } from "../http/errors.ts";
import { DAV, XML, type XmlElement } from "./xml.ts";

/** Bytes of a document, elements in it, and how deep they stand in each other. */
export const XML_BOUNDS = { bytes: 128 * 1024, elements: 10_000, depth: 64 };

interface Building {
  readonly element: XmlElement;
  readonly children: (XmlElement | string)[];
}

const DECLARATION = "http://www.w3.org/2000/xmlns/";

/**
 * The root of a document.
 *
 * @param bytes UTF-8, or UTF-16 with a mark of its byte order
 * @throws {HttpError} 400 for what is none, 413 for one beyond the bounds
 */
export function readXml(bytes: Uint8Array): XmlElement {
  if (bytes.length > XML_BOUNDS.bytes) throw new HttpError(413, "The XML document is too large");
  const text = decode(bytes);
  const parser = new SaxesParser({ xmlns: true, position: false });
  const open: Building[] = [];
  let root: XmlElement | undefined, elements = 0;
  const add = (child: XmlElement | string) => {
    const last = open.at(-1);
    if (last === undefined) return;
    // A text may come in pieces.
    const before = last.children.at(-1);
    if (typeof child === "string" && typeof before === "string") last.children.splice(-1, 1, before + child);
    else last.children.push(child);
  };
  parser.on("error", ({ message }) => fail(message));
  parser.on("doctype", () => fail("a document type is not read"));
  parser.on("xmldecl", ({ encoding, version }) => {
    if (version !== undefined && version !== "1.0") fail(`version ${version}`);
    if (encoding !== undefined && !/^(?:utf-?(?:8|16)|us-ascii)$/i.test(encoding)) {
      fail(`encoding ${encoding}`);
    }
  });
  parser.on("opentag", ({ uri, local, attributes }) => {
    if (++elements > XML_BOUNDS.elements || open.length >= XML_BOUNDS.depth) {
      throw new HttpError(413, "The XML document has too many elements, or they stand too deep");
    }
    const children: (XmlElement | string)[] = [];
    const own = Object.values(attributes).filter(({ uri }) => uri !== DECLARATION);
    const element: XmlElement = {
      namespace: uri,
      name: local,
      attributes: own.map(({ uri, local, value }) => ({ namespace: uri, name: local, value })),
      children,
    };
    add(element);
    open.push({ element, children });
    root ??= element;
  });
  parser.on("text", add);
  parser.on("cdata", add);
  parser.on("closetag", () => void open.pop());
  parser.write(text).close();
  return root ?? fail("there is no element");
}

function fail(why: string): never {
  throw new HttpError(400, `The body is no XML that is read here: ${why}`);
}

function decode(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding = first === 0xfe && second === 0xff
    ? "utf-16be"
    : first === 0xff && second === 0xfe
    ? "utf-16le"
    : "utf-8";
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return fail(`it is not ${encoding}`);
    throw error;
  }
}

/** The language that holds within an element of that document: the nearest `xml:lang` around it. */
export function languageOf(way: readonly XmlElement[]): string | undefined {
  for (const { attributes } of way.toReversed()) {
    const found = attributes.find(({ namespace, name }) => namespace === XML && name === "lang");
    if (found !== undefined) return found.value;
  }
  return undefined;
}

/** The root, if it is the element of RFC 4918 of that name. @throws {HttpError} 400 */
export function expectRoot(root: XmlElement, name: string): XmlElement {
  return root.namespace === DAV && root.name === name ? root : fail(`its root is not ${name}`);
}
