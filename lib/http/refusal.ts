/**
 * Refusals: responses that say no and are still to get their error page.
 *
 * @module
 */
import type { Response } from "./message.ts";

const plain = new Map<number, Response>();

/**
 * A response of status 400 or above without its page.
 *
 * @param fields complete field lines that belong to it, e.g. Allow
 * @param log why, for the error log; undefined where it is the client's fault
 */
export function refusal(status: number, fields = "", log?: string): Response {
  if (fields === "" && log === undefined) {
    let response = plain.get(status);
    if (!response) plain.set(status, response = { status, fields, body: undefined, problem: {} });
    return response;
  }
  return { status, fields, body: undefined, problem: log === undefined ? {} : { log } };
}
