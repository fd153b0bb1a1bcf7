/**
 * What speaks on one connection: HTTP/1.1 here, and whatever else a client may choose there. The accept loop and the
 * end of a server know nothing else of it.
 *
 * @module
 */
import type { Handler } from "../http/message.ts";
import type { Member } from "../http/roster.ts";
import type { ByteConnection } from "../ports.ts";
import type { ServerContext } from "./context.ts";

/** What a client has sent before it can know of our end may take so long to reach us, in milliseconds. */
export const UNDER_WAY = 50;

/**
 * While the server stops, and where there are too many connections, a client has so long to read its last answer, in
 * milliseconds.
 */
export const SHORT_LINGERING = 2000;

/** One connection, in one protocol. Owns the connection: it is closed once run() or turnAway() resolves. */
export interface Protocol extends Member {
  /** Answers requests until one side has enough. Resolves when the connection is closed. Never rejects. */
  run(): Promise<void>;
  /** In place of run(), for a connection over the limit: answers 503 and closes. Never rejects. */
  turnAway(): Promise<void>;
  /** How many requests are being answered just now. Tunnels are none of them. */
  readonly answering: number;
  /** Others have taken over: answers what the client still asks for, says that this was it, and closes. */
  retire(): void;
  /** Lets what is being answered end, be it a tunnel, and closes. */
  drain(): void;
  /** The server ends: so do its tunnels, those to come as well, as soon as nothing is on its way in them. */
  hangUp(): void;
  /** Closes whatever is under way. */
  abort(): void;
}

/**
 * Has HTTP/2 at hand, whose code is loaded when the first client speaks it.
 *
 * @returns makes the protocol of a connection of which some has been read
 */
export type LoadHttp2 = () => Promise<
  (connection: ByteConnection, handler: Handler, context: ServerContext, received: Uint8Array) => Protocol
>;

/** Makes the protocol of a connection that has just been accepted, and of which nothing has been read. */
export type ProtocolFactory = (connection: ByteConnection) => Protocol;
