/**
 * What a client says about itself in SETTINGS: RFC 9113 section 6.5.2, RFC 9218 section 2.1. What it takes of us is
 * less than any of its other settings can allow: frames of the smallest maximum, no pushes, no table.
 *
 * @module
 */
import { ConnectionFault, protocolError } from "./connection_fault.ts";
import { ErrorCode } from "./error_codes.ts";
import { FIRST_WINDOW, MAX_31_BITS, MAX_PAYLOAD, readUint32 } from "./frames.ts";

/** The settings that are known here. */
export enum Setting {
  HeaderTableSize = 0x1,
  EnablePush = 0x2,
  MaxConcurrentStreams = 0x3,
  InitialWindowSize = 0x4,
  MaxFrameSize = 0x5,
  EnableConnectProtocol = 0x8,
  NoRfc7540Priorities = 0x9,
}

/** Bytes of an identifier and its value. */
export const SETTING = 6;

const LARGEST_MAX_FRAME_SIZE = 0xff_ffff;
const FIRST_TABLE_SIZE = 4096;

/** The settings of one peer. */
export class PeerSettings {
  initialWindow: number = FIRST_WINDOW;
  /** It has made the table smaller than it was at first: our next block must say so (RFC 7541 section 4.2). */
  hasShrunkTable = false;
  #isFirst = true;
  #noRfc7540Priorities = 0;

  /**
   * Takes the payload of a frame.
   *
   * @throws {ConnectionFault}
   */
  apply(bytes: Uint8Array, start: number, end: number): void {
    for (let at = start; at < end; at += SETTING) {
      this.#set(bytes[at]! << 8 | bytes[at + 1]!, readUint32(bytes, at + 2));
    }
    this.#isFirst = false;
  }

  #set(id: number, value: number): void {
    switch (id) {
      case Setting.HeaderTableSize:
        if (value < FIRST_TABLE_SIZE) this.hasShrunkTable = true;
        break;
      case Setting.EnablePush:
        if (value > 1) throw protocolError("SETTINGS_ENABLE_PUSH is neither 0 nor 1");
        break;
      case Setting.InitialWindowSize:
        if (value > MAX_31_BITS) {
          throw new ConnectionFault(
            ErrorCode.FlowControlError,
            "SETTINGS_INITIAL_WINDOW_SIZE is above 2^31 - 1",
          );
        }
        this.initialWindow = value;
        break;
      case Setting.MaxFrameSize:
        if (value < MAX_PAYLOAD || value > LARGEST_MAX_FRAME_SIZE) {
          throw protocolError("SETTINGS_MAX_FRAME_SIZE is out of its range");
        }
        break;
      case Setting.NoRfc7540Priorities:
        if (value > 1 || !this.#isFirst && value !== this.#noRfc7540Priorities) {
          throw protocolError("SETTINGS_NO_RFC7540_PRIORITIES is neither 0 nor 1, or was changed");
        }
        this.#noRfc7540Priorities = value;
        break;
    }
  }
}
