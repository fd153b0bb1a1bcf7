/**
 * What the end-to-end tests of HTTP/2's connections have in common: clients that say exactly how much they take.
 *
 * @module
 */
import { assert } from "@std/assert";
import type { ClientStream, Http2Connection } from "../support/h2.ts";

export const KIB = 1024, MIB = 1024 * KIB;

/** The greatest window (RFC 9113 section 6.9.1). */
export const ALL = 2 ** 31 - 1;

/** Error codes (section 7), as they are read by a client. */
export const CODE = { none: 0, protocol: 1, refused: 7, cancel: 8, calm: 11 } as const;

/** Opens a stream for a path. */
export function ask(
  client: Http2Connection,
  path: string,
  { method = "GET", ends = true, fields = {} }: {
    readonly method?: string;
    readonly ends?: boolean;
    readonly fields?: Readonly<Record<string, string>>;
  } = {},
): Promise<ClientStream> {
  const lines = Object.entries({
    ":method": method,
    ":scheme": "http",
    ":path": path,
    ":authority": "localhost",
    ...fields,
  });
  return client.request(lines, ends);
}

/** Takes up frames until something holds. @throws {AssertionError} if the connection ends before */
export async function readUntil(client: Http2Connection, holds: () => boolean, what: string): Promise<void> {
  while (!holds()) {
    assert(await client.read() !== undefined || holds(), `the connection ended before ${what}`);
  }
}

/** Takes up frames until the server ends the connection. */
export async function readToEnd(client: Http2Connection): Promise<void> {
  while (await client.read() !== undefined);
}

/** The status of an answer, once its head is there. */
export const statusOf = ({ heads }: ClientStream): string | undefined =>
  heads[0]?.find(([name]) => name === ":status")?.[1];
