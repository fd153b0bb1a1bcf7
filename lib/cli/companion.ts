/**
 * A command that belongs to a server: what of its life the server's own depends on.
 *
 * @module
 */

import type { Wish } from "../runtime/signals.ts";

/** From before the server's start until nothing is left of the command. */
export interface Companion {
  /** Every address accepts connections: it starts. @param url where a browser finds the server */
  start(url: string): void;
  /** Resolves with this program's exit status when the server is to end because of the command. Never rejects. */
  readonly over: Promise<number>;
  /** A signal to this program. @returns true if the command takes care of it, and the server goes on until it is over */
  signal(name: Deno.Signal, wish: Wish): boolean;
  /** Ends it, if it runs. Resolves when nothing is left of it. */
  end(): Promise<void>;
}
