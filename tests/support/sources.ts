/**
 * Bodies of responses, read to their end.
 *
 * @module
 */
import { assert } from "@std/assert";
import type { BodySource } from "../../lib/http/message.ts";
import { toText } from "./wire.ts";

/** All that a source gives, read with a buffer of one size. */
export async function contentOf(source: BodySource, size: number): Promise<string> {
  const buffer = new Uint8Array(size);
  let text = "";
  for (let count = await source.read(buffer); count !== null; count = await source.read(buffer)) {
    assert(count > 0 && count <= size);
    text += toText(buffer.subarray(0, count));
    buffer.fill(0x21);
  }
  return text;
}
