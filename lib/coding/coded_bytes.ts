/**
 * Content at hand, coded: once for bytes that are sent again and again, as pages of errors, listings and texts are.
 *
 * @module
 */
import type { MaybePromise } from "../http/maybe_promise.ts";
import type { ContentCoding } from "../ports.ts";
import { BytesSource } from "../http/bytes_source.ts";
import type { Coder } from "./coded_file.ts";
import { codeWhole } from "./whole.ts";

/** By the bytes themselves: what is made of them lives no longer than they do. */
const made = new WeakMap<Uint8Array, Map<ContentCoding, MaybePromise<Uint8Array>>>();

/** Bytes that nobody changes in a coding. @throws {NoRoomError} by rejecting, if too much else is coded before */
export function codedBytes(
  bytes: Uint8Array,
  coding: ContentCoding,
  { createEncoder, turns }: Coder,
): MaybePromise<Uint8Array> {
  let codings = made.get(bytes);
  if (codings === undefined) made.set(bytes, codings = new Map());
  const known = codings.get(coding);
  if (known !== undefined) return known;
  const making = codeWhole(new BytesSource(bytes), createEncoder, turns);
  codings.set(coding, making);
  making.then((coded) => codings.set(coding, coded), () => codings.delete(coding));
  return making;
}
