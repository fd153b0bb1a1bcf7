/**
 * What is known of a program that gave no proper answer: for the page that shows it to whoever sits at this machine.
 *
 * @module
 */

/** Text that a program has printed, of which no more than a bound is kept. */
export interface Said {
  readonly text: string;
  /** There was more of it. */
  readonly isCut: boolean;
}

/** One run of a program, as it went. */
export interface ProgramRun {
  /** The part of the path that leads to it. */
  readonly name: string;
  /** The words that it was started with; empty where a FastCGI server has it. */
  readonly command: readonly string[];
  /** The FastCGI server that was asked; undefined where it was started here. */
  readonly server: string | undefined;
  /** The script, absolute; undefined where none is known. */
  readonly file: string | undefined;
  /** Empty where it was never started. */
  readonly environment: Readonly<Record<string, string>>;
  readonly output: Said;
  readonly errors: Said;
  /** How it ended, e.g. `exit status 1` or `killed by SIGSEGV`; undefined where that is not known. */
  readonly ended: string | undefined;
  /** From its start to now, in milliseconds; undefined where it was never started. */
  readonly duration: number | undefined;
}

/** A failure that is waiting to be told: the run may still be about to end. */
export interface ProgramFailure {
  /** Resolves once there is no more to come, a second later at most. Never rejects. */
  run(): Promise<ProgramRun>;
}

/** Something that usually causes such a failure, and what to do about it: sentences, in which `code` is quoted so. */
export interface UsualCause {
  readonly what: string;
  readonly remedy?: string | undefined;
}

/** Some lines of a script around the one that a message names. */
export interface Excerpt {
  /** The line that is meant, from 1. */
  readonly line: number;
  /** The number of the first of the lines that are shown. */
  readonly first: number;
  readonly lines: readonly string[];
}

/** All that there is to say. */
export interface FailureText {
  readonly status: number;
  readonly reason: string;
  /** Why it is an error, in one sentence. */
  readonly why: string;
  /** What the error log calls it. */
  readonly reference: string | undefined;
  readonly run: ProgramRun;
  readonly causes: readonly UsualCause[];
  readonly excerpt: Excerpt | undefined;
}
