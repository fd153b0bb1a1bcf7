/**
 * A whole HTTP/1.x message that a program wrote (non-parsed headers, RFC 3875 section 5) as a response for HTTP/2, which
 * has no such messages: its head is read, and what is HTTP/1.1's alone is taken out of it.
 *
 * @module
 */
import { decodeLatin1 } from "../../bytes/latin1.ts";
import { ReceiveBuffer } from "../../bytes/receive_buffer.ts";
import { BodyError, HttpError } from "../../http/errors.ts";
import { FieldBlock } from "../../http/fields.ts";
import type { BodySource, Response } from "../../http/message.ts";
import { ChunkedDecoder } from "../../http1/chunked.ts";
import type { WireLimits } from "../../http1/limits.ts";

/** What is read of a message at a time. */
const PIECE = 4 * 1024;

/** A length, as a program writes it. */
const LENGTH = /^[0-9]{1,15}$/;

/** Of HTTP/1.1 alone (RFC 9113 section 8.2.2), or told by the length of the content. */
const LEFT_OUT: ReadonlySet<string> = new Set(
  ["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "content-length"],
);

/**
 * The response that a message is. Takes over the source, and closes it if it throws.
 *
 * @throws {HttpError} 502 if its head cannot be read
 * @throws {GoneError}
 */
export async function responseOfMessage(source: BodySource, limits: WireLimits): Promise<Response> {
  const buffer = new ReceiveBuffer();
  try {
    for (;;) {
      const { status, fields } = readHead(await nextHead(source, buffer, limits));
      // An interim response is none that could be sent on.
      if (status < 200) continue;
      const coding = fields.joined("transfer-encoding")?.toLowerCase();
      if (coding !== undefined && coding !== "chunked") throw unreadable("has a transfer coding but chunked");
      const length = coding === undefined ? fields.get("content-length") : undefined;
      if (length !== undefined && !LENGTH.test(length)) throw unreadable("has a bad Content-Length");
      const connection = fields.joined("connection")?.toLowerCase().split(/[\s,]+/) ?? [];
      return {
        status,
        fields: fields.filter((name) => !LEFT_OUT.has(name) && !connection.includes(name)),
        body: coding === undefined
          ? new MessageSource(source, buffer, length === undefined ? undefined : Number(length))
          : new ChunkedSource(source, buffer, limits),
      };
    }
  } catch (error) {
    source.close();
    throw error;
  }
}

function unreadable(why: string): HttpError {
  return new HttpError(502, `The program's message ${why}`);
}

/** The lines of a head, read until its empty line. */
async function nextHead(
  source: BodySource,
  buffer: ReceiveBuffer,
  limits: WireLimits,
): Promise<readonly string[]> {
  const most = limits.requestLine + limits.headerFields;
  for (;;) {
    const text = decodeLatin1(buffer.bytes, buffer.start, Math.min(buffer.end, buffer.start + most));
    const end = /\r?\n\r?\n/.exec(text);
    if (end !== null) {
      buffer.consume(end.index + end[0].length);
      return text.slice(0, end.index).split(/\r?\n/);
    }
    if (buffer.length >= most) throw unreadable("has too long a head");
    if (!(await fill(source, buffer))) throw unreadable("ends within its head");
  }
}

async function fill(source: BodySource, buffer: ReceiveBuffer): Promise<boolean> {
  const count = await source.read(buffer.writable(PIECE));
  if (count !== null) buffer.commit(count);
  return count !== null;
}

function readHead([first = "", ...lines]: readonly string[]): { status: number; fields: FieldBlock } {
  const status = /^HTTP\/1\.[01] ([1-9][0-9]{2})(?: |$)/.exec(first)?.[1];
  if (status === undefined) throw unreadable("does not begin with a status line");
  const fields = lines.map((line) => {
    const [, name, value] = /^([^\s:]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    if (name === undefined) throw unreadable("has a line that is no field");
    return [name, value!] as const;
  });
  try {
    return { status: Number(status), fields: FieldBlock.of(...fields) };
  } catch {
    throw unreadable("has a field that cannot be sent");
  }
}

/** What is behind the head, as it is. */
class MessageSource implements BodySource {
  constructor(
    readonly source: BodySource,
    readonly rest: ReceiveBuffer,
    readonly length: number | undefined,
  ) {}

  get prompt(): boolean {
    return this.rest.length > 0;
  }

  read(buffer: Uint8Array): Promise<number | null> {
    return this.rest.length === 0 ? this.source.read(buffer) : Promise.resolve(take(this.rest, buffer));
  }

  async isAtEnd(): Promise<boolean> {
    return this.rest.length === 0 && await this.source.read(new Uint8Array(1)) === null;
  }

  close(): void {
    this.source.close();
  }
}

/** The bytes that fit, from the front of what was received. */
function take(from: ReceiveBuffer, into: Uint8Array): number {
  const count = Math.min(from.length, into.length);
  into.set(from.bytes.subarray(from.start, from.start + count));
  from.consume(count);
  return count;
}

/** What is behind the head, without the framing of its chunks. */
class ChunkedSource implements BodySource {
  readonly length = undefined;
  readonly prompt = false;
  readonly #decoder: ChunkedDecoder;
  /** Data of the chunk that is being given, at the front of the buffer. */
  #data = 0;
  #isAtEnd = false;

  constructor(readonly source: BodySource, readonly received: ReceiveBuffer, limits: WireLimits) {
    this.#decoder = new ChunkedDecoder(limits);
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    while (this.#data === 0) {
      if (this.#isAtEnd) return null;
      if (!this.#decode() && !(await fill(this.source, this.received))) {
        throw new BodyError("The program's message ends within a chunk");
      }
    }
    const count = take(this.received, buffer.subarray(0, Math.min(buffer.length, this.#data)));
    this.#data -= count;
    return count;
  }

  close(): void {
    this.source.close();
  }

  /** False if more is needed. */
  #decode(): boolean {
    const { received } = this, decoder = this.#decoder;
    try {
      const found = decoder.decode(received.bytes, received.start, received.end);
      if (found === "data") {
        this.#data = decoder.dataEnd - decoder.dataStart;
        received.consume(decoder.consumed - this.#data);
        return true;
      }
      received.consume(decoder.consumed);
      this.#isAtEnd = found === "end";
      return this.#isAtEnd;
    } catch (error) {
      if (error instanceof HttpError) throw new BodyError(`The program's message: ${error.message}`);
      throw error;
    }
  }
}
