/**
 * How the last streams ended: frames that were under way mean something else after each way (RFC 9113 section 5.1).
 * Of older ones nothing is remembered.
 *
 * @module
 */
import type { StreamState } from "./state.ts";

/** As many as may end while a peer's frames for one of them are under way. */
const REMEMBERED = 256;

/** The last REMEMBERED streams of a connection that are over. */
export class ClosedStreams {
  // PERF: two rings that are written at each stream's end, and read only where a peer did what is rare. They grow with
  // what ends: most connections have a few streams, and thousands may be idle.
  readonly #streams: number[] = [];
  readonly #states: StreamState[] = [];
  #next = 0;

  add(stream: number, state: StreamState): void {
    this.#streams[this.#next] = stream;
    this.#states[this.#next] = state;
    this.#next = (this.#next + 1) % REMEMBERED;
  }

  /** The same stream is over in another way. */
  change(stream: number, state: StreamState): void {
    const at = this.#streams.indexOf(stream);
    if (at < 0) this.add(stream, state);
    else this.#states[at] = state;
  }

  stateOf(stream: number): StreamState {
    return this.#states[this.#streams.indexOf(stream)] ?? "forgotten";
  }
}
