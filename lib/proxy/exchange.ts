/**
 * One request and its answer on one connection to an upstream: the content goes there as it comes from the client, while
 * the answer is read.
 *
 * @module
 */
import { GoneError, HttpError } from "../http/errors.ts";
import type { FieldBlock } from "../http/fields.ts";
import type { Request } from "../http/message.ts";
import { type Member, NOWHERE } from "../http/roster.ts";
import type { AnswerHead, Switched } from "../http1/client_events.ts";
import { type ClientEvent, UpstreamFault } from "../http1/client_connection.ts";
import type { BodyFraming } from "../http1/framing.ts";
import type { Clock } from "../ports.ts";
import type { UpstreamConnection } from "./connection.ts";
import { silence } from "./failures.ts";
import { together } from "./joined.ts";
import { clientFields } from "./fields.ts";
import type { Server } from "./route.ts";
import type { Upstream } from "./upstream.ts";

/** Something that waits: lib/server has the clock that looks through it. */
export interface Waiting extends Member {
  readonly deadline: number;
  expire(): void;
}

/** One coarse clock for everything that waits (lib/server/deadlines.ts). */
export interface Deadlines {
  in(milliseconds: number): number;
  add(waiting: Waiting): void;
  delete(waiting: Waiting): void;
}

/** What is told to an upstream, and by whom: all that an exchange asks of a client's request. */
export type Told = Pick<Request, "method" | "body" | "inform" | "onGone">;

/** What an exchange works with. */
export interface ExchangePorts {
  readonly clock: Clock;
  readonly deadlines: Deadlines;
}

/** A request as the upstream gets it. */
export interface OutgoingRequest {
  readonly target: string;
  readonly fields: FieldBlock;
  readonly upgrades: boolean;
  /** What the upstream has to prove that it has read it, where the client of a WebSocket does not look. */
  readonly webSocketKey: string | undefined;
  /** The client waits to be asked for its content, and so does the upstream to say whether it wants it. */
  readonly expects: boolean;
  /** Bytes of content at most. */
  readonly bodyLimit: number;
  /** How long the upstream may be silent, in milliseconds. */
  readonly timeout: number;
}

/** Who expects `100 Continue` waits no longer than this for it, in milliseconds (RFC 9110 section 10.1.1). */
const CONTINUE_PATIENCE = 1000;

/** What is read at a time of an answer, at first and at most. */
const FIRST_READ = 16 * 1024;
const LARGEST_READ = 256 * 1024;

/** Owns the connection until it is given back or given up, and counts as one request of its upstream as long. */
export class UpstreamExchange implements Waiting {
  place = NOWHERE;
  deadline = Infinity;
  /** The client's content has been asked for, so the request cannot be told again. */
  hasBegunBody = false;
  /** The upstream was silent for too long. */
  isLate = false;
  /** The client has left. */
  isGone = false;
  #readSize = FIRST_READ;
  #isOver = false;
  #isReading = false;
  #isWriting = false;
  #asksClient = false;
  #mayContinue: (() => void) | undefined;
  /** All of the content is on its way; undefined where there is none. */
  #sending: Promise<void> | undefined;
  /** The content has come to a bad end: the answer is about that, whatever the upstream makes of half a request. */
  #sendError: { readonly error: unknown } | undefined;
  /** The answer is known, and nothing more is sent. */
  #isLeft = false;
  readonly #takeBack: () => void;

