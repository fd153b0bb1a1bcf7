/**
 * Whether an answer is what was asked for, and what is asked for so that it is: conditions, types, ranges, tags.
 *
 * @module
 */
import type { HttpError } from "../http/errors.ts";
import type { Field } from "../http/fields.ts";
import type { OwnAnswer } from "../http/http_client.ts";
import type { ByteRange } from "../http/ranges.ts";
import type { FileError } from "../ports.ts";
import { brokenAnswer, errorOfRefusal, fileError, type Refusal } from "./errors.ts";
import { entityTagOf, storableType } from "./metadata.ts";
import type { BucketSettings, PutConditions } from "./storage.ts";

/** What is said of the type of what is stored. */
export function typeFields(contentType: string | undefined): readonly Field[] {
  const type = storableType(contentType);
  return type === undefined ? [] : [["Content-Type", type]];
}

/** What has to hold. */
export function conditionFields({ mustBeNew, over }: PutConditions): readonly Field[] {
  const fields: Field[] = [];
  if (mustBeNew) fields.push(["If-None-Match", "*"]);
  if (over !== undefined) fields.push(["If-Match", over]);
  return fields;
}

/** Why something was not stored. */
export function errorOfPut(
  refusal: Refusal,
  conditions: PutConditions,
  settings: BucketSettings,
  key: string,
): HttpError | FileError {
  const { mustBeNew, over } = conditions;
  if ((mustBeNew || over !== undefined) && isUnmet(refusal, over)) {
    return fileError(mustBeNew ? "exists" : "changed", settings, key, reasonOf(refusal));
  }
  return errorOfRefusal(refusal, settings, key);
}

/** Somebody else who stores under the same condition at the same time is 409 for some. */
function isUnmet({ status, code }: Refusal, over: string | undefined): boolean {
  return status === 412 || code === "PreconditionFailed" || code === "ConditionalRequestConflict" ||
    (over !== undefined && status === 404 && (code === undefined || code === "NoSuchKey"));
}

/** What was found before is another by now, or is not there. */
export function isGone({ status, code }: Refusal): boolean {
  return status === 412 || status === 416 || (status === 404 && code !== "NoSuchBucket");
}

/** Of a refusal, in one word. */
export function reasonOf({ status, code }: Refusal): string {
  return code ?? String(status);
}

/** The answer is about another state of the object than was asked for: not all storage heeds If-Match. */
export function isOfAnother({ fields }: OwnAnswer, etag: string): boolean {
  const tag = fields.get("etag");
  return tag !== undefined && entityTagOf(tag) !== etag;
}

const CONTENT_RANGE = /^bytes (\d{1,16})-(\d{1,16})\/(?:\d{1,16}|\*)$/i;

/** What is wrong with content that was asked for, in words; undefined if nothing is. */
export function faultOfContent(
  { status, fields, body: { length } }: OwnAnswer,
  range: ByteRange | undefined,
): string | undefined {
  if (length === undefined) return "content without a length";
  if (range === undefined) return status === 200 ? undefined : "a part where all was asked for";
  const size = range.end - range.start;
  if (status === 206) {
    const match = CONTENT_RANGE.exec(fields.get("content-range") ?? "");
    const isThat = match !== null && Number(match[1]) === range.start && Number(match[2]) === range.end - 1;
    if (!isThat) return "another range than was asked for";
  } else if (range.start > 0 || length !== size) return "all where a part was asked for";
  return length === size ? undefined : "a range of another length";
}

/** The tag of what has been stored. Closes the answer's body. @throws {HttpError} 502 */
export function storedTag({ fields, body }: OwnAnswer, settings: BucketSettings): string {
  body.close();
  const tag = entityTagOf(fields.get("etag"));
  if (tag === undefined) throw brokenAnswer(settings, "no ETag that is a strong entity tag");
  return tag;
}
