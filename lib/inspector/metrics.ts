/**
 * What is counted of requests: in memory that a thread shares with whoever shows it, so that nobody has to be asked. Each
 * thread writes to memory of its own, which the next thread goes on with when it is gone: what it has counted stays
 * counted, and the sum never goes back.
 *
 * @module
 */

/** What requests are told apart by, besides their class of status. */
export interface Place {
  /** The first name of the server, or its address; empty where a request came to none. */
  readonly server: string;
  /** The location as it is written; empty where none was asked. */
  readonly location: string;
}

/** The memory of all threads, plain data that may be posted. Another one where a place or a thread has been added. */
export interface MetricsMemory {
  /** What each row is for. They are never taken away, nor in another order. */
  readonly places: readonly Place[];
  /** One for each thread that counts, or has counted. */
  readonly threads: readonly SharedArrayBuffer[];
}

/** The sums of one place and class of status. */
export interface Series extends Place {
  /** `2xx` */
  readonly class: string;
  readonly requests: number;
  /** Of content. */
  readonly bytes: number;
  /** Of all requests together. */
  readonly seconds: number;
  /** Requests that took up to as long as BUCKETS says. */
  readonly buckets: readonly number[];
}

/** All sums at one moment. */
export interface MetricsSnapshot {
  /** Those that are not 0. */
  readonly series: readonly Series[];
  /** Open just now. */
  readonly connections: number;
  /** So far. */
  readonly accepted: number;
  /** Programs that run just now. */
  readonly programs: number;
  /** Threads that serve just now. */
  readonly workers: number;
}

/** Seconds. */
export const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10] as const;

/** Classes of status. */
export const CLASSES = ["1xx", "2xx", "3xx", "4xx", "5xx"] as const;
