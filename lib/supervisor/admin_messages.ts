/**
 * What the main thread and the admin's thread say to each other about requests.
 *
 * @module
 */
import type { MetricsMemory } from "../inspector/metrics.ts";
import type { RecordsFound, RecordsWanted } from "../inspector/wanted.ts";

/** From the main thread to the admin's. */
export type ToAdmin =
  /** What the threads that serve have said; those that said nothing in time are not there. SECURITY: nobody has looked into it. */
  | { readonly type: "records"; readonly ask: number; readonly found: readonly RecordsFound[] }
  /** There is another place, or another thread. */
  | { readonly type: "metrics"; readonly memory: MetricsMemory };

/** From the admin's thread to the main one. */
export type FromAdmin = {
  readonly type: "records wanted";
  readonly ask: number;
  readonly wanted: RecordsWanted;
};
