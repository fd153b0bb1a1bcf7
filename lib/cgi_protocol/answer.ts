/**
 * What a program's header block asks for: the response types of RFC 3875 section 6.2.
 *
 * @module
 */
import { type HttpError, refusal } from "../http/errors.ts";
import { FieldBlock } from "../http/fields.ts";
import { InternalRedirect, type Response } from "../http/message.ts";
import { decodePath } from "../http/path.ts";
import type { HeaderBlock } from "./header_block.ts";

/** The head of the response to the client, or a path to answer with instead. */
export type CgiAnswer = Omit<Response, "body"> | InternalRedirect | HttpError;

/** PERF: of blocks that come again and again. */
const known = new WeakMap<HeaderBlock, CgiAnswer>();

/** Interprets a header block. */
export function cgiAnswer(block: HeaderBlock): CgiAnswer {
  let answer = known.get(block);
  if (answer === undefined) known.set(block, answer = interpret(block));
  return answer;
}

function interpret(block: HeaderBlock): CgiAnswer {
  const { location, status, reason } = block;
  // A status besides a local path means a redirect by the client: so PHP and most frameworks have it.
  if (location !== undefined && status === undefined) {
    const redirect = localRedirect(location);
    if (redirect !== undefined) return redirect;
  }
  const fields = FieldBlock.of(...block.fields);
  return {
    status: status ?? (location === undefined ? 200 : 302),
    ...(status !== undefined && { isStatusNamed: true as const }),
    ...(reason !== undefined && { reason }),
    fields: location === undefined ? fields : fields.append("Location", location),
  };
}

/**
 * A path with a query or without one: the server answers as if it had been asked for, with GET and without a body
 * (section 6.2.2). Undefined for what is the client's affair: another host, a fragment, what cannot be decoded here.
 */
function localRedirect(location: string): InternalRedirect | HttpError | undefined {
  if (location.startsWith("//") || location.includes("#")) return undefined;
  const mark = location.indexOf("?");
  const path = decodePath(mark < 0 ? location : location.slice(0, mark));
  if (path === "malformed") return undefined;
  if (path === "outside") return refusal(404);
  return new InternalRedirect(path, mark < 0 ? undefined : location.slice(mark + 1), "GET");
}
