/**
 * What the end-to-end tests of WebDAV have in common.
 *
 * @module
 */
import type { Ask } from "../support/ask.ts";
import { ask } from "../support/ask.ts";
import type { WireResponse } from "../support/wire.ts";

/** A store that is mounted, and reached by two other locations as well. */
export const DAV_CONFIG = `access_log: off
workers: 2
servers:
  - listen: LISTEN
    root: site
    locations:
      /dav/: { upload_store: store, dav: on, autoindex: on }
      /drop/: { upload_store: store, overwrite: on, autoindex: on }
      /sub/: { upload_store: store/folder }
`;

export const DAV_FILES = { "site/ok.txt": "fine", "store/folder": null };

export type Fields = NonNullable<Ask["fields"]>;

/** A document of RFC 4918. */
export const xml = (root: string, content: string) =>
  `<?xml version="1.0" encoding="utf-8"?>\n<D:${root} xmlns:D="DAV:" xmlns:x="urn:x">${content}</D:${root}>`;

export const lockInfo = (scope = "exclusive") =>
  xml(
    "lockinfo",
    `<D:lockscope><D:${scope}/></D:lockscope><D:locktype><D:write/></D:locktype><D:owner>anna</D:owner>`,
  );

/** The answer to a LOCK. */
export function lock(port: number, path: string, fields: Fields = {}, scope?: string): Promise<WireResponse> {
  return ask(port, path, { method: "LOCK", fields: { Depth: "0", ...fields }, body: lockInfo(scope) });
}

/** The token of a new lock, with its angle brackets. @throws if it is not granted */
export async function tokenOf(port: number, path: string, fields: Fields = {}): Promise<string> {
  const answer = await lock(port, path, fields), token = answer.field("lock-token");
  if (token === undefined) throw new Error(`LOCK ${path}: ${answer.status} ${answer.text}`);
  return token;
}

export const unlock = async (port: number, path: string, token: string): Promise<number> =>
  (await ask(port, path, { method: "UNLOCK", fields: { "Lock-Token": token } })).status;

export function propfind(
  port: number,
  path: string,
  fields: Fields = {},
  content?: string,
): Promise<WireResponse> {
  const body = content === undefined ? "" : xml("propfind", content);
  return ask(port, path, { method: "PROPFIND", fields: { Depth: "0", ...fields }, body });
}

export function proppatch(
  port: number,
  path: string,
  content: string,
  fields: Fields = {},
): Promise<WireResponse> {
  return ask(port, path, { method: "PROPPATCH", fields, body: xml("propertyupdate", content) });
}

/** The paths that a multistatus tells of. */
export const hrefsIn = ({ text }: WireResponse): string[] =>
  [...text.matchAll(/<D:response><D:href>([^<]*)<\/D:href>/g)].map(([, href]) => href!).sort();
