/**
 * One HTTP/1.1 connection as seen by the server, after RFC 9112: bytes go in, events come out. It knows no socket,
 * clock or file. Whatever way the bytes are cut, the events are the same (but for how a body is cut into Data).
 *
 * @module
 */
import { CR, LF } from "../bytes/ascii.ts";
import { decodeAscii, encodeLatin1 } from "../bytes/latin1.ts";
import { ReceiveBuffer } from "../bytes/receive_buffer.ts";
import { normalHost } from "../http/host.ts";
import { ChunkedDecoder } from "./chunked.ts";
import { CLOSED, END_OF_MESSAGE, type Event, NEED_DATA, PAUSED, type RequestHead } from "./events.ts";
import { FieldSectionScanner } from "./field_lines.ts";
import { messageSemantics } from "./framing.ts";
import type { WireLimits } from "./limits.ts";
import { HttpError } from "../http/errors.ts";
import { RequestLineScanner } from "./request_line.ts";
import { parseRequestTarget } from "../http/request_target.ts";
import { CLIENT, type ClientState, SERVER, type ServerState, transition } from "./state.ts";

/** Where the head of a request is being read. */
const EMPTY_LINE = 0, EMPTY_LINE_FEED = 1, REQUEST_LINE = 2, FIELD_SECTION = 3;

/** HTTP/1.1 knows no such request, and no server of it answers one: that is what the preface is made for. */
const PREFACE_LINE = encodeLatin1("PRI * HTTP/2.0\r\n");

/** A body that no handler wanted is read and dropped up to this length, so that the connection can stay. */
export const MOST_DISCARDED = 64 * 1024;

/** The server's side of one connection. */
export class ServerConnection {
  /** Received bytes: whoever reads the socket fills its writable() and commits. */
  readonly buffer = new ReceiveBuffer();
  #client: ClientState = "idle";
  #server: ServerState = "idle";
  #head = EMPTY_LINE;
  #lineLength = 0;
  #inputEnded = false;
  /** Neither a request nor an empty line has come. */
  #isFirst = true;
  /** Bytes of the body still to come; undefined if it is chunked. */
  #remaining: number | undefined = 0;
  #chunked: ChunkedDecoder | undefined;
  /** Of the current request, as is the next one. */
  #keepAlive = false;
  #awaitsContinue = false;
  readonly #limits: WireLimits;
  readonly #line: RequestLineScanner;
  readonly #section: FieldSectionScanner;

  constructor(limits: WireLimits) {
    this.#limits = limits;
    this.#line = new RequestLineScanner(limits.requestLine);
    this.#section = new FieldSectionScanner(limits);
  }

  get clientState(): ClientState {
    return this.#client;
  }

  /** True if a request has begun to come but its head is not whole. */
  get isInHead(): boolean {
    return this.#client === "idle" && this.buffer.length > 0;
  }

  /** True if nothing of the current request is still to come. */
  get isRequestWhole(): boolean {
    return this.#client === "done" || this.#client === "switched" ||
      this.#client === "send body" && this.#remaining === 0;
  }

  /** Bytes of the current body that have not been given yet; undefined if it is chunked and not at its end. */
  get remaining(): number | undefined {
    return this.#client === "send body" ? this.#remaining : 0;
  }

  /** Bytes of the current body that are known to come: all, or those of the current chunk. */
  get announced(): number {
    return this.remaining ?? this.#chunked!.announced;
  }

