/**
 * Content that comes with its digests (RFC 9530): hashed as it comes, and refused at its end where it is another.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { DigestMismatch, expectedDigests } from "../http/digest_fields.ts";
import { HttpError } from "../http/errors.ts";
import type { FieldBlock } from "../http/fields.ts";

/** Gives the next piece of a body; null at its end. */
type NextPiece = () => Promise<Uint8Array | null>;

/**
 * The same pieces, whose end is that of the content that was announced.
 *
 * @param names which fields count; both where it is the whole of what is stored
 * @throws {HttpError} 400 where a field cannot be read; the pieces throw it in place of their end
 */
export function checkedPieces(next: NextPiece, fields: FieldBlock, names?: readonly string[]): NextPiece {
  const expected = expectedDigests(fields, names);
  if (expected instanceof HttpError) throw expected;
  const hashes = new Map(
    expected.map(({ algorithm }) => [algorithm, createHash(algorithm.replace("-", ""))]),
  );
  let values: Map<string, string> | undefined;
  return async () => {
    const piece = await next();
    if (piece !== null) {
      for (const hash of hashes.values()) hash.update(piece);
      return piece;
    }
    values ??= new Map([...hashes].map(([algorithm, hash]) => [algorithm, hash.digest("base64")]));
    for (const digest of expected) {
      if (values.get(digest.algorithm) !== digest.value) {
        throw new DigestMismatch(digest);
      }
    }
    return null;
  };
}
