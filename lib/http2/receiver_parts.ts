/**
 * What those who take a client's frames work with.
 *
 * @module
 */
import type { ReceiveBuffer } from "../bytes/receive_buffer.ts";
import type { Calm } from "./calm.ts";
import type { Http2Limits } from "./limits.ts";
import type { Outbox } from "./outbox.ts";
import type { Streams } from "./streams.ts";

/** The parts of one connection. */
export interface ReceiverParts {
  readonly limits: Http2Limits;
  readonly buffer: ReceiveBuffer;
  readonly streams: Streams;
  readonly outbox: Outbox;
  readonly calm: Calm;
  /** Extended CONNECT was announced. */
  readonly mayExtend: boolean;
}
