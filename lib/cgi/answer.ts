/**
 * What a program's header block asks for: the response types of RFC 3875 section 6.2.
 *
 * @module
 */
import { fieldLine } from "../http/message.ts";
import { decodePath } from "../http/path.ts";
import type { HeaderBlock } from "./header_block.ts";

/** The head of the response to the client, or a path to answer with instead. */
export type CgiAnswer =
  | {
    readonly kind: "response";
    readonly status: number;
    readonly reason: string | undefined;
    readonly fields: string;
  }
  | { readonly kind: "local redirect"; readonly target: string };

/** Interprets a header block. */
export function cgiAnswer(block: HeaderBlock): CgiAnswer {
  const { location, status } = block;
  // A status besides a local path means a redirect by the client: so PHP and most frameworks have it.
  if (location !== undefined && status === undefined && isLocal(location)) {
    return { kind: "local redirect", target: location };
  }
  const fields = block.fields.map(([name, value]) => fieldLine(name, value)).join("") +
    (location === undefined ? "" : fieldLine("Location", location));
  return {
    kind: "response",
    status: status ?? (location === undefined ? 200 : 302),
    reason: block.reason,
    fields,
  };
}

/** A path with a query or without one. A fragment is the client's affair, and so is what could not be decoded here. */
function isLocal(location: string): boolean {
  return !location.startsWith("//") && !location.includes("#") &&
    decodePath(location.replace(/\?.*$/, "")) !== "malformed";
}
