/**
 * One HTTP/1.1 connection as seen by the client, after RFC 9112: requests become bytes, bytes become events. It knows no
 * socket, clock or file. Whatever way the bytes are cut, the events are the same (but for how content is cut into Data).
 * Nothing a server sends is repaired: what breaks a rule is an UpstreamFault, and the connection is of no more use.
 *
 * @module
 */
import { decodeLatin1 } from "../bytes/latin1.ts";
import { ReceiveBuffer } from "../bytes/receive_buffer.ts";
import { HttpError } from "../http/errors.ts";
import type { FieldBlock } from "../http/fields.ts";
import { answerFraming } from "./answer_framing.ts";
import { ChunkedDecoder } from "./chunked.ts";
import { type ClientEvent, UpstreamFault } from "./client_events.ts";
import { ANSWER, type AnswerState, REQUEST, type RequestState } from "./client_state.ts";
import { END_OF_MESSAGE, NEED_DATA } from "./events.ts";
import { FieldSectionScanner } from "./field_lines.ts";
import { members as allMembers } from "./framing.ts";
import type { WireLimits } from "./limits.ts";
import { chunkOf, LAST_CHUNK_BYTES, type OutgoingHead, requestHead } from "./request_writer.ts";
import { transition } from "./state.ts";
import { REASON_START, StatusLineScanner } from "./status_line.ts";

export { type ClientEvent, UpstreamFault } from "./client_events.ts";

/** Interim responses that are taken before a final one. */
export const MOST_INTERIM = 16;

const NOTHING = new Uint8Array();

/** The client's side of one connection. */
export class ClientConnection {
  /** Received bytes: whoever reads the socket fills its writable() and commits, and releases it at the end. */
  readonly buffer = new ReceiveBuffer();
  #request: RequestState = "idle";
  #answer: AnswerState = "idle";
  #fault: UpstreamFault | undefined;
  #inputEnded = false;
  #isBroken = false;
  #method = "";
  /** What may be switched to; undefined where nothing was asked for. */
  #offered: readonly string[] | undefined;
  /** Bytes of our content still to be given; undefined if it is chunked. */
  #unsent: number | undefined = 0;
  #interim = 0;
  #lineLength = 0;
  /** Bytes of the answer's content still to come; Infinity up to the end of the input, undefined if it is chunked. */
  #remaining: number | undefined = 0;
  #chunked: ChunkedDecoder | undefined;
  #keepAlive = false;
  readonly #limits: WireLimits;
  readonly #line: StatusLineScanner;
  readonly #section: FieldSectionScanner;

  /** @param limits those of requests hold for answers: a status line is as long as a request line may be */
  constructor(limits: WireLimits) {
    this.#limits = limits;
    this.#line = new StatusLineScanner(limits.requestLine);
    this.#section = new FieldSectionScanner(limits);
  }

