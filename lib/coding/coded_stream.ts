/**
 * Bodies that are coded as they are sent. Each holds the memory of its coding for as long as its client takes to read, so
 * there are only some at one time; where there are enough, the next is sent as it is.
 *
 * @module
 */
import type { BodySource } from "../http/message.ts";
import type { Turns } from "../http/turns.ts";
import type { Encoder } from "../ports.ts";
import { CodedSource } from "./coded_source.ts";

/** A source in a coding. To be asked for only while `turns.streams` is not full. */
export function codedStream(
  source: BodySource,
  createEncoder: (size?: number) => Encoder,
  turns: Turns,
): BodySource {
  turns.streams.enter();
  return new CodedSource(source, createEncoder, turns, () => turns.streams.leave());
}
