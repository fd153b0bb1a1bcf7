/**
 * The element that loads the script, as it stands at the end of a page, in the page's encoding.
 *
 * @module
 */
import { LIVE_SCRIPT_PATH } from "./addresses.ts";

/** How a page's characters are bytes, so far as it matters for an element of ASCII. */
export type PageEncoding = "ascii" | "utf-16le" | "utf-16be";

/** @param nonce of the page's Content-Security-Policy: of base64 characters alone */
export function scriptElement(nonce: string | undefined, encoding: PageEncoding): Uint8Array<ArrayBuffer> {
  const text = `<script src="${LIVE_SCRIPT_PATH}"${nonce === undefined ? "" : ` nonce="${nonce}"`}></script>`;
  if (encoding === "ascii") return encoder.encode(text);
  const bytes = new Uint8Array(text.length * 2), view = new DataView(bytes.buffer);
  for (let i = 0; i < text.length; i++) view.setUint16(i * 2, text.charCodeAt(i), encoding === "utf-16le");
  return bytes;
}

const encoder = new TextEncoder();

/** Labels of UTF-16 (Encoding, section 4.2). */
const UTF_16: Readonly<Record<string, PageEncoding>> = {
  "utf-16": "utf-16le",
  "utf-16le": "utf-16le",
  "unicode": "utf-16le",
  "unicodefeff": "utf-16le",
  "ucs-2": "utf-16le",
  "iso-10646-ucs-2": "utf-16le",
  "csunicode": "utf-16le",
  "utf-16be": "utf-16be",
  "unicodefffe": "utf-16be",
};

/**
 * The encoding of a page, as browsers find it (HTML, section 13.2.3.2). All but UTF-16 have ASCII's bytes for ASCII's
 * characters; a meta element cannot name that.
 *
 * @param contentType the value of the field
 * @param beginning the page's first two bytes, so far as there are any
 */
export function encodingOf(contentType: string, beginning: Uint8Array): PageEncoding {
  const [first, second] = beginning;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  const label = /;[ \t]*charset[ \t]*=[ \t]*"?([^\s;"]+)/i.exec(contentType)?.[1]?.toLowerCase();
  return label !== undefined && Object.hasOwn(UTF_16, label) ? UTF_16[label]! : "ascii";
}
