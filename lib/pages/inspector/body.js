/**
 * The content of a message as it is best looked at: JSON in lines, forms as a table, pictures as pictures, other text as
 * text, bytes in hexadecimal.
 *
 * @module
 */
import { byteSize, element, fieldTable, fieldValue, visible } from "./dom.js";
import { jsonPieces } from "./json.js";

/** The media type of a message without parameters, in lower case. */
export function mediaType(headers) {
  return (fieldValue(headers, "content-type") ?? "").split(";")[0].trim().toLowerCase();
}

/** Bytes in lines of sixteen: place, hexadecimal, and what is printable. */
export function hexDump(bytes) {
  const lines = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const text = row.map((byte) => byte > 31 && byte < 127 ? String.fromCharCode(byte) : ".").join("");
    lines.push(`${at.toString(16).padStart(6, "0")}  ${hex.padEnd(47)}  ${text}`);
  }
  return lines.join("\n");
}

/**
 * The bytes of a recorded body.
 *
 * @param {{ body: string, encoding?: string }} message
 */
export function bodyBytes({ body, encoding }) {
  return encoding === "base64"
    ? Uint8Array.from(atob(body), (byte) => byte.charCodeAt(0))
    : new TextEncoder().encode(body);
}

/**
 * Where a picture may be shown from: a data URL, in which a drawing runs nothing and fetches nothing. Undefined for what
 * is no whole picture.
 *
 * @param {{ headers: any, body: string, encoding?: string, truncated: boolean }} message
 */
export function pictureAddress({ headers, body, encoding, truncated }) {
  const type = mediaType(headers);
  if (truncated || body === "" || !/^image\/[a-z0-9.+-]+$/.test(type)) return undefined;
  return encoding === "base64"
    ? `data:${type};base64,${body}`
    : `data:${type},${encodeURIComponent(body.toWellFormed())}`;
}

/**
 * Names and values of a form; undefined for what is none.
 *
 * @param {{ headers: any, body: string, encoding?: string }} message
 */
export function formEntries({ headers, body, encoding }) {
  if (encoding !== undefined || mediaType(headers) !== "application/x-www-form-urlencoded") return undefined;
  return [...new URLSearchParams(body)];
}

/** A text, coloured where it is JSON. */
export function textView(message) {
  const type = mediaType(message.headers);
  const isJson = type === "application/json" || type.endsWith("+json");
  const pieces = isJson ? jsonPieces(message.body, message.truncated) : undefined;
  const pre = element("pre", { tabindex: "0" });
  // Some ten thousand elements are more than colours are worth.
  if (pieces === undefined || pieces.length > 8000) {
    pre.textContent = visible(pieces?.map(([, text]) => text).join("") ?? message.body);
  } else {
    pre.append(
      ...pieces.map(([kind, text]) =>
        kind === "" ? visible(text) : element("span", { class: `j-${kind}`, text: visible(text) })
      ),
    );
  }
  return pre;
}

/** The elements for a body, the most telling form first. */
export function bodyView(message) {
  const { body, encoding, truncated, size } = message;
  if (body === "") {
    return [element("p", { class: "dim", text: size > 0 ? `${byteSize(size)}, not kept.` : "No content." })];
  }
  const shown = [];
  const picture = pictureAddress(message), entries = formEntries(message);
  if (picture !== undefined) {
    shown.push(element("img", { src: picture, alt: "The picture that was sent", class: "picture" }));
  }
  if (entries !== undefined) {
    shown.push(fieldTable(entries.map(([name, value]) => ({ name, value })), "Form"));
  }
  if (encoding === "base64") {
    const bytes = bodyBytes(message), some = bytes.subarray(0, 4096);
    if (picture === undefined) {
      shown.push(element("pre", { class: "hex", tabindex: "0", text: hexDump(some) }));
      if (some.length < bytes.length) {
        shown.push(element("p", { class: "dim", text: `The first ${byteSize(some.length)} are shown.` }));
      }
    }
  } else if (entries === undefined && (picture === undefined || body.length < 8192)) {
    shown.push(textView(message));
  }
  if (truncated) {
    shown.push(
      element("p", {
        class: "dim",
        text: `Only the beginning is kept; ${byteSize(size)} went over the wire.`,
      }),
    );
  }
  return shown;
}
