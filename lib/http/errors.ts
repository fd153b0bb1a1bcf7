/**
 * What goes wrong, as far as a client is told: one type, whoever found it out. A client gets the status, its fields and
 * a page; why it happened is for the error log alone.
 *
 * @module
 */
import { FileError, type FileProblem } from "../ports.ts";
import { FieldBlock } from "./fields.ts";
import type { ProgramFailure } from "./program_failure.ts";
import { reasonPhrase } from "./status.ts";

/** What an HttpError may say besides its status. */
export interface HttpErrorOptions extends ErrorOptions {
  /** Fields that belong to the answer, e.g. Allow or Retry-After. */
  readonly fields?: FieldBlock;
  /** What to do about it, for the client's eyes: our own page shows it. */
  readonly advice?: string;
  /** Why, for the eyes of a client on this machine alone: a sentence without a path. */
  readonly hint?: string;
  /** Why, for the error log. Without it the message must do for a 403 and a 5xx; others are not worth a line. */
  readonly log?: string;
  /** The program that failed, where that may be shown to whoever asks. */
  readonly failure?: ProgramFailure;
}

/**
 * PERF: an error whose stack is not captured, which takes the runtime longer than half of a request. An answer is no
 * accident: nobody looks for the place in the code where a file was found missing.
 */
const ErrorWithoutStack = function () {} as unknown as new () => Error;
ErrorWithoutStack.prototype = Error.prototype;

/**
 * A request that is answered with a status of 400 or above. It is returned by whoever decides so at hand, and thrown
 * where there is no other way up: from a parser, or while a body is read.
 */
export class HttpError extends ErrorWithoutStack {
  override readonly name = "HttpError";
  override readonly message: string;
  override readonly cause: unknown;
  readonly fields: FieldBlock;
  readonly log: string | undefined;
  readonly advice: string | undefined;
  readonly hint: string | undefined;
  readonly failure: ProgramFailure | undefined;
  /** PERF: the fields with those of the server's own pages, kept here by lib/pages: most errors are sent many times. */
  pageFields: Map<string, FieldBlock> | undefined = undefined;

  /**
   * @param status 400 to 599
   * @param message names the rule that was broken; no client ever sees it
   */
  constructor(readonly status: number, message: string = reasonPhrase(status), options?: HttpErrorOptions) {
    super();
    this.message = message;
    this.cause = options?.cause;
    this.fields = options?.fields ?? FieldBlock.EMPTY;
    this.log = options?.log;
    this.advice = options?.advice;
    this.hint = options?.hint;
    this.failure = options?.failure;
  }
}

/**
 * What the error log is told of an error: why, for every 403 and 5xx, and whatever else has words for it. Undefined: no
 * line.
 */
export function logTextOf({ status, log, message }: HttpError): string | undefined {
  return log ?? (status === 403 || status >= 500 ? message : undefined);
}

/** The client ended the connection before its request or our response was complete. Nobody is left to be answered. */
export class GoneError extends Error {
  override readonly name = "GoneError";
  constructor() {
    super("The client left");
  }
}

/** A body that cannot be read on: what is left of it will never come. The message is for the error log. */
export class BodyError extends Error {
  override readonly name = "BodyError";
}

const plain: (HttpError | undefined)[] = [];

/** PERF: the error that has nothing but its status is made once for each, since most are answers to ordinary requests. */
export function refusal(status: number): HttpError {
  return plain[status] ??= new HttpError(status);
}

const RETRY: FieldBlock = FieldBlock.of(["Retry-After", 1]);

/** 503 of a moment: the client is told to come again at once. */
export function busy(message: string, log?: string): HttpError {
  return new HttpError(503, message, { fields: RETRY, ...log !== undefined && { log } });
}

/** What any throw means to a client. @throws {GoneError} as it is */
export function httpErrorOf(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof GoneError) throw error;
  if (error instanceof FileError) return errorOfFile(error);
  const log = error instanceof Error ? error.stack ?? error.message : String(error);
  return new HttpError(500, undefined, { log, cause: error });
}

/** The one place where a file's problem becomes a status; nothing of the system's words reaches a client. */
const STATUS_OF_PROBLEM: Readonly<Record<FileProblem, number>> = {
  "not found": 404,
  "denied": 403,
  "changed": 503,
  "busy": 503,
  "exists": 409,
  "not empty": 409,
  "full": 507,
  "failed": 500,
};

const NOT_PERMITTED =
  "The server lacks the permission: look at those of the file, and of the folders it is in.";

function errorOfFile(error: FileError): HttpError {
  const status = STATUS_OF_PROBLEM[error.problem];
  if (status < 500 && status !== 403) return refusal(status);
  const log = describeFileError(error);
  if (status === 403) return new HttpError(403, undefined, { log, hint: NOT_PERMITTED, cause: error });
  return status === 503 ? busy(error.message, log) : new HttpError(status, undefined, { log, cause: error });
}

/** A file's problem with the system's words, for the error log. */
export function describeFileError(error: FileError): string {
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
