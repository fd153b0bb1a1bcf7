/**
 * Fields of WebDAV (RFC 4918 section 10) that stand alone: Depth, Timeout, Lock-Token; and X-OC-Mtime, which clients of
 * ownCloud and rclone send.
 *
 * @module
 */
import type { FieldBlock } from "../http/fields.ts";

/** How far down a request goes. */
export type Depth = 0 | 1 | "infinity";

/** @returns "malformed" for any other value */
export function depthOf(fields: FieldBlock, absent: Depth): Depth | "malformed" {
  const value = fields.joined("depth")?.trim().toLowerCase();
  if (value === undefined) return absent;
  if (value === "0") return 0;
  if (value === "1") return 1;
  return value === "infinity" ? "infinity" : "malformed";
}

/** How long a lock holds at most, in seconds: whoever needs it longer asks again. */
export const LONGEST_LOCK = 3600;

/** The first time that a client asks for and that can be granted, in seconds; the longest without one. */
export function timeoutOf(fields: FieldBlock): number {
  for (const asked of (fields.joined("timeout") ?? "").split(",")) {
    const [, seconds] = /^second-(\d+)$/i.exec(asked.trim()) ?? [];
    if (seconds !== undefined) return Math.max(1, Math.min(Number(seconds), LONGEST_LOCK));
  }
  return LONGEST_LOCK;
}

/** The token in Lock-Token, without its angle brackets; undefined where there is none, or it is none. */
export function lockTokenOf(fields: FieldBlock): string | undefined {
  return /^\s*<([A-Za-z][A-Za-z0-9+.-]*:[^<>\s]*)>\s*$/.exec(fields.joined("lock-token") ?? "")?.[1];
}

/** When the sender has last modified the content, in milliseconds since the epoch; undefined where it does not say so. */
export function sentTimeOf(fields: FieldBlock): number | undefined {
  const value = fields.joined("x-oc-mtime");
  if (value === undefined || !/^-?\d{1,11}(?:\.\d{1,9})?$/.test(value)) return undefined;
  return Math.trunc(Number(value) * 1000);
}
