/**
 * What a worker says, as the main thread takes it. SECURITY: a worker that was taken over says whatever it likes, so
 * each message is taken by its shape and within bounds, and anything else is no message.
 *
 * @module
 */
import { controlEscaper } from "../bytes/controls.ts";
import { LF } from "../bytes/ascii.ts";
import { MOST_RECORDED, type RecordsFound } from "../inspector/wanted.ts";
import type { Topic } from "../ports.ts";
import { LARGEST_PIECE } from "../runtime/line_batch.ts";
import { isHostName } from "./certificates.ts";
import type { FromWorker } from "./messages.ts";
import { LONGEST_QUESTION, TOPICS } from "./questions.ts";
import { isPoolName } from "./pool_names.ts";

/** Characters of a path, at most. */
const LONGEST_PATH = 4096;

/** Characters of what a worker gives as its reason, at most. */
const LONGEST_REASON = 1000;

/** A reason is one line of the error log, whatever is in it. */
const escapeControls = controlEscaper();

/** One line, of a bounded length, in which nothing is left that a terminal would obey. */
export function reasonOf(text: unknown): string {
  return typeof text === "string" ? escapeControls(text.slice(0, LONGEST_REASON)) : "it gave no reason";
}

/** Undefined where it is none of the messages, or beyond their bounds. Never throws. */
export function decodeMessage(data: unknown): FromWorker | undefined {
  // A structured clone has no getters, and nothing but plain objects is looked into.
  if (typeof data !== "object" || data === null) return undefined;
  if (Object.getPrototypeOf(data) !== Object.prototype) return undefined;
  const { type, log, lines, pid, path, over, message, count, name, ask, found, topic, text } = data as Record<
    string,
    unknown
  >;
  switch (type) {
    case "ready":
    case "changed":
    case "closed":
    case "sweep":
    case "pools unused":
    case "pong":
    case "stopped":
      return { type };
    case "failed":
      return { type, message: reasonOf(message) };
    case "running":
      return isCount(count) ? { type, count } : undefined;
    case "kill":
      return typeof pid === "number" && Number.isSafeInteger(pid) && pid > 1 ? { type, pid } : undefined;
    case "certificate wanted":
      return typeof name === "string" && isHostName(name) ? { type, name } : undefined;
    case "pool wanted":
    case "pool failed":
      return typeof name === "string" && isPoolName(name) ? { type, name } : undefined;
    case "unfinished":
      return typeof over === "boolean" && isPath(path) ? { type, path, over } : undefined;
    case "records":
      return isCount(ask) && isFound(found) ? { type, ask, found } : undefined;
    case "question":
      return isCount(ask) && isTopic(topic) && typeof text === "string" && text.length <= LONGEST_QUESTION
        ? { type, ask, topic, text }
        : undefined;
    case "log":
      return (log === "access" || log === "error") && isBatch(lines) ? { type, log, lines } : undefined;
    default:
      return undefined;
  }
}

function isTopic(topic: unknown): topic is Topic {
  return TOPICS.some((known) => known === topic);
}

function isCount(count: unknown): count is number {
  return typeof count === "number" && Number.isSafeInteger(count) && count >= 0;
}

/** What is in its bytes is looked at by whoever has asked for it. */
function isFound(found: unknown): found is RecordsFound {
  if (typeof found !== "object" || found === null) return false;
  const { upTo, bytes } = found as Record<string, unknown>;
  return isCount(upTo) && bytes instanceof Uint8Array && bytes.buffer instanceof ArrayBuffer &&
    bytes.length === bytes.buffer.byteLength && bytes.length <= MOST_RECORDED;
}

function isPath(path: unknown): path is string {
  return typeof path === "string" && path.length <= LONGEST_PATH && !path.includes("\0");
}

/**
 * Whole lines in memory of their own (what is shared could change after the look), which is not much larger than they
 * are: else what is counted would not be what is held.
 */
function isBatch(lines: unknown): lines is Uint8Array<ArrayBuffer> {
  return lines instanceof Uint8Array && lines.buffer instanceof ArrayBuffer && lines.length > 0 &&
    lines.length <= LARGEST_PIECE && lines.buffer.byteLength <= 2 * lines.length &&
    lines[lines.length - 1] === LF;
}
