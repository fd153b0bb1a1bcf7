/**
 * Content as it is sent to storage: at hand, or as it is read.
 *
 * @module
 */
import type { OwnContent } from "../http/http_client.ts";
import type { PartContent } from "./storage.ts";

/** What is written at a time, in bytes: who is slow but goes on is not taken for silent. */
const PIECE = 256 * 1024;

/** Content that is at hand, and may be sent again. */
export function contentAtHand(bytes: Uint8Array): OwnContent {
  let at = 0;
  return {
    length: bytes.length,
    read: () => Promise.resolve(at === bytes.length ? null : bytes.subarray(at, at = nextStop(at, bytes))),
    again: () => contentAtHand(bytes),
  };
}

function nextStop(at: number, { length }: Uint8Array): number {
  return Math.min(at + PIECE, length);
}

/** A stream that remembers what its reading has come to, so that nobody takes that for the storage's fault. */
export class WatchedContent implements OwnContent {
  readonly length: number;
  failure: { readonly error: unknown } | undefined;

  constructor(readonly content: PartContent) {
    this.length = content.length;
  }

  async read(): Promise<Uint8Array | null> {
    try {
      return await this.content.read();
    } catch (error) {
      this.failure = { error };
      throw error;
    }
  }
}
