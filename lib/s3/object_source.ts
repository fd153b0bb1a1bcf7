/**
 * Ranges of an object as a response's body: of its content in memory, or one request to the storage after another, since
 * servers answer the first of several ranges only. There is never more than one under way, and none ahead of the reader.
 *
 * @module
 */
import { BodyError, HttpError } from "../http/errors.ts";
import type { BodySource } from "../http/message.ts";
import type { ByteRange } from "../http/ranges.ts";

/** Opens one range. @throws {FileError} "changed" @throws {HttpError} both by rejecting */
export type OpenRange = (range: ByteRange) => Promise<BodySource>;

/** Ranges of content at hand. */
export class KeptSource implements BodySource {
  readonly prompt = true;
  readonly length: number;
  readonly #content: Uint8Array;
  readonly #ranges: readonly ByteRange[];
  #range = 0;
  #position: number;

  constructor(content: Uint8Array, ranges: readonly ByteRange[]) {
    this.#content = content;
    this.#ranges = ranges;
    this.#position = ranges[0]?.start ?? 0;
    this.length = lengthOf(ranges);
  }

  read(buffer: Uint8Array): Promise<number | null> {
    const range = this.#ranges[this.#range];
    const count = range === undefined ? 0 : Math.min(buffer.length, range.end - this.#position);
    if (count === 0) return Promise.resolve(null);
    buffer.set(this.#content.subarray(this.#position, this.#position + count));
    this.#position += count;
    if (this.#position === range!.end) this.#position = this.#ranges[++this.#range]?.start ?? 0;
    return Promise.resolve(count);
  }

  close(): void {}
}

/**
 * Ranges that are asked for one after another. The first one is opened before this resolves, so that what goes wrong at
 * once is an answer of its own.
 */
export async function openRanges(ranges: readonly ByteRange[], open: OpenRange): Promise<BodySource> {
  const first = ranges[0]!, source = await openExactly(first, open);
  return new RangesSource(ranges, source, open);
}

class RangesSource implements BodySource {
  readonly prompt = false;
  readonly length: number;
  readonly #ranges: readonly ByteRange[];
  readonly #open: OpenRange;
  /** Of the ranges, the one that is being read. */
  #range = 0;
  #left: number;
  /** Undefined between two ranges, and behind the last one. */
  #source: BodySource | undefined;
  #isClosed = false;

  constructor(ranges: readonly ByteRange[], first: BodySource, open: OpenRange) {
    this.#ranges = ranges;
    this.#source = first;
    this.#open = open;
    this.#left = sizeOf(ranges[0]!);
    this.length = lengthOf(ranges);
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    const source = this.#source ?? await this.#next();
    if (source === undefined) return null;
    const wanted = Math.min(buffer.length, this.#left);
    if (wanted === 0) return null;
    const count = await source.read(buffer.length === wanted ? buffer : buffer.subarray(0, wanted));
    if (count === null) {
      throw new BodyError(`The storage has sent ${this.#left} bytes less than it announced`);
    }
    this.#left -= count;
    if (this.#left === 0) this.#closeSource();
    return count;
  }

  close(): void {
    this.#isClosed = true;
    this.#closeSource();
  }

  async #next(): Promise<BodySource | undefined> {
    const range = this.#ranges[this.#range + 1];
    if (this.#isClosed || range === undefined) return undefined;
    const source = await openExactly(range, this.#open).catch(asBodyError);
    if (this.#isClosed) {
      source.close();
      return undefined;
    }
    this.#range++;
    this.#left = sizeOf(range);
    return this.#source = source;
  }

  #closeSource(): void {
    const source = this.#source;
    this.#source = undefined;
    source?.close();
  }
}

/** All of a range in one piece of memory. @throws as opening does; what is cut short is a 502: no head has left yet */
export async function readRange(range: ByteRange, open: OpenRange): Promise<Uint8Array> {
  const source = await openExactly(range, open), content = new Uint8Array(sizeOf(range));
  try {
    let length = 0;
    while (length < content.length) {
      const count = await source.read(content.subarray(length));
      if (count === null) throw new BodyError(`The storage has sent ${length} bytes of ${content.length}`);
      length += count;
    }
    return content;
  } catch (error) {
    throw asHttpError(error);
  } finally {
    source.close();
  }
}

/** SECURITY: a storage that sends something else than was asked for would mix up what clients get. */
async function openExactly(range: ByteRange, open: OpenRange): Promise<BodySource> {
  const source = await open(range), { length } = source;
  if (length === undefined || length === sizeOf(range)) return source;
  source.close();
  throw new HttpError(502, `The storage sends ${length} bytes where ${sizeOf(range)} were asked for`);
}

/** What goes wrong with the storage while no head has left yet. */
export function asHttpError(error: unknown): unknown {
  return error instanceof BodyError ? new HttpError(502, error.message, { cause: error }) : error;
}

/** The head of the answer has left already. */
function asBodyError(error: unknown): never {
  throw error instanceof BodyError || !(error instanceof Error)
    ? error
    : new BodyError(error.message, { cause: error });
}

function sizeOf({ start, end }: ByteRange): number {
  return end - start;
}

function lengthOf(ranges: readonly ByteRange[]): number {
  let length = 0;
  for (const range of ranges) length += sizeOf(range);
  return length;
}
