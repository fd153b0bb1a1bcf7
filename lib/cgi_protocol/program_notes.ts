/**
 * What a program says and does, taken down while it runs, in case that it fails. Nobody takes it down for a program whose
 * failure is shown to nobody.
 *
 * @module
 */
import type { ProgramFailure, ProgramRun, Said } from "../http/program_failure.ts";
import type { Clock } from "../ports.ts";

/** Bytes of what it prints, from its beginning: its header block should stand there. */
const MOST_OUTPUT = 16 * 1024;

/** Bytes of its standard error, from the end: what it died of stands there. */
const MOST_ERRORS = 32 * 1024;

/** How long what is told at last may be waited for, in milliseconds. */
const PATIENCE = 2000;

/** What is known when a program is started. */
export interface Start extends Pick<ProgramRun, "command" | "environment"> {
  readonly server?: string;
}

/** Takes down one run. */
export class ProgramNotes implements ProgramFailure {
  readonly #program: Pick<ProgramRun, "name" | "file">;
  readonly #clock: Clock;
  readonly #output = new Beginning(MOST_OUTPUT);
  readonly #errors = new Ending(MOST_ERRORS);
  #start: Start | undefined;
  #started: number | undefined;
  #stopped: number | undefined;
  #ended: string | undefined;
  #over: Promise<unknown> = Promise.resolve();

  constructor(program: Pick<ProgramRun, "name" | "file">, clock: Clock) {
    this.#program = program;
    this.#clock = clock;
  }

  /** It is about to be started, or asked for. What was noted of an earlier try counts no more. */
  started(start: Start): void {
    this.#start = start;
    this.#started = this.#clock.monotonic();
  }

  /** It has printed something before, or in place of, the end of its header block. */
  output(piece: Uint8Array): void {
    this.#output.add(piece);
  }

  /** It has said something on its standard error. */
  errors(piece: Uint8Array): void {
    this.#errors.add(piece);
  }

  /**
   * It runs.
   *
   * @param exited with an exit status, or by a signal
   * @param over nothing more is to come
   */
  runs(exited: Promise<number | string>, over: Promise<unknown>): void {
    this.#over = over;
    void exited.then((how) =>
      this.stopped(typeof how === "number" ? `exit status ${how}` : `killed by ${how}`)
    );
  }

  /** How it ended, or was ended from here: the first word counts. */
  stopped(how: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = how;
    this.#stopped = this.#clock.monotonic();
  }

  async run(): Promise<ProgramRun> {
    const late = Promise.withResolvers<void>();
    const cancel = this.#clock.after(PATIENCE, late.resolve);
    await Promise.race([this.#over, late.promise]);
    cancel();
    const { command = [], environment = {}, server } = this.#start ?? {};
    return {
      ...this.#program,
      command,
      environment,
      server,
      output: this.#output.said,
      errors: this.#errors.said,
      ended: this.#ended,
      duration: this.#started === undefined
        ? undefined
        : (this.#stopped ?? this.#clock.monotonic()) - this.#started,
    };
  }
}

/** The first bytes of what is added. */
class Beginning {
  readonly #most: number;
  #bytes: Uint8Array = new Uint8Array();
  #isCut = false;

  constructor(most: number) {
    this.#most = most;
  }

  add(piece: Uint8Array): void {
    const room = this.#most - this.#bytes.length;
    this.#isCut ||= piece.length > room;
    if (room > 0) this.#bytes = joined(this.#bytes, piece.subarray(0, room));
  }

  get said(): Said {
    return { text: new TextDecoder().decode(this.#bytes), isCut: this.#isCut };
  }
}

/** The last bytes of what is added. */
class Ending {
  readonly #most: number;
  #bytes: Uint8Array = new Uint8Array();
  #isCut = false;

  constructor(most: number) {
    this.#most = most;
  }

  add(piece: Uint8Array): void {
    const all = joined(this.#bytes, piece.subarray(Math.max(0, piece.length - this.#most)));
    this.#isCut ||= piece.length > this.#most || all.length > this.#most;
    this.#bytes = all.subarray(Math.max(0, all.length - this.#most));
  }

  get said(): Said {
    const text = new TextDecoder().decode(this.#bytes);
    // A line whose beginning is gone says nothing.
    return { text: this.#isCut ? text.slice(text.indexOf("\n") + 1) : text, isCut: this.#isCut };
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}
