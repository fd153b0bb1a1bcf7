/**
 * The request's body as a program's standard input. A program must be told the length first (RFC 3875 section 4.2), so
 * a chunked body is decoded before it starts: in memory, and in a file once it gets large. And where programs are many,
 * none must stand there while its body does not come: then the beginning of any body is collected before it starts.
 *
 * @module
 */
import { Gatherer } from "../bytes/gatherer.ts";
import { HttpError } from "../http/errors.ts";
import type { RequestBody } from "../http/message.ts";
import { FileError, type Spooler, type SpoolFile } from "../ports.ts";

/** Larger bodies go to a file, in bytes. */
const LARGEST_IN_MEMORY = 256 * 1024;

/** A body of which so much has come flows, in bytes: its program may start. */
const FLOWING = 64 * 1024;

/** What may be held of all bodies whose programs have no place yet, in bytes. */
const MOST_COLLECTED = 16 * 1024 * 1024;

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

/** What the bodies of one thread hold in memory whose programs have no place yet. */
export interface Collected {
  bytes: number;
}

/** How a body is collected. */
export interface Collecting {
  /** Bytes of a chunked body; an announced length was checked before. */
  readonly limit: number;
  readonly spooler: Spooler;
  readonly collected: Collected;
  /** There are so few programs that one may wait for its body. */
  readonly mayWait: () => boolean;
  /**
   * Called once, when the body is whole or flows or its program may wait for it, for a place for its program: whatever it throws ends the collecting.
   * A body that only drips is held here, where it is in nobody's way.
   */
  readonly onFlow: () => Promise<void>;
}

/**
 * Makes a body ready for a program.
 *
 * @param announced the request has a Content-Length
 * @throws {HttpError} 413 past the limit, and what RequestBody.read() and onFlow() throw
 */
export async function programInput(
  body: RequestBody,
  announced: boolean,
  collecting: Collecting,
): Promise<ProgramInput> {
  if (body.length === 0) {
    await collecting.onFlow();
    return { length: announced ? 0 : undefined, next: () => body.read(), close: () => {} };
  }
  const flow = new Flow(collecting);
  try {
    return await (body.length === undefined
      ? spooled(body, collecting, flow)
      : begun(body, body.length, collecting, flow));
  } finally {
    flow.end();
  }
}

/** What is in the way of nobody until the body flows. */
class Flow {
  readonly #collecting: Collecting;
  #held = 0;
  #flows = false;

  constructor(collecting: Collecting) {
    this.#collecting = collecting;
  }

  /** So much has come. True if it flows now, or if there is no more room for what does not. */
  came(bytes: number): boolean {
    if (this.#flows) return false;
    const { collected } = this.#collecting;
    this.#held += bytes;
    collected.bytes += bytes;
    return this.#held >= FLOWING || collected.bytes > MOST_COLLECTED;
  }

  /** It flows, or is whole. */
  async begin(): Promise<void> {
    if (this.#flows) return;
    this.#flows = true;
    this.end();
    await this.#collecting.onFlow();
  }

  /** Nothing is held for it any more. */
  end(): void {
    this.#collecting.collected.bytes -= this.#held;
    this.#held = 0;
  }
}

/** A body of known length of which the beginning has come, or all of it, unless its program may wait for that. */
async function begun(
  body: RequestBody,
  length: number,
  { mayWait }: Collecting,
  flow: Flow,
): Promise<ProgramInput> {
  const gatherer = new Gatherer(FLOWING);
  /** The piece that came last: it is valid as long as no other is asked for. */
  let last: Uint8Array | null = null;
  for (let left = length; left > 0 && !mayWait();) {
    // What is held never has to be written: before there is so much of it, it flows.
    if (last !== null) await gatherer.add(last, NOWHERE);
    last = await body.read();
    if (last === null) break;
    left -= last.length;
    if (flow.came(last.length)) break;
  }
  await flow.begin();
  const first = [gatherer.held, last ?? new Uint8Array()].filter((piece) => piece.length > 0);
  return {
    length,
    next: () => Promise.resolve(first.shift() ?? body.read()),
    close: () => gatherer.release(),
  };
}

/** A chunked body, all of it. */
async function spooled(body: RequestBody, { limit, spooler }: Collecting, flow: Flow): Promise<ProgramInput> {
  const spool = new Spool(spooler);
  try {
    for (;;) {
      const piece = await body.read(limit - spool.length);
      if (piece === null) break;
      if (spool.length + piece.length > limit) {
        throw new HttpError(413, "The body is over client_max_body_size");
      }
      if (flow.came(piece.length)) await flow.begin();
      await spool.add(piece);
    }
    await flow.begin();
    await spool.end();
  } catch (error) {
    spool.close();
    throw error;
  }
  return spool;
}

const NOWHERE = (): Promise<void> => Promise.resolve();

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
