/**
 * What the admin asks the threads that serve, and what they say.
 *
 * @module
 */

/** Which of a thread's records are wanted. */
export interface RecordsWanted {
  /** `summaries`: RequestSummary. `records`: RequestRecord, with heads and bodies, which take a while to be made. */
  readonly what: "summaries" | "records";
  /** Those with a larger id; 0: all that the thread has. */
  readonly since: number;
  /** The one with this id alone. */
  readonly id?: number;
  /** Contents are given with their content codings, as they were sent. */
  readonly asSent?: boolean;
  /** Bytes of the answer, at most: of what is more the oldest are left out. */
  readonly most: number;
}

/** What one thread says. */
export interface RecordsFound {
  /**
   * The last id of all threads when this one looked: it has no record up to here that is not among these. What all
   * threads together have said is complete up to the smallest of theirs, so that nothing is missed by whoever asks next
   * for what came since then.
   */
  readonly upTo: number;
  /** JSON in UTF-8, a list of what was wanted by rising ids. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Bytes of an answer to RecordsWanted, at most, whatever was asked for. */
export const MOST_RECORDED = 32 * 1024 * 1024;

/** Records that a thread has, at most. */
export const MOST_RECORDS = 500;
