/**
 * Signs requests to a storage (AWS Signature Version 4). It shares nothing with lib/s3, whose tests lean on it.
 *
 * @module
 */
import { createHash, createHmac } from "node:crypto";

export interface Keys {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly region: string;
}

export interface Unsigned {
  readonly method: string;
  /** Encoded, from the first slash on. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** By their names in lower case; `host` is one of them. All are signed. */
  readonly fields: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Percent-encodes all but letters, digits and `-._~`, as S3 wants it. */
export function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The query as it is signed and sent. */
export function canonicalQuery(query: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(query).map(([name, value]) => `${encode(name)}=${encode(value)}`);
  return pairs.sort().join("&");
}

/** All fields with those that sign the request. */
export function sign(request: Unsigned, keys: Keys, now = new Date()): Record<string, string> {
  const time = now.toISOString().replace(/[-:]|\.\d+/g, ""), day = time.slice(0, 8);
  const hash = sha256(request.body);
  const fields: Record<string, string> = {
    ...request.fields,
    "x-amz-content-sha256": hash,
    "x-amz-date": time,
  };
  const names = Object.keys(fields).sort(), signed = names.join(";");
  const canonical = [
    request.method,
    request.path,
    canonicalQuery(request.query),
    ...names.map((name) => `${name}:${fields[name]}`),
    "",
    signed,
    hash,
  ].join("\n");
  const scope = `${day}/${keys.region}/s3/aws4_request`;
  const key = [day, keys.region, "s3", "aws4_request"].reduce<Uint8Array | string>(
    hmac,
    `AWS4${keys.secretKey}`,
  );
  const signature = hmac(key, ["AWS4-HMAC-SHA256", time, scope, sha256(canonical)].join("\n")).toString(
    "hex",
  );
  return {
    ...fields,
    authorization:
      `AWS4-HMAC-SHA256 Credential=${keys.accessKey}/${scope}, SignedHeaders=${signed}, Signature=${signature}`,
  };
}

function sha256(data: Uint8Array | string): string {
  return createHash("sha256").update(data).digest("hex");
}

function hmac(key: Uint8Array | string, text: string) {
  return createHmac("sha256", key).update(text).digest();
}
