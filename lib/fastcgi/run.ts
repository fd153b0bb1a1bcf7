/**
 * One request to a FastCGI server on one connection: its body, its output, its time.
 *
 * @module
 */
import { joined } from "../bytes/joined.ts";
import { whatWasPrinted, whyBadHeaderBlock } from "../cgi_protocol/bad_output.ts";
import { ProgramErrors, type ProgramListener } from "../cgi_protocol/error_lines.ts";
import { type HeaderBlock, HeaderBlockReader } from "../cgi_protocol/header_block.ts";
import type { ProgramInput } from "../cgi_protocol/request_input.ts";
import type { ProgramNotes } from "../cgi_protocol/program_notes.ts";
import type { ProgramOutput } from "../cgi_protocol/source.ts";
import { busy, GoneError, HttpError } from "../http/errors.ts";
import type { Clock, ErrorLog } from "../ports.ts";
import type { FastcgiConnection } from "./connection.ts";
import { type Ending, FastcgiFault, type ResponseEvent } from "./response_reader.ts";

/** How long an answer that is of no more interest may go on, so that the connection can be kept, in milliseconds. */
const GRACE = 1000;

/** The most of an answer that is put together before it is sent, in bytes. */
const MOST_WHOLE = 64 * 1024;

/** The connection broke before anything came back: whoever asked on one that had been kept may ask again. */
export class NothingCame extends Error {
  override readonly name = "NothingCame";
}

/** What a run works with. */
export interface RunOptions {
  readonly clock: Clock;
  readonly errorLog: ErrorLog;
  /** The program, and the server, as the error log names them. */
  readonly name: string;
  readonly server: string;
  readonly listener?: ProgramListener | undefined;
  /** How long the server may be silent, in milliseconds. */
  readonly timeout: number;
  /** Takes down how it answers, in case that it fails. */
  readonly notes?: ProgramNotes | undefined;
  /** The first bytes have come. */
  readonly onAnswer: () => void;
  /** Called once when the connection is of no more use to it. @param mayStay it may be used for another request */
  readonly onEnd: (mayStay: boolean) => void;
}

/** Has the connection until it ends. */
export class FastcgiRun implements ProgramOutput {
  readonly #connection: FastcgiConnection;
  readonly #options: RunOptions;
  /** Made when there is any standard error, which mostly there is not. */
  #errors: ProgramErrors | undefined;
  /** Output that came together with other output. */
  #held: Uint8Array[] = [];
  /** How long nothing is to be read, in milliseconds: it said too much on its standard error. */
  #pause = 0;
  /** Why it was stopped from our side. */
  #failure: unknown;
  #state: "nothing came" | "answering" | "ended" = "nothing came";
  #hasContent = false;
  #isReading = false;
  /** The next piece of the request's body is not there yet. */
  #waitsForClient = false;
  #lastSign: number;

  constructor(connection: FastcgiConnection, options: RunOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#lastSign = options.clock.monotonic();
  }

  /** The answer has ended, or is of no more interest. */
  get isEnding(): boolean {
    return this.#state === "ended";
  }

  /** Asks. @param input the request's body, which is closed; undefined where there is none */
  begin(environment: Readonly<Record<string, string>>, input: ProgramInput | undefined): void {
    if (input?.length === 0) {
      // Nothing comes that would bring the end of standard input with it: that is said at once.
      input.close();
      input = undefined;
    }
    this.#hasContent = input !== undefined;
    const begun = this.#connection.begin(environment, this.#hasContent);
    // Whoever reads finds out that the connection is broken, and what came before it was.
    if (input === undefined) begun.catch(() => {});
    else void begun.then(() => this.#feed(input), () => this.#feed(input, false));
  }

  /**
   * Hands over the request's body as it arrives. What the server does not take is dropped: only who reads on notices that
   * the client has left. Never rejects.
   */
  async #feed(input: ProgramInput, takes = true): Promise<void> {
    let left = input.length ?? 0;
    try {
      for (;;) {
        this.#waitsForClient = takes;
        const piece = left > 0 || !takes ? await input.next() : null;
        this.#waitsForClient = false;
        if (piece === null) break;
        left -= piece.length;
        if (!takes) continue;
        this.#sign();
        takes = await this.#connection.content(piece, left <= 0).then(() => !this.isEnding, () => false);
        this.#sign();
      }
    } catch (error) {
      // The body broke off, or broke a rule: half of it is worse than nothing, unless nobody wanted it.
      if (takes || error instanceof GoneError) this.stop(error);
    } finally {
      this.#waitsForClient = false;
      input.close();
    }
  }

