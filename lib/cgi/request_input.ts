/**
 * The request's body as a program's standard input. A program must be told the length first (RFC 3875 section 4.2), so
 * a chunked body is decoded before it starts: in memory, and in a file once it gets large.
 *
 * @module
 */
import { Gatherer } from "../bytes/gatherer.ts";
import { HttpError } from "../http/errors.ts";
import type { RequestBody } from "../http/message.ts";
import { FileError, type Spooler, type SpoolFile } from "../ports.ts";

/** Larger bodies go to a file, in bytes. */
const LARGEST_IN_MEMORY = 256 * 1024;

/** What is read of the file at a time. */
const PIECE = 64 * 1024;

/** A body whose length is known. Whoever asked for it closes it. */
export interface ProgramInput {
  /** Undefined where there is no body. */
  readonly length: number | undefined;
  /** The next piece, valid until the next call; null at the end. */
  next(): Promise<Uint8Array | null>;
  close(): void;
}

/**
 * Makes a body ready for a program.
 *
 * @param limit bytes of a chunked body; an announced length was checked before
 * @throws {HttpError} 413 past the limit, and what RequestBody.read() throws
 */
export async function programInput(
  body: RequestBody,
  announced: boolean,
  limit: number,
  spooler: Spooler,
): Promise<ProgramInput> {
  if (body.length !== undefined) {
    const length = body.length === 0 && !announced ? undefined : body.length;
    return { length, next: () => body.read(), close: () => {} };
  }
  const spool = new Spool(spooler);
  try {
    for (let piece = await body.read(); piece !== null; piece = await body.read()) {
      if (spool.length + piece.length > limit) {
        throw new HttpError(413, "The body is over client_max_body_size");
      }
      await spool.add(piece);
    }
    await spool.end();
  } catch (error) {
    spool.close();
    throw error;
  }
  return spool;
}

class Spool implements ProgramInput {
  length = 0;
  readonly #spooler: Spooler;
  /** All of it while it is small; afterwards what is to be written next. */
  readonly #gatherer = new Gatherer(LARGEST_IN_MEMORY);
  #file: SpoolFile | undefined;
  #position = 0;
  /** PERF: one for all pieces; what is made anew for each is not given back before it is many megabytes. */
  #buffer: Uint8Array | undefined;

  constructor(spooler: Spooler) {
    this.#spooler = spooler;
  }

  add(piece: Uint8Array): Promise<void> {
    this.length += piece.length;
    return this.#gatherer.add(piece, this.#write);
  }

  /** It is whole. */
  async end(): Promise<void> {
    if (!this.#file) return;
    await this.#gatherer.flush(this.#write);
    this.#gatherer.release();
  }

  async next(): Promise<Uint8Array | null> {
    if (!this.#file) {
      const rest = this.#gatherer.held.subarray(this.#position);
      this.#position += rest.length;
      return rest.length === 0 ? null : rest;
    }
    this.#buffer ??= new Uint8Array(PIECE);
    const count = await this.#file.readAt(this.#buffer, this.#position);
    this.#position += count;
    return count === 0 ? null : this.#buffer.subarray(0, count);
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
    this.#gatherer.release();
  }

  readonly #write = (bytes: Uint8Array): Promise<void> => (this.#file ??= this.#create()).write(bytes);

  /** That there is no place for it is not the client's fault, as it would be with a file that was asked for. */
  #create(): SpoolFile {
    try {
      return this.#spooler.create();
    } catch (error) {
      if (!(error instanceof FileError) || error.problem === "full") throw error;
      throw new FileError("failed", error.path, { cause: error.cause ?? error });
    }
  }
}
