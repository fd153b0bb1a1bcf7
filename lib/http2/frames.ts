/**
 * The layout of frames: RFC 9113 sections 4.1 and 6, RFC 9218 section 7.1.
 *
 * @module
 */
import { encodeLatin1 } from "../bytes/latin1.ts";

/** What a frame is for. Others are ignored. */
export enum FrameType {
  Data = 0x0,
  Headers = 0x1,
  Priority = 0x2,
  RstStream = 0x3,
  Settings = 0x4,
  PushPromise = 0x5,
  Ping = 0x6,
  GoAway = 0x7,
  WindowUpdate = 0x8,
  Continuation = 0x9,
  PriorityUpdate = 0x10,
}

/** Bits of a frame's flags. */
export enum Flag {
  Ack = 0x1,
  EndStream = 0x1,
  EndHeaders = 0x4,
  Padded = 0x8,
  Priority = 0x20,
}

/** What a client sends first: section 3.4. */
export const PREFACE: Uint8Array = encodeLatin1("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

/** Bytes before each payload. */
export const FRAME_HEAD = 9;

/** The largest payload that we take, and that we send: every peer takes as much (section 4.2). */
export const MAX_PAYLOAD = 16 * 1024;

/** The largest window, stream number and value of 31 bits. */
export const MAX_31_BITS = 0x7fff_ffff;

/** The window of a stream, and of the connection, before anything else is said: section 6.9.2. */
export const FIRST_WINDOW = 65_535;

/** Writes the head of a frame and gives the offset behind it. */
export function writeFrameHead(
  into: Uint8Array,
  offset: number,
  length: number,
  type: FrameType,
  flags: number,
  stream: number,
): number {
  into[offset] = length >>> 16;
  into[offset + 1] = length >>> 8;
  into[offset + 2] = length;
  into[offset + 3] = type;
  into[offset + 4] = flags;
  return writeUint32(into, offset + 5, stream);
}

/** Writes 32 bits and gives the offset behind them. */
export function writeUint32(into: Uint8Array, offset: number, value: number): number {
  into[offset] = value >>> 24;
  into[offset + 1] = value >>> 16;
  into[offset + 2] = value >>> 8;
  into[offset + 3] = value;
  return offset + 4;
}

/** 32 bits without a sign. */
export function readUint32(bytes: Uint8Array, offset: number): number {
  return (bytes[offset]! << 24 | bytes[offset + 1]! << 16 | bytes[offset + 2]! << 8 | bytes[offset + 3]!) >>>
    0;
}

/** 31 bits: the first one is reserved, and ignored. */
export function readUint31(bytes: Uint8Array, offset: number): number {
  return readUint32(bytes, offset) & MAX_31_BITS;
}
