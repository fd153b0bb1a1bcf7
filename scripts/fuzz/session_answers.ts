/**
 * What a session has sent, taken apart again.
 *
 * @module
 */
import type { Faults } from "./world.ts";

/** One answer. */
export interface Answer {
  readonly status: number;
  /** What it is for by its own word; undefined for the server's own pages. */
  readonly target: string | undefined;
  /** It came to its end. */
  readonly isWhole: boolean;
  /** It was announced to be the last. */
  readonly closes: boolean;
  /** `100 Continue` came before it. */
  readonly isContinued: boolean;
}

/** What of a request decides how its answer is read. */
export interface Asked {
  readonly method: string;
  readonly expects: boolean;
}

/** All answers in their order. */
export function readAnswers(output: string, asked: readonly Asked[], faults: Faults): Answer[] {
  const answers: Answer[] = [];
  let isContinued = false;
  for (let at = 0; at < output.length;) {
    const headEnd = output.indexOf("\r\n\r\n", at);
    const status = Number(/^HTTP\/1\.[01] (\d{3}) /.exec(output.slice(at, at + 16))?.[1]);
    if (headEnd < 0 || Number.isNaN(status)) {
      // The system may have taken a part of a head before the client left.
      answers.push({ status: 999, target: undefined, isWhole: false, closes: false, isContinued });
      break;
    }
    const head = output.slice(at, headEnd + 2);
    at = headEnd + 4;
    if (status === 100) {
      isContinued = true;
      if (!asked[answers.length]?.expects) faults.push(`100 Continue for request ${answers.length}`);
      continue;
    }
    const field = (name: string) => new RegExp(`\r\n${name}: ([^\r]*)\r\n`, "i").exec(head)?.[1];
    const hasContent = asked[answers.length]?.method !== "HEAD" && status !== 204;
    const end = hasContent ? contentEnd(output, at, field("Content-Length"), field("Transfer-Encoding")) : at;
    if (end === "broken") faults.push(`broken chunks in answer ${answers.length}`);
    const isWhole = typeof end === "number";
    const closes = field("Connection") === "close";
    answers.push({ status, target: field("X-For"), isWhole, closes, isContinued });
    isContinued = false;
    at = isWhole ? end : output.length;
  }
  return answers;
}

function contentEnd(
  output: string,
  start: number,
  length: string | undefined,
  coding: string | undefined,
): number | "cut" | "broken" {
  if (coding === undefined) {
    const end = length === undefined ? output.length : start + Number(length);
    return end <= output.length ? end : "cut";
  }
  for (let at = start;;) {
    const lineEnd = output.indexOf("\r\n", at);
    if (lineEnd < 0) return "cut";
    const size = parseInt(output.slice(at, lineEnd), 16);
    if (Number.isNaN(size)) return "broken";
    const end = lineEnd + 2 + size + 2;
    if (end > output.length) return "cut";
    if (output.slice(end - 2, end) !== "\r\n") return "broken";
    if (size === 0) return end;
    at = end;
  }
}
