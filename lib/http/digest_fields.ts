/**
 * The digest fields (RFC 9530): what a message says that its content is, and what a client wants to be told. Two
 * algorithms are known, those that are not broken; others are passed over.
 *
 * @module
 */
import { parseDictionary } from "./dictionary.ts";
import { HttpError } from "./errors.ts";
import type { FieldBlock } from "./fields.ts";

/** A hash algorithm as RFC 9530 section 7.2 names it. */
export type DigestAlgorithm = "sha-256" | "sha-512";

/** Those of equal preference in this order. Bytes of their digests. */
const LENGTHS: ReadonlyMap<DigestAlgorithm, number> = new Map([["sha-256", 32], ["sha-512", 64]]);

/** A digest that content should have. */
export interface ExpectedDigest {
  readonly field: string;
  readonly algorithm: DigestAlgorithm;
  /** In base64, with padding. */
  readonly value: string;
}

/** Cheap, for requests that have none. */
export function hasDigests(fields: FieldBlock): boolean {
  return fields.has("content-digest") || fields.has("repr-digest");
}

/**
 * What Content-Digest and Repr-Digest say.
 *
 * @param names which of them count
 * @returns 400 where one cannot be read: whoever sends it wants it looked at
 */
export function expectedDigests(
  fields: FieldBlock,
  names: readonly string[] = ["Content-Digest", "Repr-Digest"],
): ExpectedDigest[] | HttpError {
  const expected: ExpectedDigest[] = [];
  for (const field of names) {
    const members = parseDictionary(fields.joined(field.toLowerCase()) ?? "");
    if (members === undefined) return unreadable(field);
    for (const [algorithm, length] of LENGTHS) {
      const member = members.get(algorithm);
      if (member === undefined) continue;
      const value = typeof member === "object" ? ofLength(member.base64, length) : undefined;
      if (value === undefined) return unreadable(field);
      expected.push({ field, algorithm, value });
    }
  }
  return expected;
}

function unreadable(field: string): HttpError {
  return new HttpError(400, `the field ${field} cannot be read`, {
    advice: `The field ${field} has no digests as RFC 9530 writes them, e.g. sha-256=:BASE64:.`,
  });
}

/** The same with padding, if it stands for so many bytes. */
function ofLength(base64: string, length: number): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return bytes.length === length ? btoa(String.fromCharCode(...bytes)) : undefined;
  } catch {
    return undefined;
  }
}

/** What came is not what was sent. */
export class DigestMismatch extends HttpError {
  constructor({ field, algorithm }: ExpectedDigest) {
    super(400, `what came has another digest than ${field} says`, {
      advice:
        `What came is not what was sent: its ${algorithm} is another than ${field} says. Nothing was stored.`,
    });
  }
}

/** What an answer to a client that wants digests is to have. */
export interface WantedDigests {
  readonly repr: DigestAlgorithm | undefined;
  readonly content: DigestAlgorithm | undefined;
}

/** What Want-Repr-Digest and Want-Content-Digest ask for; undefined where nothing is. */
export function wantedDigests(fields: FieldBlock): WantedDigests | undefined {
  if (!fields.has("want-repr-digest") && !fields.has("want-content-digest")) return undefined;
  const repr = wantedOf(fields, "want-repr-digest"), content = wantedOf(fields, "want-content-digest");
  return repr === undefined && content === undefined ? undefined : { repr, content };
}

/** The one of the greatest weight, from 1 to 10; 0 is not acceptable (RFC 9530 section 4). */
function wantedOf(fields: FieldBlock, name: string): DigestAlgorithm | undefined {
  const members = parseDictionary(fields.joined(name) ?? "");
  let best: DigestAlgorithm | undefined, most = 0;
  for (const algorithm of LENGTHS.keys()) {
    const weight = members?.get(algorithm);
    if (typeof weight !== "number" || weight > 10 || weight <= most) continue;
    best = algorithm;
    most = weight;
  }
  return best;
}

/** A digest field's value. */
export function digestValue(algorithm: DigestAlgorithm, base64: string): string {
  return `${algorithm}=:${base64}:`;
}
