/**
 * Speaks to a server byte for byte, so that tests see what really goes over the wire. What is sent is the text of an
 * HTTP/1.1 request; where a test runs over HTTP/2 (`protocols.ts`), it goes as a stream of that.
 *
 * @module
 */
import { compareWithExplain } from "./explained.ts";
import { protocolOfTest } from "./protocols.ts";
import { Http1Client } from "./wire_http1.ts";
import { Http2Client } from "./wire_http2.ts";

export { toBytes, toText } from "./latin1.ts";

/** One answer, taken apart. */
export interface WireResponse {
  readonly version: string;
  readonly status: number;
  /** Empty over HTTP/2. */
  readonly reason: string;
  /** In order, as sent: their names are in lower case over HTTP/2. */
  readonly fields: readonly (readonly [string, string])[];
  /** The first value of a field, by any case of its name. */
  field(name: string): string | undefined;
  /** Decoded content. */
  readonly body: Uint8Array;
  readonly text: string;
}

/** How long a server may take to end a connection, in milliseconds: less than the default of timeouts.keep_alive. */
export const CLOSING = 10_000;

/** One connection to a server on loopback. */
export interface WireClient extends Disposable {
  readonly connection: Deno.TcpConn;
  /** Sends text or bytes of HTTP/1.1. */
  send(data: string | Uint8Array): Promise<void>;
  /** Sends a GET with a Host and further field lines, each with its CRLF. */
  get(target: string, fields?: string): Promise<void>;
  /** Ends our side. */
  closeWrite(): Promise<void>;
  /** The next answer; undefined if the server closed without one. Interim answers (100) are given as answers. */
  response(method?: string): Promise<WireResponse | undefined>;
  /** Everything until the server ends its side. */
  rest(): Promise<Uint8Array>;
  /** True if the server ends the connection without further bytes, and before it is one that was idle for too long. */
  isClosed(): Promise<boolean>;
}

export const WireClient = {
  /** Connects with the protocol that the test is run over. */
  connect(port: number, hostname = "127.0.0.1"): Promise<WireClient> {
    return (protocolOfTest() === "HTTP/2" ? Http2Client : Http1Client).connect(port, hostname);
  },
};

/** Sends raw bytes on a connection of their own and gives the first answer. */
export async function exchange(
  port: number,
  data: string | Uint8Array,
  method = "GET",
): Promise<WireResponse | undefined> {
  using client = await WireClient.connect(port);
  await client.send(data);
  const answer = await client.response(method);
  if (answer !== undefined && typeof data === "string") await compareWithExplain(port, data, answer);
  return answer;
}
