/**
 * What the fields of a response say about the message itself: where its content ends, and whether the connection stays
 * (RFC 9112 sections 6.3 and 9.3).
 *
 * @module
 */
import { HttpError } from "../http/errors.ts";
import type { FieldBlock } from "../http/fields.ts";
import type { AnswerBody } from "./client_events.ts";
import { append, declaredFraming, wantsKeepAlive } from "./framing.ts";

/** What answerFraming() found. */
export interface AnswerFraming {
  readonly body: AnswerBody;
  /** The server lets the connection stay after this exchange. */
  readonly keepAlive: boolean;
}

/**
 * Reads the framing fields of a final response in one pass.
 *
 * @param method of the request; never CONNECT
 * @param minor 0 or 1, of the response's HTTP version
 * @throws {HttpError} whatever its status: the message says what is wrong
 */
export function answerFraming(
  method: string,
  status: number,
  minor: number,
  fields: FieldBlock,
): AnswerFraming {
  let length: string | undefined, codings: string | undefined, connection: string | undefined;
  const { names, values } = fields;
  // PERF: as for requests.
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!;
    switch (name.length) {
      case 10:
        if (name.toLowerCase() === "connection") connection = append(connection, values[i]!);
        break;
      case 14:
        if (name.toLowerCase() === "content-length") {
          if (length !== undefined) throw new HttpError(400, "Content-Length is sent twice");
          length = values[i];
        }
        break;
      case 17:
        if (name.toLowerCase() === "transfer-encoding") codings = append(codings, values[i]!);
        break;
    }
  }
  const body = answerBody(method, status, minor, length, codings);
  const stays = connection === undefined ? minor === 1 : wantsKeepAlive(minor, connection);
  return { body, keepAlive: stays && body !== "until close" };
}

/** RFC 9112 section 6.3, for responses. Its step 2 is about CONNECT, which is never sent, its step 7 about requests. */
function answerBody(
  method: string,
  status: number,
  minor: number,
  length: string | undefined,
  codings: string | undefined,
): AnswerBody {
  // SECURITY: 3. to 6. are looked at first, since a length goes to clients also where no content comes (HEAD, 304).
  const declared = declaredFraming(minor, length, codings);
  // 1. No content, whatever the fields say.
  if (method === "HEAD" || status < 200 || status === 204 || status === 304) return "none";
  // 8. Neither field.
  if (declared === undefined) return "until close";
  // 4. and 6.
  return declared.kind === "length" ? { length: declared.length } : "chunked";
}
