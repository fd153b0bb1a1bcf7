/**
 * Digests of what is sent, for clients that want them (RFC 9530 section 4): made of the whole file, once for each version
 * of it where it can be kept.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { type DigestAlgorithm, digestValue, type WantedDigests } from "../http/digest_fields.ts";
import { HttpError } from "../http/errors.ts";
import type { Response } from "../http/message.ts";
import type { Representation } from "../http/origin.ts";

/** Bytes that are read at a time. */
const PIECE = 256 * 1024;

/** Of larger files nobody is told: that is allowed, and the answer would be long in coming. In bytes. */
const LARGEST = 1024 ** 3;

/** So many files are read for that at a time; whoever comes then is not told. */
const AT_ONCE = 8;

let running = 0;

/**
 * The same answer with the digests that are wanted, so far as they can be had.
 *
 * @throws {FileError} if the file cannot be read, or has changed; the answer's body is closed then
 */
export async function withDigests(
  response: Response,
  file: Representation,
  { repr, content }: WantedDigests,
): Promise<Response> {
  if (response.status !== 200 && response.status !== 206) return response;
  try {
    let { fields } = response;
    const reprDigest = repr && await digestOf(file, repr);
    if (reprDigest !== undefined) fields = fields.append("Repr-Digest", reprDigest);
    // What is sent of several ranges is put together as it is sent.
    const contentDigest = content && response.status === 200 ? await digestOf(file, content) : undefined;
    if (contentDigest !== undefined) fields = fields.append("Content-Digest", contentDigest);
    return { ...response, fields };
  } catch (error) {
    if (response.body !== undefined && "close" in response.body) response.body.close();
    throw error;
  }
}

/** A field's value; undefined where it cannot be had. */
async function digestOf(file: Representation, algorithm: DigestAlgorithm): Promise<string | undefined> {
  const make = () => hashOf(file, algorithm);
  const name = `digest ${algorithm}`, kept = file.derived?.(name);
  if (kept === undefined && (file.size > LARGEST || running >= AT_ONCE)) return undefined;
  try {
    const digest = kept ?? await (file.derive === undefined ? make() : file.derive(name, make));
    return digestValue(algorithm, btoa(String.fromCharCode(...digest)));
  } catch (error) {
    if (error instanceof UnknownLength) return undefined;
    throw error;
  }
}

/** It is coded while it is sent, for each client anew. */
class UnknownLength extends Error {}

async function hashOf(file: Representation, algorithm: DigestAlgorithm): Promise<Uint8Array> {
  const hash = createHash(algorithm.replace("-", "")), whole = file.content();
  if (whole !== undefined) return hash.update(whole).digest();
  running++;
  try {
    const source = await file.open([{ start: 0, end: file.size }]);
    try {
      if (source.length === undefined) throw new UnknownLength();
      const buffer = new Uint8Array(Math.min(PIECE, Math.max(1, source.length)));
      for (let n = await source.read(buffer); n !== null; n = await source.read(buffer)) {
        hash.update(buffer.subarray(0, n));
      }
      if (await source.isAtEnd?.() === false) throw new HttpError(500, "the file grew while it was read");
    } finally {
      source.close();
    }
  } finally {
    running--;
  }
  return hash.digest();
}