  /**
   * Begins a request; gives the bytes of its head. Framing fields are written here and nowhere else.
   *
   * @throws {TypeError} if it would be no request, or another one: a bug of ours
   * @throws {UpstreamFault} if something has come that nobody asked for, or the peer has ended its side
   */
  request(head: OutgoingHead): Uint8Array {
    this.#checkIdle();
    const bytes = requestHead(head);
    this.#request = transition(REQUEST, this.#request, "request");
    this.#answer = transition(ANSWER, this.#answer, "request");
    this.#method = head.method;
    this.#offered = head.upgrades ? members(head.fields, "upgrade") : undefined;
    this.#unsent = head.body.kind === "chunked"
      ? undefined
      : head.body.kind === "length"
      ? head.body.length
      : 0;
    this.#interim = 0;
    if (this.#unsent === 0) this.#request = transition(REQUEST, this.#request, "end of request");
    return bytes;
  }

  /**
   * A piece of our content with its framing around: the pieces to be written, in order.
   *
   * @throws {Error} if it is more than was announced: a bug of ours
   */
  content(bytes: Uint8Array): readonly Uint8Array[] {
    if (bytes.length === 0) return [];
    if (this.#request !== "send body") throw new Error("Content for a request that has none");
    if (this.#unsent === undefined) return chunkOf(bytes);
    if (bytes.length > this.#unsent) throw new Error("More content than was announced");
    this.#unsent -= bytes.length;
    if (this.#unsent === 0) this.#request = transition(REQUEST, this.#request, "end of request");
    return [bytes];
  }

  /**
   * The end of our content; gives what is to be written for it, which may be nothing.
   *
   * @throws {Error} if fewer bytes than announced were given
   */
  endOfContent(): Uint8Array {
    if (this.#request === "done") return NOTHING;
    if (this.#unsent !== undefined) throw new Error(`${this.#unsent} bytes less than were announced`);
    this.#request = transition(REQUEST, this.#request, "end of request");
    return LAST_CHUNK_BYTES;
  }

  /**
   * The peer will send nothing more.
   *
   * @param isOrderly false where the connection broke: an answer that would end with it may have been cut
   */
  endOfInput(isOrderly = true): void {
    this.#inputEnded = true;
    this.#isBroken = !isOrderly;
  }

  /**
   * What came next. After the end of a message that is told again until the next cycle.
   *
   * @throws {UpstreamFault} if the peer broke a rule, again at each further call; the only thing left is to close
   */
  next(): ClientEvent {
    if (this.#fault) throw this.#fault;
    try {
      switch (this.#answer) {
        case "head":
          return this.#nextHead();
        case "body":
          return this.#nextData();
        case "done":
          return END_OF_MESSAGE;
        case "idle":
          this.#checkIdle();
          return NEED_DATA;
        default:
          throw new Error(`Nothing comes next in the state "${this.#answer}"`);
      }
    } catch (error) {
      if (error instanceof HttpError) throw this.#break(new UpstreamFault(error.message));
      if (error instanceof UpstreamFault) this.#break(error);
      throw error;
    }
  }

  /**
   * Both messages are over, neither side wants to close, and nothing has come behind the answer: the connection may be used
   * for another request.
   */
  get mayStay(): boolean {
    return this.#request === "done" && this.#answer === "done" && this.#keepAlive && !this.#inputEnded &&
      this.buffer.length === 0;
  }

  /**
   * Another request may be sent.
   *
   * @throws {UpstreamFault} if bytes are left that nobody asked for, or the peer does not let the connection stay
   * @throws {Error} if one of the two messages is not over
   */
  startNextCycle(): void {
    this.#request = transition(REQUEST, this.#request, "next cycle");
    this.#answer = transition(ANSWER, this.#answer, "next cycle");
    this.#chunked = undefined;
    if (!this.#keepAlive) throw this.#break(new UpstreamFault("The connection does not stay"));
    this.#checkIdle();
  }

  #break(fault: UpstreamFault): UpstreamFault {
    if (this.#fault === undefined) {
      this.#fault = fault;
      this.#answer = transition(ANSWER, this.#answer, "fault");
    }
    return fault;
  }

  /** SECURITY: what comes unasked would be taken for the answer to the next request, which may be somebody else's. */
  #checkIdle(): void {
    if (this.#fault) throw this.#fault;
    if (this.buffer.length > 0) throw this.#break(new UpstreamFault("Bytes came that nobody asked for"));
    if (this.#inputEnded) throw this.#break(new UpstreamFault("The connection was closed", "closed"));
  }

  #nextHead(): ClientEvent {
    const { buffer } = this;
    if (this.#lineLength === 0) {
      this.#lineLength = this.#line.scan(buffer.bytes, buffer.start, buffer.end);
      if (this.#lineLength === 0) return this.#needData();
    }
    const sectionStart = buffer.start + this.#lineLength;
    const length = this.#section.scan(buffer.bytes, sectionStart, buffer.end);
    if (length === 0) return this.#needData();
    const { status, minor, reasonEnd } = this.#line;
    const reason = decodeLatin1(buffer.bytes, buffer.start + REASON_START, buffer.start + reasonEnd);
    const fields = this.#section.fields(buffer.bytes, sectionStart, length);
    buffer.consume(this.#lineLength + length);
    this.#line.reset();
    this.#section.reset();
    this.#lineLength = 0;
    if (status === 101) return this.#switch(minor, fields);
    return status < 200 ? this.#interimHead(status, fields) : this.#answerHead(status, minor, reason, fields);
  }

  #interimHead(status: number, fields: FieldBlock): ClientEvent {
    if (++this.#interim > MOST_INTERIM) {
      throw new UpstreamFault(`More than ${MOST_INTERIM} interim responses`);
    }
    return { type: "interim", status, fields };
  }

  /** RFC 9110 section 7.8. */
  #switch(minor: number, fields: FieldBlock): ClientEvent {
    const offered = this.#offered;
    if (offered === undefined) throw new UpstreamFault("101 without being asked for another protocol");
    if (minor === 0) throw new UpstreamFault("101 in HTTP/1.0");
    if (this.#request !== "done") throw new UpstreamFault("101 before the request was over");
    if (!members(fields, "connection").includes("upgrade")) {
      throw new UpstreamFault("101 without Connection: Upgrade");
    }
    const chosen = members(fields, "upgrade");
    if (chosen.length === 0 || !chosen.every((protocol) => offered.includes(protocol))) {
      throw new UpstreamFault("101 for another protocol than was asked for");
    }
    this.#answer = transition(ANSWER, this.#answer, "switch");
    return { type: "switched", fields };
  }

  #answerHead(status: number, minor: number, reason: string, fields: FieldBlock): ClientEvent {
    const { body, keepAlive } = answerFraming(this.#method, status, minor, fields);
    this.#answer = transition(ANSWER, this.#answer, "response");
    this.#keepAlive = keepAlive;
    if (body === "chunked") {
      this.#remaining = undefined;
      this.#chunked = new ChunkedDecoder(this.#limits);
    } else if (body === "none") this.#remaining = 0;
    else this.#remaining = body === "until close" ? Infinity : body.length;
    return { type: "response", status, reason, fields, body };
  }

  #nextData(): ClientEvent {
    const { buffer } = this;
    if (this.#remaining === 0) return this.#endOfMessage();
    if (this.#remaining === undefined) return this.#nextChunk(this.#chunked!);
    if (buffer.length === 0) {
      const isOver = this.#remaining === Infinity && this.#inputEnded && !this.#isBroken;
      return isOver ? this.#endOfMessage() : this.#needData();
    }
    const bytes = buffer.take(this.#remaining);
    this.#remaining -= bytes.length;
    return { type: "data", bytes };
  }

  #nextChunk(decoder: ChunkedDecoder): ClientEvent {
    const { buffer } = this;
    const found = decoder.decode(buffer.bytes, buffer.start, buffer.end);
    buffer.consume(decoder.consumed);
    if (found === "incomplete") return this.#needData();
    if (found === "end") return this.#endOfMessage();
    return { type: "data", bytes: buffer.bytes.subarray(decoder.dataStart, decoder.dataEnd) };
  }

  #endOfMessage(): ClientEvent {
    this.#answer = transition(ANSWER, this.#answer, "end of message");
    return END_OF_MESSAGE;
  }

  #needData(): ClientEvent {
    if (!this.#inputEnded) return NEED_DATA;
    if (this.#answer === "body") {
      throw new UpstreamFault("The connection was closed within the answer's content");
    }
    if (this.buffer.length > 0) throw new UpstreamFault("The connection was closed within the answer's head");
    throw this.#interim > 0
      ? new UpstreamFault("The connection was closed after an interim response")
      : new UpstreamFault("The connection was closed without an answer", "closed");
  }
}

/** What a field lists, in lower case; empty members do not count (RFC 9110 section 5.6.1.2). */
function members(fields: FieldBlock, name: string): string[] {
  return allMembers(fields.joined(name) ?? "").filter((member) => member !== "");
}
