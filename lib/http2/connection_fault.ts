/**
 * A rule of the connection that the peer broke, on its way up to whoever ends the connection.
 *
 * @module
 */
import { type ConnectionError, ErrorCode } from "./error_codes.ts";

/** Thrown within lib/http2 only: RFC 9113 section 5.4.1. */
export class ConnectionFault extends Error implements ConnectionError {
  override readonly name = "ConnectionFault";
  constructor(readonly code: ErrorCode, readonly reason: string) {
    super(reason);
  }
}

export function protocolError(reason: string): ConnectionFault {
  return new ConnectionFault(ErrorCode.ProtocolError, reason);
}

export function frameSizeError(reason: string): ConnectionFault {
  return new ConnectionFault(ErrorCode.FrameSizeError, reason);
}
