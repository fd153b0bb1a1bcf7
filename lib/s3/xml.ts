/**
 * Reads the XML that storage answers with, as it comes, and writes what it is told. Strictly: what is not well-formed is
 * refused, and so is a document type, so that there are no entities but the five of XML itself. Bytes, elements and depth
 * are bounded.
 *
 * @module
 */
import { SaxesParser } from "saxes";
import type { BodySource } from "../http/message.ts";

/** Of one document. A page of a thousand keys, each as long as one may be and encoded, takes less than 4 MiB. */
export const XML_BOUNDS = { bytes: 4 * 1024 * 1024, elements: 32_000, depth: 16 };

/** An element; attributes and the text between elements are passed over. */
export class XmlElement {
  readonly children: XmlElement[] = [];
  text = "";

  /** @param name as it is written */
  constructor(readonly name: string) {}

  all(name: string): readonly XmlElement[] {
    return this.children.filter((child) => child.name === name);
  }

  /** The text of the only child of this name; undefined if there is none. @throws {XmlFault} if there are several */
  optional(name: string): string | undefined {
    const [first, second] = this.all(name);
    if (second !== undefined) throw new XmlFault(`${this.name} has ${name} twice`);
    return first?.text;
  }

  /** @throws {XmlFault} also if there is none */
  required(name: string): string {
    const text = this.optional(name);
    if (text === undefined) throw new XmlFault(`${this.name} has no ${name}`);
    return text;
  }
}

/** A document that is none, or not the one that was asked for. Its message has nothing of the document but names. */
export class XmlFault extends Error {
  override readonly name = "XmlFault";
}

/** What is read at a time. */
const PIECE = 16 * 1024;

/**
 * The root of a document. Closes the source.
 *
 * @param most bytes of it
 * @throws {XmlFault} by rejecting
 * @throws {BodyError} by rejecting, as the source does
 */
export async function readXml(source: BodySource, most: number = XML_BOUNDS.bytes): Promise<XmlElement> {
  const reader = new Reader();
  const buffer = new Uint8Array(Math.min(PIECE, most));
  let length = 0;
  try {
    for (;;) {
      const count = await source.read(buffer);
      if (count === null) return reader.end();
      length += count;
      if (length > most) throw new XmlFault(`the document is longer than ${most} bytes`);
      reader.write(buffer.subarray(0, count));
    }
  } finally {
    source.close();
  }
}

class Reader {
  readonly #parser = new SaxesParser({ xmlns: false, position: false });
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });
  readonly #open: XmlElement[] = [];
  #root: XmlElement | undefined;
  #elements = 0;
  #hasBegun = false;

  constructor() {
    const parser = this.#parser;
    parser.on("error", ({ message }) => fail(`the document is not well-formed: ${withoutText(message)}`));
    parser.on("doctype", () => fail("the document has a document type"));
    parser.on("xmldecl", ({ encoding, version }) => {
      if (version !== undefined && version !== "1.0") fail("the document is not of XML 1.0");
      if (encoding !== undefined && !/^(?:utf-?8|us-ascii)$/i.test(encoding)) {
        fail("the document is not UTF-8");
      }
    });
    parser.on("opentag", ({ name }) => this.#begin(name));
    const onText = (text: string) => {
      const last = this.#open.at(-1);
      if (last !== undefined && last.children.length === 0) last.text += text;
    };
    parser.on("text", onText);
    parser.on("cdata", onText);
    parser.on("closetag", () => void this.#open.pop());
  }

  write(bytes: Uint8Array): void {
    this.#take(this.#decode(bytes));
  }

  end(): XmlElement {
    this.#take(this.#decode());
    this.#parser.close();
    return this.#root ?? fail("the document has no element");
  }

  #begin(name: string): void {
    if (++this.#elements > XML_BOUNDS.elements || this.#open.length >= XML_BOUNDS.depth) {
      fail("the document has too many elements, or they stand too deep");
    }
    const element = new XmlElement(name);
    const last = this.#open.at(-1);
    if (last !== undefined) {
      last.children.push(element);
      last.text = "";
    }
    this.#root ??= element;
    this.#open.push(element);
  }

  /** Storage that takes its time sends white space meanwhile, and the declaration may come behind that. */
  #take(text: string): void {
    const rest = this.#hasBegun ? text : text.replace(/^[ \t\r\n]+/, "");
    if (rest === "") return;
    this.#hasBegun = true;
    this.#parser.write(rest);
  }

  #decode(bytes?: Uint8Array): string {
    try {
      return bytes === undefined ? this.#decoder.decode() : this.#decoder.decode(bytes, { stream: true });
    } catch {
      return fail("the document is not UTF-8");
    }
  }
}

/** The parser quotes what it does not like, which may be anything. */
function withoutText(message: string): string {
  return message.replace(/[^\x20-\x7e]/g, "?").slice(0, 100);
}

function fail(message: string): never {
  throw new XmlFault(message);
}

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/** Text as it stands within an element. */
export function escapeText(text: string): string {
  return text.replace(/[&<>]/g, (character) => ESCAPES[character]!);
}
