/**
 * What the documents say that storage answers with: listings, multipart uploads, errors.
 *
 * @module
 */
import { decodeText } from "./encoding.ts";
import { entityTagOf } from "./metadata.ts";
import type { ListedObject, ListingOptions, ListingPage, StoredPart } from "./storage.ts";
import { escapeText, type XmlElement, XmlFault } from "./xml.ts";

/** What went wrong, in the storage's words, which are short and have no secret. */
export interface ErrorDocument {
  /** E.g. `AccessDenied`. */
  readonly code: string;
  /** Of the bucket, where the request was for another. */
  readonly region: string | undefined;
}

/** SECURITY: nobody writes lines of the log but ourselves. */
const WORD = /^[A-Za-z0-9._-]{1,64}$/;

/** What a document says of an error; undefined if it is about something else, or has no code that is one. */
export function errorOf(root: XmlElement): ErrorDocument | undefined {
  if (root.name !== "Error") return undefined;
  const code = root.all("Code")[0]?.text ?? "";
  const region = root.all("Region")[0]?.text ?? "";
  return WORD.test(code) ? { code, region: wordOf(region) } : undefined;
}

/** A short word of the storage's, for the log; undefined if it is none. */
export function wordOf(text: string | undefined): string | undefined {
  return text !== undefined && WORD.test(text) ? text : undefined;
}

/** Refuses a root of another name. @throws {XmlFault} */
export function expectRoot(root: XmlElement, name: string): void {
  if (root.name !== name) throw new XmlFault(`the document's root is not ${name}`);
}

/**
 * A page of a listing (ListObjectsV2).
 *
 * SECURITY: what does not begin as it was asked for would be taken for something else.
 *
 * @throws {XmlFault}
 */
export function listingOf(root: XmlElement, { prefix, delimited, start }: ListingOptions): ListingPage {
  expectRoot(root, "ListBucketResult");
  const isEncoded = encodingOf(root) === "url";
  const textOf = (element: XmlElement, name: string): string | undefined => {
    const text = element.required(name);
    const found = isEncoded ? decodeText(text) : text;
    if (found !== undefined && !found.startsWith(prefix)) throw new XmlFault(`${name} has another beginning`);
    return found;
  };
  const objects: ListedObject[] = [];
  for (const element of root.all("Contents")) {
    const key = textOf(element, "Key");
    const size = numberOf(element.required("Size"));
    const modified = timeOf(element.required("LastModified"));
    if (key !== undefined) objects.push({ key, size, modified });
  }
  const prefixes: string[] = [];
  for (const element of delimited ? root.all("CommonPrefixes") : []) {
    const found = textOf(element, "Prefix");
    if (found === undefined) continue;
    if (!found.endsWith("/")) throw new XmlFault("a common prefix has no slash at its end");
    prefixes.push(found);
  }
  return { objects, prefixes, next: nextOf(root, start) };
}

function encodingOf(root: XmlElement): string | undefined {
  const encoding = root.optional("EncodingType");
  if (encoding !== undefined && encoding !== "url" && encoding !== "") {
    throw new XmlFault("EncodingType is not url");
  }
  return encoding;
}

/** A listing that begins again where it began would never end. */
function nextOf(root: XmlElement, start: string | undefined): string | undefined {
  const isTruncated = root.required("IsTruncated");
  if (isTruncated === "false") return undefined;
  if (isTruncated !== "true") throw new XmlFault("IsTruncated is neither true nor false");
  const next = root.required("NextContinuationToken");
  if (next === "" || next === start) throw new XmlFault("the listing does not go on where it says it does");
  return next;
}

function numberOf(text: string): number {
  const number = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(number)) throw new XmlFault("Size is no number of bytes");
  return number;
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|\+00:00)$/;

function timeOf(text: string): number {
  const time = TIME.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(time)) throw new XmlFault("LastModified is no time");
  return time;
}

const LONGEST_ID = 2048;

/** The id of a multipart upload that has begun. @throws {XmlFault} */
export function uploadIdOf(root: XmlElement): string {
  expectRoot(root, "InitiateMultipartUploadResult");
  const id = root.required("UploadId");
  if (id === "" || id.length > LONGEST_ID) throw new XmlFault("UploadId is empty, or too long");
  return id;
}

/** The tag of what has been put together; undefined where it is left empty, as radosgw does. @throws {XmlFault} */
export function completedTagOf(root: XmlElement): string | undefined {
  expectRoot(root, "CompleteMultipartUploadResult");
  const text = root.optional("ETag") ?? "";
  if (text === "") return undefined;
  const tag = entityTagOf(text);
  if (tag === undefined) throw new XmlFault("ETag is no strong entity tag");
  return tag;
}

/** Of which parts something is to be put together. */
export function completion(parts: readonly StoredPart[]): string {
  const lines = parts.map(({ number, etag }) =>
    `<Part><PartNumber>${number}</PartNumber><ETag>${escapeText(etag)}</ETag></Part>`
  );
  return `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${
    lines.join("")
  }</CompleteMultipartUpload>`;
}
