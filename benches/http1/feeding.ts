/**
 * Gives a connection its bytes as a session does, without a socket and without anyone who answers.
 *
 * @module
 */
import { encodeLatin1 } from "../../lib/bytes/latin1.ts";
import { DEFAULTS } from "../../lib/config/defaults.ts";
import { ServerConnection } from "../../lib/http1/connection.ts";
import { HttpError } from "../../lib/http/errors.ts";
import type { Subject } from "../support.ts";

/** What a session makes room for at every read. */
const READ = 2048;

/** What a connection made of its bytes. */
export interface Fed {
  readonly requests: number;
  readonly fields: number;
  /** Bytes of all bodies. */
  readonly body: number;
}

/**
 * Feeds a connection, and answers each of its requests at once.
 *
 * @param most bytes of one read; a read never gives more than there is room for
 */
export function feed(connection: ServerConnection, bytes: Uint8Array, most = Infinity): Fed {
  const { buffer } = connection;
  const fed = { requests: 0, fields: 0, body: 0 };
  for (let at = 0; at < bytes.length;) {
    const room = buffer.writable(READ);
    const piece = bytes.subarray(at, at + Math.min(room.length, most));
    room.set(piece);
    buffer.commit(piece.length);
    at += piece.length;
    for (let event = connection.next(); event.type !== "need data"; event = connection.next()) {
      if (event.type === "request") {
        fed.requests++;
        fed.fields += event.fields.names.length;
      } else if (event.type === "data") fed.body += event.bytes.length;
      else if (event.type === "end of message") {
        connection.responseBegins();
        connection.responseEnds();
        connection.startNextCycle();
      } else throw new Error(`"${event.type}" must not come here`);
    }
  }
  return fed;
}

/** Requests on a connection that stays, whole requests at each run. */
export function onConnection(text: string, expected: Partial<Fed>, most?: number): Subject {
  const connection = new ServerConnection(DEFAULTS.limits);
  const bytes = encodeLatin1(text);
  return [() => feed(connection, bytes, most), { requests: 1, fields: 1, body: 0, ...expected }];
}

/** A connection of its own at each run, and the status that it is refused with; 200 if it is not. */
export function onNewConnection(text: string, status: number): Subject {
  const bytes = encodeLatin1(text);
  const run = () => {
    try {
      return feed(new ServerConnection(DEFAULTS.limits), bytes).requests === 1 ? 200 : 0;
    } catch (error) {
      if (error instanceof HttpError) return error.status;
      throw error;
    }
  };
  return [run, status];
}
