/**
 * One connection's life in HTTP/2 (RFC 9113): its requests are read, all of them handled at the same time, and their
 * answers written, until one side has enough.
 *
 * @module
 */
import { busy } from "../../http/errors.ts";
import type { Handler } from "../../http/message.ts";
import { NOWHERE } from "../../http/roster.ts";
import { ServerConnection } from "../../http2/connection.ts";
import { ErrorCode } from "../../http2/error_codes.ts";
import type { ByteConnection } from "../../ports.ts";
import { ByteStream, type StreamObserver } from "../byte_stream.ts";
import type { ServerContext } from "../context.ts";
import { Deadline, type DeadlineOwner, type Phase } from "../deadline.ts";
import { HALF_CLOSED_GRACE } from "../departure.ts";
import { noteFailure } from "../failures.ts";
import { type Protocol, SHORT_LINGERING } from "../protocol.ts";
import { type FrameSource, FrameWriter } from "./frame_writer.ts";
import { type StallOwner, Stalls } from "./stalls.ts";
import { Streams } from "./streams.ts";

/** Room for some requests. */
const HEADS_READ = 2048;

/** What is read at a time while content comes. */
const CONTENT_READ = 64 * 1024;

/** The last stream of a GOAWAY that does not know it yet (RFC 9113 section 6.8). */
const ANY_STREAM = 2 ** 31 - 1;

/** A peer that does not acknowledge a PING is taken to know of our end after so long, in milliseconds. */
const UNACKNOWLEDGED = 1000;

/** Serves one connection. */
export class Http2Session implements Protocol, DeadlineOwner, StreamObserver, FrameSource, StallOwner {
  place = NOWHERE;
  readonly #http: ServerConnection;
  readonly #bytes: ByteStream;
  readonly #streams: Streams;
  readonly #writer: FrameWriter;
  readonly #stalls: Stalls;
  readonly #context: ServerContext;
  /** For what is to come. What is to be sent has the deadline of the byte stream. */
  readonly #deadline: Deadline;
  /** Resolves when the connection has ended gently, or is gone. */
  readonly #over = Promise.withResolvers<void>();
  #isTurnedAway = false;
  /** GOAWAY has been sent, and not yet which stream is the last one. */
  #isGoing = false;
  #isEnding = false;
  /** A request has come since the deadline was set. */
  #wasAsked = false;
  /** Content came with the last read. */
  #isReceiving = false;

