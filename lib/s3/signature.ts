/**
 * Signatures of requests to S3-compatible storage: AWS Signature Version 4 in the field Authorization, as S3 has it (a path
 * is encoded once and never normalised).
 *
 * @module
 */
import { createHash, createHmac, webcrypto } from "node:crypto";
import type { Field } from "../http/fields.ts";

/** A request as it is signed. */
export interface Signable {
  readonly method: string;
  /** Encoded. */
  readonly path: string;
  /** Encoded, and sorted by name; empty without one. */
  readonly query: string;
  /** All that are signed, Host among them; their values have no white space around, and none twice in a row within. */
  readonly fields: readonly Field[];
  /** The value of X-Amz-Content-SHA256. */
  readonly payload: string;
}

/** Of content that is not at hand when its request is signed. */
export const UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD";

const ALGORITHM = "AWS4-HMAC-SHA256";
const SERVICE = "s3";

/** Signs with one pair of keys, for one region. */
export class Signer {
  readonly #accessKey: string;
  /** SECURITY: never shown, nor is what is made of it. */
  readonly #secretKey: string;
  readonly #region: string;
  #day = "";
  /** PERF: the key of that day, which takes four rounds to make. */
  #dayKey: Uint8Array = new Uint8Array();

  constructor(accessKey: string, secretKey: string, region: string) {
    this.#accessKey = accessKey;
    this.#secretKey = secretKey;
    this.#region = region;
  }

  /** The value of Authorization. @param date as amzDate() has it, and as X-Amz-Date is among the fields */
  authorization(request: Signable, date: string): string {
    const day = date.slice(0, 8);
    const scope = `${day}/${this.#region}/${SERVICE}/aws4_request`;
    const { canonical, names } = canonicalRequest(request);
    const toSign = `${ALGORITHM}\n${date}\n${scope}\n${sha256(canonical)}`;
    const signature = createHmac("sha256", this.#keyOf(day)).update(toSign).digest("hex");
    return `${ALGORITHM} Credential=${this.#accessKey}/${scope},SignedHeaders=${names},Signature=${signature}`;
  }

  #keyOf(day: string): Uint8Array {
    if (this.#day === day) return this.#dayKey;
    let key: string | Uint8Array = `AWS4${this.#secretKey}`;
    for (const part of [day, this.#region, SERVICE, "aws4_request"]) {
      key = createHmac("sha256", key).update(part).digest();
    }
    this.#day = day;
    return this.#dayKey = key as Uint8Array;
  }
}

function canonicalRequest(
  { method, path, query, fields, payload }: Signable,
): { readonly canonical: string; readonly names: string } {
  const sorted = fields.map(([name, value]): Field => [name.toLowerCase(), value])
    .sort(([a], [b]) => a < b ? -1 : 1);
  const names = sorted.map(([name]) => name).join(";");
  const lines = sorted.map(([name, value]) => `${name}:${value}\n`).join("");
  return { canonical: `${method}\n${path}\n${query}\n${lines}\n${names}\n${payload}`, names };
}

/** Milliseconds since the epoch as `20130524T000000Z`. */
export function amzDate(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/[-:]|\.\d+/g, "");
}

/** The hash in hexadecimal digits. */
export function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Content up to so many bytes is hashed at once, since that takes less than another thread's answer. */
const SMALL = 64 * 1024;

/** The same without holding everybody up where it is much. */
export async function sha256Of(content: Uint8Array): Promise<string> {
  if (content.length <= SMALL) return sha256(content);
  const digest = await webcrypto.subtle.digest("SHA-256", content as Uint8Array<ArrayBuffer>);
  return new Uint8Array(digest).toHex();
}