  /**
   * True if the connection can be used again once the current request is answered: the client wants it, has broken no
   * rule, and is not known to send more of a body than is worth reading for that. A chunked one may turn out to be more.
   */
  get mayStay(): boolean {
    if (!this.#keepAlive || this.#client === "closed") return false;
    if (this.isRequestWhole) return true;
    // It may send the body after our answer, or may not: there is no telling what comes next.
    if (this.#awaitsContinue) return false;
    return this.announced <= MOST_DISCARDED;
  }

  /** True if the client waits for `100 Continue`, or for a final answer, before it sends the body. */
  get awaitsContinue(): boolean {
    return this.#awaitsContinue;
  }

  /** `100 Continue` is on its way. */
  continueSent(): void {
    this.#awaitsContinue = false;
  }

  /**
   * True if the first line that was received, which next() has refused, is the beginning of HTTP/2's preface (RFC 9113
   * section 3.4). All that was received is still in the buffer.
   */
  get isHttp2(): boolean {
    const { bytes, start, length } = this.buffer;
    if (!this.#isFirst || length < PREFACE_LINE.length) return false;
    return PREFACE_LINE.every((byte, index) => bytes[start + index] === byte);
  }

  /** Takes received bytes; for those who do not fill the buffer themselves. */
  receive(bytes: Uint8Array): void {
    this.buffer.append(bytes);
  }

  /** The peer will send nothing more. */
  endOfInput(): void {
    this.#inputEnded = true;
  }

  /**
   * What came next.
   *
   * @throws {HttpError} if the peer broke a rule; from then on the only thing left is to respond and to close
   */
  next(): Event {
    try {
      switch (this.#client) {
        case "idle":
          return this.#nextHead();
        case "send body":
          return this.#nextData();
        case "done":
        case "switched":
          return PAUSED;
        case "closed":
          return CLOSED;
      }
    } catch (error) {
      if (this.#server === "idle") this.#serverDoes("peer error");
      this.#clientDoes("peer error");
      throw error;
    }
  }

  /** A response's head is being sent. `100 Continue` would come too late from now on (RFC 9110 section 15.2). */
  responseBegins(): void {
    this.#awaitsContinue = false;
    this.#serverDoes("respond");
  }

  /** A response has been sent whole. */
  responseEnds(): void {
    this.#serverDoes("end of response");
  }

  /**
   * The response is 101: what is in the buffer, and whatever comes, is no HTTP any more. Only once the request is whole
   * (RFC 9110 section 7.8).
   */
  switchProtocols(): void {
    this.#endRequest();
    this.#clientDoes("switch protocols");
    this.#serverDoes("switch protocols");
  }

  /** Request and response are both complete: the next request may come. */
  startNextCycle(): void {
    this.#endRequest();
    this.#clientDoes("next cycle");
    this.#serverDoes("next cycle");
    this.#chunked = undefined;
  }

  /** Nothing more will be read or sent. */
  giveUp(): void {
    if (this.#client !== "closed") this.#clientDoes("give up");
    if (this.#server !== "closed") this.#serverDoes("give up");
  }

  /** It may be whole without anybody having asked for its end. */
  #endRequest(): void {
    if (this.#client === "send body" && this.#remaining === 0) this.#clientDoes("end of message");
  }

  #clientDoes(action: string): void {
    this.#client = transition(CLIENT, this.#client, action);
  }

  #serverDoes(action: string): void {
    this.#server = transition(SERVER, this.#server, action);
  }

  #nextHead(): Event {
    const { buffer } = this;
    if (this.#head <= EMPTY_LINE_FEED && !this.#skipEmptyLine()) return this.#needData();
    if (this.#head === REQUEST_LINE) {
      this.#lineLength = this.#line.scan(buffer.bytes, buffer.start, buffer.end);
      if (this.#lineLength === 0) return this.#needData();
      this.#head = FIELD_SECTION;
    }
    const sectionStart = buffer.start + this.#lineLength;
    const length = this.#section.scan(buffer.bytes, sectionStart, buffer.end);
    return length === 0 ? this.#needData() : this.#request(sectionStart, length);
  }

  /** RFC 9112 section 2.2: one empty line before a request line is skipped. */
  #skipEmptyLine(): boolean {
    const { buffer } = this;
    if (buffer.length === 0) return false;
    if (this.#head === EMPTY_LINE && buffer.bytes[buffer.start] === CR) {
      buffer.consume(1);
      this.#isFirst = false;
      this.#head = EMPTY_LINE_FEED;
      if (buffer.length === 0) return false;
    }
    if (this.#head === EMPTY_LINE_FEED) {
      if (buffer.bytes[buffer.start] !== LF) throw new HttpError(400, "A bare CR before the request line");
      buffer.consume(1);
    }
    this.#head = REQUEST_LINE;
    return buffer.length > 0;
  }

  #request(sectionStart: number, sectionLength: number): RequestHead {
    const { buffer } = this;
    const line = decodeAscii(buffer.bytes, buffer.start, sectionStart);
    const scanned = this.#line;
    const method = line.slice(0, scanned.methodEnd);
    const target = line.slice(scanned.methodEnd + 1, scanned.targetEnd);
    const fields = this.#section.fields(buffer.bytes, sectionStart, sectionLength);
    const semantics = messageSemantics(scanned.minor, fields);
    const { form, path, query, host, authority } = parseRequestTarget(method, target);
    const hostOfField = semantics.host === undefined ? "" : hostOf(semantics.host);
    const request: RequestHead = {
      type: "request",
      method,
      target,
      form,
      path,
      query,
      host: host ?? hostOfField,
      version: scanned.minor === 0 ? "HTTP/1.0" : "HTTP/1.1",
      // RFC 9112 section 3.2.2: the target's authority stands for whatever Host says.
      fields: authority === undefined ? fields : fields.with("Host", authority),
      body: semantics.body,
      keepAlive: semantics.keepAlive,
      expectsContinue: semantics.expectsContinue,
      upgrade: semantics.upgrade,
    };
    buffer.consume(this.#lineLength + sectionLength);
    this.#line.reset();
    this.#section.reset();
    this.#head = EMPTY_LINE;
    this.#clientDoes("request");
    this.#serverDoes("request");
    this.#isFirst = false;
    this.#keepAlive = request.keepAlive;
    this.#awaitsContinue = request.expectsContinue;
    this.#remaining = 0;
    if (request.body.kind === "length") this.#remaining = request.body.length;
    else if (request.body.kind === "chunked") {
      this.#remaining = undefined;
      this.#chunked = new ChunkedDecoder(this.#limits);
    }
    return request;
  }

  #nextData(): Event {
    const { buffer } = this;
    if (this.#remaining === 0) return this.#endOfMessage();
    if (this.#remaining === undefined) return this.#nextChunk(this.#chunked!);
    if (buffer.length === 0) return this.#needData();
    const bytes = buffer.take(this.#remaining);
    this.#remaining -= bytes.length;
    return { type: "data", bytes };
  }

  #nextChunk(decoder: ChunkedDecoder): Event {
    const { buffer } = this;
    const found = decoder.decode(buffer.bytes, buffer.start, buffer.end);
    buffer.consume(decoder.consumed);
    if (found === "incomplete") return this.#needData();
    if (found === "end") return this.#endOfMessage();
    return { type: "data", bytes: buffer.bytes.subarray(decoder.dataStart, decoder.dataEnd) };
  }

  #endOfMessage(): Event {
    this.#remaining = 0;
    this.#clientDoes("end of message");
    return END_OF_MESSAGE;
  }

  #needData(): Event {
    if (!this.#inputEnded) return NEED_DATA;
    this.#clientDoes("end of input");
    return CLOSED;
  }
}

function hostOf(value: string): string {
  const host = normalHost(value);
  if (host === undefined) throw new HttpError(400, "The value of Host is not a host");
  return host;
}
