/**
 * The requests that were taken down, for whoever shows them: wherever they are held, they are asked for.
 *
 * @module
 */
import type { RequestRecord, RequestSummary } from "./record.ts";

/** Summaries, and up to which id they are complete. */
export interface Summaries {
  /** By rising ids. */
  readonly records: readonly RequestSummary[];
  /** Whoever asks next for what came since then misses nothing. */
  readonly upTo: number;
}

/** The last requests. Nothing here waits without a bound; what a thread does not say in time is not there. */
export interface Records {
  /** Those with a larger id. */
  summaries(since: number): Promise<Summaries>;
  /**
   * Undefined where there is none of this id (any more).
   *
   * @param asSent its contents have their content codings
   */
  record(id: number, asSent?: boolean): Promise<RequestRecord | undefined>;
  /** With heads and bodies, by rising ids: of what would be too much the oldest are left out. */
  records(since: number): Promise<readonly RequestRecord[]>;
}
