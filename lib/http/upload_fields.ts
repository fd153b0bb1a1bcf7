/**
 * The fields of resumable uploads (draft-ietf-httpbis-resumable-upload-12, section 4.1) as structured fields (RFC 9651).
 * A value that is none of those that a field may have counts as if the field were not there; so does a field that comes
 * twice.
 *
 * @module
 */
import { FieldBlock } from "./fields.ts";

/** Of a structured field's Item: parameters that nobody has given a meaning. */
const PARAMETERS = "(?: *; *[a-z*][a-z0-9_.*-]*(?:=[^;]+)?)*";

const BOOLEAN = new RegExp(`^ *\\?([01])${PARAMETERS} *$`);
const INTEGER = new RegExp(`^ *(\\d{1,15})${PARAMETERS} *$`);

/** The largest Integer (RFC 9651 section 3.3.1). */
const LARGEST = 999_999_999_999_999;

/** The media type of a piece of an upload (section 6). */
export const PARTIAL_UPLOAD = "application/partial-upload";

/** What PATCH takes (RFC 5789 section 3.1). */
export const ACCEPT_PATCH: FieldBlock = FieldBlock.of(["Accept-Patch", PARTIAL_UPLOAD]);

/** True: this request's content is the last; undefined where the request is no resumable upload's. */
export function uploadComplete(fields: FieldBlock): boolean | undefined {
  const value = BOOLEAN.exec(fields.joined("upload-complete") ?? "")?.[1];
  return value === undefined ? undefined : value === "1";
}

/** How many bytes the client takes for received; undefined where it does not say so. */
export function uploadOffset(fields: FieldBlock): number | undefined {
  return integer(fields.joined("upload-offset"));
}

/** How many bytes all of it has; undefined where the client does not say so. */
export function uploadLength(fields: FieldBlock): number | undefined {
  return integer(fields.joined("upload-length"));
}

function integer(value: string | undefined): number | undefined {
  const digits = INTEGER.exec(value ?? "")?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** What an upload may be at most. */
export interface UploadLimits {
  /** Bytes; Infinity is no limit. */
  readonly size: number;
  /** How long it will still be there, in milliseconds. */
  readonly age: number;
}

/** The value of Upload-Limit (section 4.1.4). */
export function uploadLimit({ size, age }: UploadLimits): string {
  const seconds = Math.max(0, Math.min(Math.floor(age / 1000), LARGEST));
  return size > LARGEST ? `max-age=${seconds}` : `max-size=${size}, max-age=${seconds}`;
}

/** An upload's state, as its answers tell it. */
export function stateFields(isComplete: boolean, offset: number): FieldBlock {
  return FieldBlock.of(["Upload-Complete", isComplete ? "?1" : "?0"], ["Upload-Offset", offset]);
}
