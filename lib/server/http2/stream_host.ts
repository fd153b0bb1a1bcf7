/**
 * What a stream needs of its connection.
 *
 * @module
 */
import type { ServerConnection } from "../../http2/connection.ts";
import type { ByteStream } from "../byte_stream.ts";
import type { ContentBuffers } from "./content_buffers.ts";
import type { StreamBody } from "./request_body.ts";

/** A stream as its end is told. */
export interface EndedStream {
  readonly id: number;
  readonly isTunnel: boolean;
  readonly content: StreamBody | undefined;
}

/** What the streams of one connection share. */
export interface StreamHost {
  readonly http: ServerConnection;
  readonly bytes: ByteStream;
  readonly buffers: ContentBuffers;
  /** The server ends, and tunnels with it. */
  readonly isHangingUp: boolean;
  /** There may be something to be sent. */
  wake(): void;
  /** Somebody wants to know when the client leaves. */
  watched(): void;
  /**
   * The stream is over. Told once.
   *
   * @param isAnswered its answer is complete
   */
  ended(stream: EndedStream, isAnswered: boolean): void;
}
