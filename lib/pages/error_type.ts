/**
 * In which form a client is told of an error.
 *
 * @module
 */
import { qualityFor } from "../http/accept.ts";

/** The forms that an error has. */
export type ErrorType = "text/plain" | "text/html" | "application/json";

/** Clients differ little in what they send; those who try to differ must not fill the memory. */
const MAX_REMEMBERED = 64;
const remembered = new Map<string, ErrorType>();

/**
 * HTML and JSON are for clients that ask for them by name, as browsers do when they open a page. Whoever takes anything
 * (curl, wget, a script's fetch) or nothing of it is somebody at a terminal, or writes to a log: text is for them.
 *
 * @param accept the value of Accept, several lines joined
 */
export function errorTypeFor(accept: string | undefined): ErrorType {
  if (accept === undefined || accept === "*/*") return "text/plain";
  let type = remembered.get(accept);
  if (type === undefined) {
    type = negotiate(accept);
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(accept, type);
  }
  return type;
}

const ALL: readonly ErrorType[] = ["text/plain", "text/html", "application/json"];

/** Of equals, what is named wins over what a wildcard takes: `application/json, text/plain, *` asks for JSON (axios). */
function negotiate(accept: string): ErrorType {
  const lower = accept.toLowerCase();
  const named = (["application/json", "text/html"] as const).filter((type) => lower.includes(type));
  let best: ErrorType = "text/plain";
  let bestQuality = 0;
  for (const type of [...named, ...ALL]) {
    const quality = qualityFor(accept, type);
    if (quality <= bestQuality) continue;
    best = type;
    bestQuality = quality;
  }
  return best;
}
