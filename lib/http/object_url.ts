/**
 * Objects of buckets as messages, logs and explanations name them.
 *
 * @module
 */

/** `s3://BUCKET/KEY`; `s3://BUCKET` where the key, or what keys begin with, is empty. */
export function objectUrl(bucket: string, key: string): string {
  return key === "" ? `s3://${bucket}` : `s3://${bucket}/${key}`;
}
