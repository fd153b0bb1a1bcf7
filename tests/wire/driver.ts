/**
 * Feeds a connection and writes down its events, one a line, in the words of README.md.
 *
 * @module
 */
import { decodeLatin1 } from "../../lib/bytes/latin1.ts";
import { ServerConnection } from "../../lib/http1/connection.ts";
import type { Event, RequestHead } from "../../lib/http1/events.ts";
import type { WireLimits } from "../../lib/http1/limits.ts";
import { HttpError } from "../../lib/http/errors.ts";
import { escape } from "./escape.ts";

/** What became of an input. */
export interface Outcome {
  /** Pieces of a body that follow each other are one line. */
  readonly lines: readonly string[];
  /** Every request was answered, and nothing has come since: what follows is a request of its own. */
  readonly isBetweenRequests: boolean;
}

/** How to drive. */
export interface DriveOptions {
  readonly limits: WireLimits;
  readonly inputEnds?: boolean;
  readonly answers?: boolean;
  /** Called whenever all has been read that could be read. */
  readonly onDrained?: (connection: ServerConnection) => void;
}

/** Gives a new connection the pieces one after the other. Answers each whole request at once. */
export function drive(pieces: Iterable<Uint8Array>, options: DriveOptions): Outcome {
  const driver = new Driver(options);
  for (const piece of pieces) driver.feed(piece);
  if (options.inputEnds) driver.end();
  return driver.outcome();
}

class Driver {
  readonly #connection: ServerConnection;
  readonly #options: DriveOptions;
  readonly #lines: string[] = [];
  #data = "";
  #keepAlive = false;
  #last = "need data";
  #isOver = false;
  #isBetweenRequests = false;

  constructor(options: DriveOptions) {
    this.#options = options;
    this.#connection = new ServerConnection(options.limits);
  }

  feed(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#isBetweenRequests = false;
    this.#connection.receive(piece);
    this.#drain();
  }

  end(): void {
    this.#connection.endOfInput();
    this.#drain();
  }

  outcome(): Outcome {
    this.#flushData();
    return { lines: [...this.#lines, this.#last], isBetweenRequests: this.#isBetweenRequests };
  }

  #drain(): void {
    if (this.#isOver) return this.#expectNothing();
    try {
      while (this.#take(this.#connection.next()));
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      this.#isOver = true;
      this.#last = `error ${error.status} ${error.message}`;
      this.#expectNothing();
    }
    this.#options.onDrained?.(this.#connection);
  }

  /** False if there is nothing more for now. */
  #take(event: Event): boolean {
    switch (event.type) {
      case "request":
        this.#keepAlive = event.keepAlive;
        this.#lines.push(requestLine(event), ...fieldLines(event));
        return true;
      case "data":
        if (event.bytes.length === 0) throw new Error("A data event has no bytes");
        this.#data += decodeLatin1(event.bytes);
        return true;
      case "end of message":
        this.#flushData();
        this.#lines.push(event.type);
        if (this.#options.answers !== false) this.#answer();
        return true;
      default:
        this.#last = event.type;
        return false;
    }
  }

  #answer(): void {
    this.#connection.responseBegins();
    this.#connection.responseEnds();
    if (!this.#keepAlive) return;
    this.#connection.startNextCycle();
    this.#isBetweenRequests = this.#connection.buffer.length === 0;
  }

  #flushData(): void {
    if (this.#data === "") return;
    this.#lines.push(dataLine(this.#data));
    this.#data = "";
  }

  /** After an error nothing more is ever told. */
  #expectNothing(): void {
    const event = this.#connection.next();
    if (event.type !== "closed") throw new Error(`"${event.type}" came after an error`);
  }
}

function requestLine(request: RequestHead): string {
  const { method, target, version, form, host, path, query, body, keepAlive } = request;
  const parts = ["request", method, target, version, `host=${host}`, `form=${form}`];
  if (path !== target) parts.push(`path=${path}`);
  if (query !== undefined) parts.push(`query=${query}`);
  if (body.kind !== "none") parts.push(body.kind === "chunked" ? "body=chunked" : `body=${body.length}`);
  parts.push(keepAlive ? "keep-alive" : "close");
  if (request.expectsContinue) parts.push("expects-continue");
  return escape(parts.join(" "));
}

function fieldLines({ fields }: RequestHead): string[] {
  return fields.names.map((name, i) =>
    `field ${name}:${escape(fields.values[i]! && ` ${fields.values[i]}`)}`
  );
}

/** A body's pieces as one line. */
export function dataLine(data: string): string {
  return `data ${data.length} "${escape(data)}"`;
}
