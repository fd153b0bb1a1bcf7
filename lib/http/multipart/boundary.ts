/**
 * The boundary of a multipart/form-data body out of its Content-Type (RFC 2046 section 5.1.1, RFC 7578 section 4.1).
 * Refuses: no boundary or two, more than 70 characters, characters that the grammar of boundaries does not have, and
 * such as need quotes without them.
 *
 * @module
 */
import { parseParameters } from "../parameters.ts";

const FORM_DATA = /^multipart\/form-data(?=[ \t;]|$)/i;
// The last character must not be a space.
const BOUNDARY = /^[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]$/;

/** True if a Content-Type says multipart/form-data, with a usable boundary or without. */
export function isFormData(contentType: string | undefined): boolean {
  return contentType !== undefined && FORM_DATA.test(contentType);
}

/** The boundary of a multipart/form-data body; undefined for another media type or a malformed one. */
export function multipartBoundary(contentType: string | undefined): string | undefined {
  const type = contentType === undefined ? null : FORM_DATA.exec(contentType);
  if (type === null) return undefined;
  const value = parseParameters(contentType!, type[0].length)?.get("boundary");
  const boundary = value?.quoted ? value.text.replace(/\\(.)/g, "$1") : value?.text;
  return boundary !== undefined && isBoundary(boundary) ? boundary : undefined;
}

/** True if the grammar of boundaries holds. */
export function isBoundary(text: string): boolean {
  return BOUNDARY.test(text);
}
