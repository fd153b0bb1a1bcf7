/**
 * Whether a frame may come in the state that its stream is in, and what becomes of a stream whose rules were broken: RFC
 * 9113 sections 5.1 and 5.4.2.
 *
 * @module
 */
import type { Calm } from "./calm.ts";
import { ConnectionFault, protocolError } from "./connection_fault.ts";
import { ErrorCode } from "./error_codes.ts";
import type { ResetEvent } from "./events.ts";
import { RECEIVED, type StreamFrame } from "./state.ts";
import type { Streams } from "./streams.ts";

/** What holds for the streams of one connection. */
export class StreamRules {
  readonly #streams: Streams;
  readonly #calm: Calm;

  constructor(streams: Streams, calm: Calm) {
    this.#streams = streams;
    this.#calm = calm;
  }

  /**
   * True if a frame is taken up in the state that its stream is in. Else it is ignored, or the stream ends: undefined, or
   * the event of that.
   *
   * @throws {ConnectionFault}
   */
  isTaken(frame: StreamFrame, id: number): true | ResetEvent | undefined {
    const state = this.#streams.stateOf(id);
    const verdict = RECEIVED[state][frame];
    switch (verdict) {
      case "taken":
        return true;
      case "ignored":
        return undefined;
      case "STREAM_CLOSED":
        return this.error(id, ErrorCode.StreamClosed);
      case "connection STREAM_CLOSED":
        throw new ConnectionFault(ErrorCode.StreamClosed, `${frame} on a stream that is ${state}`);
      case "connection PROTOCOL_ERROR":
        throw protocolError(`${frame} on a stream that is ${state === "idle" ? "idle" : "over"}`);
    }
  }

  /** Ends a stream, or one that does not last, for the peer's fault: section 5.4.2. @throws {ConnectionFault} */
  error(id: number, code: ErrorCode): ResetEvent | undefined {
    const streams = this.#streams, calm = this.#calm;
    const stream = streams.live.get(id);
    if (stream === undefined) {
      // One RST_STREAM is enough.
      if (streams.stateOf(id) === "reset sent") return undefined;
      streams.refuse(id, code);
      calm.abandoned();
      return undefined;
    }
    streams.reset(stream, code);
    if (!stream.isHeadSent) calm.abandoned();
    return { type: "reset", stream: id, code, byPeer: false };
  }
}