  constructor(
    readonly request: Told,
    readonly target: Server,
    readonly upstream: Upstream,
    readonly outgoing: OutgoingRequest,
    readonly connection: UpstreamConnection,
    readonly ports: ExchangePorts,
  ) {
    upstream.busy++;
    ports.deadlines.add(this);
    this.#takeBack = request.onGone(() => {
      this.isGone = true;
      this.connection.close();
    });
  }

  /**
   * Sends the request, and waits for the head of its answer.
   *
   * @throws {UpstreamFault} if the upstream breaks a rule or leaves
   * @throws {unknown} what the content's reading has thrown: an HttpError if it breaks a rule, a GoneError if the client leaves
   */
  async head(): Promise<AnswerHead | Switched> {
    const { connection, outgoing, request } = this;
    const body = framingOf(request, outgoing);
    const { target, fields, upgrades } = outgoing;
    const bytes = connection.http.request({ method: request.method, target, fields, body, upgrades });
    // Whether it arrived shows by the answer. Its time is that of the read.
    connection.write(bytes).catch(IGNORED);
    if (body.kind !== "none") this.#sending = this.#send();
    for (;;) {
      const event = this.next();
      switch (event.type) {
        case "need data":
          // PERF: as receive(), without one more promise.
          this.#beginRead();
          await connection.receive(this.#readSize);
          this.#endRead();
          break;
        case "interim":
          if (event.status === 100) this.#mayContinue?.();
          else request.inform?.(event.status, clientFields(event.fields));
          break;
        case "response":
        case "switched":
          return event;
        default:
          throw new Error(`${event.type} before the head of an answer`);
      }
    }
  }

  /** What came next. @throws as head() */
  next(): ClientEvent {
    this.#check();
    try {
      return this.connection.http.next();
    } catch (error) {
      throw this.#sendError === undefined ? error : this.#sendError.error;
    }
  }

  /** Waits for more. @throws as head(), of what happened meanwhile */
  async receive(): Promise<void> {
    this.#beginRead();
    await this.connection.receive(this.#readSize);
    this.#endRead();
  }

  #beginRead(): void {
    this.#check();
    this.#isReading = true;
    this.#arm();
  }

  #endRead(): void {
    this.#isReading = false;
    this.#arm();
    // What fills its room is one of many pieces.
    if (this.connection.http.buffer.length >= this.#readSize) {
      this.#readSize = Math.min(LARGEST_READ, this.#readSize * 4);
    }
  }

  expire(): void {
    this.deadline = Infinity;
    this.isLate = true;
    this.connection.close();
  }

  /**
   * The answer is over: the connection goes back to be used again, or is closed.
   *
   * @param idle milliseconds for which the upstream keeps it, if it has said so
   */
  end(idle: number | undefined): void {
    if (!this.#release()) return;
    this.upstream.busy--;
    // An upstream that has answered without taking what is being written may never take it.
    const isLeft = this.#isLeft || (this.#sending !== undefined && this.#isWriting);
    if (isLeft || !this.connection.http.mayStay) this.connection.close();
    else if (this.#sending === undefined) this.upstream.giveBack(this.connection, idle);
    else void this.#sending.then(() => this.upstream.giveBack(this.connection, idle));
  }

  /** The answer has come before all of the content was there to be sent: what is left of that stays, and is not asked for. */
  leaveContent(): void {
    this.#isLeft = true;
  }

  /** Gives the connection up. Does nothing once the answer is over. */
  abort(): void {
    if (!this.#release()) return;
    this.upstream.busy--;
    this.connection.close();
  }

  /** The connection is a tunnel from now on, and whoever has it closes it: then it is over. @returns what is to be told */
  detach(): () => void {
    this.#release();
    return () => this.upstream.busy--;
  }

  /** False if it was released before. */
  #release(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#takeBack();
    this.ports.deadlines.delete(this);
    this.#mayContinue?.();
    return true;
  }

  #check(): void {
    if (this.isGone) throw new GoneError();
    if (this.#sendError !== undefined) throw this.#sendError.error;
    if (this.isLate) throw new UpstreamFault(silence(this.target, this.outgoing.timeout));
  }

  /** False where the upstream takes nothing more: it may have answered without wanting all of it. */
  async #write(bytes: Uint8Array): Promise<boolean> {
    this.#isWriting = true;
    this.#arm();
    try {
      await this.connection.write(bytes);
      return true;
    } catch {
      return false;
    } finally {
      this.#isWriting = false;
      this.#arm();
    }
  }

  /** Never rejects: what the client breaks is told by the answer's reader, and so is what the upstream does not take. */
  async #send(): Promise<void> {
    const { body } = this.request, { http } = this.connection;
    let left = this.outgoing.bodyLimit;
    try {
      if (this.outgoing.expects) await this.#continued();
      for (;;) {
        if (this.#isDone) return;
        this.hasBegunBody = true;
        this.#asksClient = true;
        this.#arm();
        const piece = await body.read(left);
        this.#asksClient = false;
        if (this.#isDone) return;
        if (piece === null) break;
        left -= piece.length;
        if (left < 0) throw new HttpError(413, "The body is longer than client_max_body_size");
        for (const bytes of together(http.content(piece))) if (!await this.#write(bytes)) return;
      }
      const end = http.endOfContent();
      if (end.length > 0) await this.#write(end);
    } catch (error) {
      if (this.#isLeft) return;
      this.#sendError = { error };
      // SECURITY: half a request must not look like a whole one.
      this.connection.close();
    } finally {
      this.#asksClient = false;
      // From now on all is the upstream's to do: its answer is waited for no longer than any other.
      this.#arm();
    }
  }

  /** Nobody wants more of the content. */
  get #isDone(): boolean {
    return this.connection.isClosed || this.#isLeft;
  }

  /** Until the upstream says that it wants the content, or says nothing for a while. */
  #continued(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.ports.clock.after(CONTINUE_PATIENCE, resolve);
      this.#mayContinue = () => {
        cancel();
        resolve();
      };
    });
  }

  /** Only what the upstream has to do counts as its silence. */
  #arm(): void {
    const waits = this.#isWriting || (this.#isReading && !this.#asksClient);
    this.deadline = waits ? this.ports.deadlines.in(this.outgoing.timeout) : Infinity;
  }
}

const IGNORED = (): void => {};

function framingOf({ body: { length } }: Told, { upgrades }: OutgoingRequest): BodyFraming {
  if (length === 0 || upgrades) return { kind: "none" };
  return length === undefined ? { kind: "chunked" } : { kind: "length", length };
}
