/**
 * What storage refuses, or breaks, as the client is told it (502, and nothing more) and as the error log has it.
 *
 * @module
 */
import { BodyError, HttpError } from "../http/errors.ts";
import type { FieldBlock } from "../http/fields.ts";
import type { OwnAnswer } from "../http/http_client.ts";
import { objectUrl } from "../http/object_url.ts";
import { FileError } from "../ports.ts";
import { errorOf, wordOf } from "./documents.ts";
import type { BucketSettings } from "./storage.ts";
import { readXml, type XmlElement, XmlFault } from "./xml.ts";

/** An answer that is not what was asked for. */
export interface Refusal {
  readonly status: number;
  /** In the storage's words; undefined where it has none, as for HEAD. */
  readonly code: string | undefined;
  /** Where the bucket is, if the storage says so. */
  readonly region: string | undefined;
}

/** Bytes of a document about an error. */
const MOST_OF_ERROR = 64 * 1024;

/** What an answer is instead of what was asked for. Closes its body. Never rejects. */
export async function refusalOf({ status, fields, body }: OwnAnswer): Promise<Refusal> {
  const region = regionOf(fields);
  try {
    const found = errorOf(await readXml(body, MOST_OF_ERROR));
    return { status, code: found?.code, region: region ?? found?.region };
  } catch {
    // Whatever stands before the storage may answer with a page of its own: the status says enough.
    return { status, code: undefined, region };
  }
}

function regionOf(fields: FieldBlock): string | undefined {
  return wordOf(fields.get("x-amz-bucket-region"));
}

/** The document of an answer. Closes its body. @throws {HttpError} 502 by rejecting, where there is none that is one */
export async function documentOf(
  { body }: Pick<OwnAnswer, "body">,
  settings: BucketSettings,
): Promise<XmlElement> {
  try {
    return await readXml(body);
  } catch (error) {
    throw faultOf(error, settings);
  }
}

/** What is wrong with a document, or with its way to us, as an error of the bucket; anything else as it is. */
export function faultOf(error: unknown, settings: BucketSettings): unknown {
  if (error instanceof XmlFault) return brokenAnswer(settings, error.message, error);
  return error instanceof BodyError ? bucketError(settings, error.message, BROKEN, error) : error;
}

const BROKEN = "The storage cannot be reached, or gave no answer that is one: the error log says why.";

/** The storage does not keep to the protocol. @param what is wrong, in words */
export function brokenAnswer(settings: BucketSettings, what: string, cause?: unknown): HttpError {
  return bucketError(settings, `the storage's answer is none: ${what}`, BROKEN, cause);
}

/** What has gone wrong on the way to the storage, with the bucket's name. */
export function namedError({ name }: BucketSettings, error: HttpError): HttpError {
  const { status, message, log } = error;
  return new HttpError(status, message, {
    log: `bucket "${name}": ${log ?? message}`,
    hint: status === 504 ? LATE : BROKEN,
    cause: error,
  });
}

const LATE = "The storage did not answer in time (proxy_timeouts).";

function bucketError({ name }: BucketSettings, reason: string, hint: string, cause?: unknown): HttpError {
  return new HttpError(502, undefined, { log: `bucket "${name}": ${reason}`, hint, cause });
}

const HINTS: Readonly<Record<string, string>> = {
  AccessDenied: "The bucket's keys, or anybody where it has none, may not do this.",
  AllAccessDisabled: "The bucket is closed to everybody.",
  AccountProblem: "The storage has closed the account of the bucket's access_key.",
  ExpiredToken: "The bucket's access_key has run out.",
  InvalidAccessKeyId: "The storage does not know the bucket's access_key.",
  RequestTimeTooSkewed: "This machine's clock and the storage's differ by too much.",
  SignatureDoesNotMatch:
    "The bucket's secret_key is not that of its access_key, or something on the way changes requests.",
};

/** Codes of refusals that have another status than 401 or 403. */
const REFUSES_US = new Set(["AuthorizationHeaderMalformed", "InvalidToken", "ExpiredToken", "InvalidRegion"]);

const FULL = new Set([
  "QuotaExceeded",
  "InsufficientCapacity",
  "StorageFull",
  "XMinioStorageFull",
  "ServiceQuotaExceededException",
]);

/** An answer that nothing can be made of. @param key of what was asked for, for the file's error alone */
export function errorOfRefusal(refusal: Refusal, settings: BucketSettings, key = ""): HttpError | FileError {
  const { status, code, region } = refusal;
  const reason = code ?? String(status);
  if (status === 507 || FULL.has(reason)) return fileError("full", settings, key, reason);
  if (code === "EntityTooLarge") {
    return new HttpError(413, "The storage takes no object of this size");
  }
  if (code === "NoSuchBucket") {
    return bucketError(
      settings,
      `the storage has no bucket "${settings.bucket}"`,
      "The storage has no such bucket.",
    );
  }
  if (region !== undefined && region !== settings.region && (isRedirect(status) || status === 400)) {
    return bucketError(
      settings,
      `the bucket is in region ${region}, not ${settings.region}`,
      `The bucket is in region ${region}.`,
    );
  }
  if (isRedirect(status)) {
    return bucketError(
      settings,
      `the storage sends us elsewhere: ${reason}`,
      "The storage is at another endpoint, or its region is another one, or path_style is wrong.",
    );
  }
  if (status === 401 || status === 403 || REFUSES_US.has(reason)) {
    return bucketError(
      settings,
      `the storage refuses us: ${reason}`,
      HINTS[reason] ?? "The storage refuses the bucket's keys.",
    );
  }
  const failing = status >= 500 || status === 429 || status === 200;
  return bucketError(
    settings,
    failing ? `the storage fails: ${reason}` : `the storage answers ${status}${code ? `: ${code}` : ""}`,
    failing
      ? "The storage fails, or has too much to do."
      : "The storage does not do what it was asked: the error log says why.",
  );
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400 && status !== 304;
}

/** An object's problem. */
export function fileError(
  problem: "changed" | "exists" | "full",
  { bucket }: BucketSettings,
  key: string,
  reason: string,
): FileError {
  return new FileError(problem, objectUrl(bucket, key), { cause: new Error(reason) });
}