  /**
   * Reads the header block, and gives with it what came behind.
   *
   * @throws {NothingCame}
   * @throws {HttpError} 502, 503 or 504
   */
  async header(): Promise<{ readonly block: HeaderBlock; readonly rest: Uint8Array }> {
    const reader = new HeaderBlockReader();
    for (;;) {
      const piece = await this.read();
      if (piece === null) {
        throw this.failure(502, `it ended before its header block did, ${whatWasPrinted(reader.text)}`);
      }
      this.#options.notes?.output(piece);
      try {
        const found = reader.push(piece);
        if (found) return found;
      } catch (error) {
        if (!(error instanceof HttpError)) throw error;
        const failure = this.failure(502, whyBadHeaderBlock(error.message, reader.text));
        if (this.#options.notes !== undefined) await this.#hearOut(this.#options.notes);
        throw failure;
      }
    }
  }

  /**
   * All that is left of the answer, if it is there already.
   *
   * @param first what of it has been read
   * @returns undefined if more is to come, which read() gives
   */
  rest(first: Uint8Array): Uint8Array | undefined {
    const pieces = [first], whole = () => pieces.length === 1 ? first : joined(pieces, length);
    let length = first.length, answer: Uint8Array | undefined;
    while (this.#state !== "ended") {
      const event = length > MOST_WHOLE || this.#pause > 0 ? undefined : this.#next();
      if (event?.type === "output") {
        pieces.push(event.bytes);
        length += event.bytes.length;
      } else if (event === undefined || event.type === "need data") {
        this.#held = pieces.slice(1);
        return undefined;
      } else {
        // Before the connection is given back: what it reads while it rests comes to the same memory.
        if (event.type === "end") answer = whole();
        this.#heed(event);
      }
    }
    return answer ?? whole();
  }

  async read(): Promise<Uint8Array | null> {
    this.#sign();
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      const held = this.#held.shift();
      if (held !== undefined) return held;
      if (this.#pause > 0) {
        await this.#rest();
        continue;
      }
      if (this.#state === "ended") return null;
      const event = this.#next();
      if (event.type === "output") return event.bytes;
      if (event.type === "need data") await this.#receive();
      else this.#heed(event);
    }
  }

  /** What it goes on to print may say what is wrong with it. */
  async #hearOut(notes: ProgramNotes): Promise<void> {
    const cancel = this.#options.clock.after(GRACE, () => this.stop(new GoneError()));
    try {
      for (let piece = await this.read(); piece !== null; piece = await this.read()) notes.output(piece);
    } catch {
      // It was stopped, or broke: it has said enough.
    } finally {
      cancel();
    }
  }

  /** Gives the request up. The reason is thrown at whoever reads on. */
  stop(reason: unknown): void {
    if (this.#state === "ended") return;
    this.#failure ??= reason;
    this.#end(false);
  }

  async abandon(): Promise<void> {
    if (this.#state === "ended") return;
    const cancel = this.#options.clock.after(GRACE, () => this.stop(new GoneError()));
    try {
      while (await this.read() !== null);
    } catch {
      // It was stopped, or broke, which is as good an end.
    } finally {
      cancel();
    }
  }

  /** To be called now and then. */
  tick(now: number): void {
    // It is not the server who is slow, but the client: other deadlines are for that.
    if (!this.#isReading || this.#waitsForClient) this.#lastSign = now;
    if (now - this.#lastSign >= this.#options.timeout) {
      this.stop(this.failure(504, "it was silent for longer than timeouts.cgi"));
    }
  }

  /** What is answered where the server gives no answer; the log names it. */
  failure(status: 502 | 504, why: string): HttpError {
    const { name, server } = this.#options;
    return new HttpError(status, why, { log: `${name}, FastCGI server ${server}: ${why}` });
  }

  /** @throws {HttpError} 502 for what is no FastCGI */
  #next(): ResponseEvent {
    try {
      return this.#connection.next();
    } catch (error) {
      if (!(error instanceof FastcgiFault)) throw error;
      this.stop(this.failure(502, error.message));
      throw this.#failure;
    }
  }

  #heed(event: ResponseEvent): void {
    if (event.type === "errors") {
      const { errorLog: log, name, clock, listener, notes } = this.#options;
      this.#errors ??= new ProgramErrors(log, name, clock, listener);
      notes?.errors(event.bytes);
      this.#pause = this.#errors.push(event.bytes);
    } else if (event.type === "end") {
      if (event.ending !== "complete") {
        this.stop(this.#refusal(event.ending));
        throw this.#failure;
      }
      // What is left of a body in the server's queue would be taken for the next request.
      this.#end(this.#connection.isClean && !this.#hasContent);
    }
  }

  #refusal(ending: Exclude<Ending, "complete">): HttpError {
    const { name, server } = this.#options;
    if (ending !== "overloaded") return this.failure(502, `it does not take the request: ${ending}`);
    return busy("the FastCGI server is overloaded", `${name}, FastCGI server ${server}: it is overloaded`);
  }

  async #receive(): Promise<void> {
    this.#isReading = true;
    let more: boolean;
    try {
      more = await this.#connection.receive();
    } catch (error) {
      if (this.#failure === undefined) this.stop(this.#broken(error));
      throw this.#failure;
    } finally {
      this.#isReading = false;
    }
    if (this.#failure !== undefined) throw this.#failure;
    if (!more) {
      this.stop(this.#broken(undefined));
      throw this.#failure;
    }
    if (this.#state !== "nothing came") return;
    this.#state = "answering";
    this.#options.onAnswer();
  }

  #broken(error: unknown): NothingCame | HttpError {
    const how = error === undefined ? "it ended the connection" : "the connection broke";
    if (this.#state !== "nothing came") return this.failure(502, `${how} within its answer`);
    return new NothingCame(`${how} without an answer`, { cause: error });
  }

  #end(mayStay: boolean): void {
    this.#state = "ended";
    this.#errors?.end();
    this.#options.onEnd(mayStay);
  }

  async #rest(): Promise<void> {
    const pause = this.#pause;
    this.#pause = 0;
    await new Promise<void>((resolve) => this.#options.clock.after(pause, resolve));
  }

  #sign(): void {
    this.#lastSign = this.#options.clock.monotonic();
  }
}