  /** @param received what has been read of the connection already */
  constructor(connection: ByteConnection, handler: Handler, context: ServerContext, received: Uint8Array) {
    const { requestLine, headerFields, headerCount, http2Streams: streams } = context.settings.limits;
    const { extendedConnect = false } = context.settings;
    this.#http = new ServerConnection({ requestLine, headerFields, headerCount, streams }, {
      extendedConnect,
    });
    this.#http.receive(received);
    this.#bytes = new ByteStream(connection, this.#http.buffer, context, this);
    this.#bytes.observer = this;
    this.#writer = new FrameWriter(this.#http, this.#bytes, this);
    this.#streams = new Streams(this.#http, this.#bytes, {
      answer: (request) => this.#isTurnedAway ? this.#turnedAway() : handler(request),
      wake: () => this.#writer.wake(),
      watched: () => this.#giveGrace(),
    });
    this.#stalls = new Stalls(this.#http, context, this);
    this.#context = context;
    this.#deadline = new Deadline(context.deadlines, { late: (phase) => this.#lateToCome(phase) });
  }

  /** PERF: one function that waits, as for HTTP/1.1. */
  async run(): Promise<void> {
    const { timeouts } = this.#context.settings;
    if (!this.#isGoing) this.#deadline.arm("head", this.#isTurnedAway ? SHORT_LINGERING : timeouts.header);
    try {
      while (this.#takeEvents()) {
        this.#writer.flush();
        this.#armForNext();
        const result = await this.#bytes.read(this.#isReceiving ? CONTENT_READ : HEADS_READ);
        if (result === "gone" || this.#isEnding) break;
        if (result === "ended") this.#http.endOfInput();
      }
      this.#writer.flush();
      await this.#over.promise;
    } catch (error) {
      noteFailure(error, this.#context.errorLog);
    } finally {
      this.#close();
    }
  }

  turnAway(): Promise<void> {
    this.#isTurnedAway = true;
    this.#bytes.hurry(SHORT_LINGERING);
    return this.run();
  }

  get answering(): number {
    return this.#streams.answering;
  }

  /** An idle connection need not be kept for one more request: it is told to go, and its client comes back on another. */
  retire(): void {
    this.#leave();
  }

  drain(): void {
    this.#bytes.hurry(SHORT_LINGERING);
    this.#leave();
  }

  hangUp(): void {
    this.#streams.hangUp();
  }

  abort(): void {
    this.#bytes.close();
  }

  /** What was written is not taken, or the last answer is not read. */
  late(): void {
    this.#bytes.close();
  }

  ended(): void {
    this.#giveGrace();
  }

  sentAfterEnd(): void {
    this.#giveGrace();
  }

  gone(): void {
    this.#streams.leave();
    this.#over.resolve();
  }

  drained(stream: number): void {
    this.#streams.drained(stream);
  }

  flushed(): void {
    if (this.#http.error !== undefined) this.#brokenByPeer();
    if (this.#http.state !== "open" && !this.#isGoing && this.#streams.size === 0) {
      if (this.#streams.endEarly()) this.#writer.flush();
      else this.#end();
    } else if (this.#streams.isSending) this.#stalls.watch();
    else if (!this.#bytes.ended) this.#armForNext();
  }

  get isWriting(): boolean {
    return this.#writer.isWriting;
  }

  sending(): Iterable<number> {
    return this.#streams.sending();
  }

  streamStalled(stream: number): void {
    this.#streams.reset(stream, ErrorCode.Cancel);
  }

  connectionStalled(): void {
    this.#giveUp(ErrorCode.EnhanceYourCalm);
  }

  /** Everything that has been received; false once nothing more will come. */
  #takeEvents(): boolean {
    const http = this.#http, streams = this.#streams;
    for (let received = false;;) {
      const event = http.next();
      switch (event.type) {
        case "request":
          this.#wasAsked = true;
          streams.begin(event);
          break;
        case "refusal":
          streams.refuse(event);
          break;
        case "data":
          received = true;
          streams.receive(event.stream, event.bytes);
          break;
        case "end":
          streams.receiveEnd(event.stream);
          break;
        case "reset":
          streams.lose(event.stream);
          break;
        case "ping acknowledged":
          if (this.#isGoing) this.#sayLast();
          break;
        case "need data":
          this.#isReceiving = received;
          return true;
        case "closed":
          this.#closedByPeer();
          return false;
      }
    }
  }

  /** The deadline for what comes next: the rest of a head, or a request at all. */
  #armForNext(): void {
    if (this.#isGoing || this.#isTurnedAway) return;
    const { timeouts } = this.#context.settings;
    const deadline = this.#deadline;
    if (this.#http.isInHead) {
      if (deadline.phase !== "head") deadline.arm("head", timeouts.header);
    } else if (!this.#streams.areIdle) deadline.disarm();
    else if (this.#wasAsked || deadline.phase !== "idle") deadline.arm("idle", timeouts.keepAlive);
    this.#wasAsked = false;
  }

  #lateToCome(phase: Phase): void {
    if (phase === "half-closed") this.#bytes.close();
    else if (phase === "head" && !this.#isTurnedAway) this.#giveUp(ErrorCode.ProtocolError);
    else this.#sayLast();
  }

  /** Both are told: which rule was broken, or that there are too many connections. */
  #turnedAway(): never {
    this.#http.goAway(ErrorCode.NoError);
    const { connections } = this.#context.settings.limits;
    throw busy(`${connections} connections are open, which is limits.connections`);
  }

  /** Breaking a rule undoes everything; a peer that has only ended its side gets the answers to what it has asked. */
  #closedByPeer(): void {
    if (this.#http.error !== undefined) return this.#brokenByPeer();
    this.#streams.loseUnfinished();
    this.#deadline.disarm();
    // No stream can be under way any more.
    if (this.#isGoing) this.#sayLast();
    this.#giveGrace();
  }

  /** Whatever it goes on sending is dropped, but not for long: it may be much. */
  #brokenByPeer(): void {
    this.#bytes.hurry(SHORT_LINGERING);
    this.#streams.leave();
  }

  /** A peer that has ended its side may have left: see Departure. */
  #giveGrace(): void {
    if (!this.#bytes.ended || this.#bytes.gone || !this.#streams.areWatched) return;
    this.#deadline.arm("half-closed", HALF_CLOSED_GRACE);
  }

  /** The peer is told to open no streams; which one is the last is said when what is under way must have come. */
  #leave(): void {
    if (this.#isGoing || this.#http.state === "closing") return;
    this.#isGoing = true;
    this.#http.goAway(ErrorCode.NoError, ANY_STREAM);
    this.#deadline.arm("idle", UNACKNOWLEDGED);
    this.#writer.wake();
  }

  #sayLast(): void {
    this.#isGoing = false;
    this.#http.goAway(ErrorCode.NoError);
    this.#writer.wake();
  }

  /** Nothing is finished any more. */
  #giveUp(code: ErrorCode): void {
    this.#streams.leave();
    this.#http.goAway(code);
    this.#writer.wake();
  }

  /** Everything is written: the peer has some time to read it. */
  #end(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#deadline.disarm();
    void this.#bytes.linger().then(() => this.#over.resolve());
  }

  #close(): void {
    this.#deadline.end();
    this.#stalls.end();
    // Not where somebody may still be reading into it.
    if (!this.#bytes.isReading) this.#http.buffer.release();
    this.#bytes.close();
  }
}
