/**
 * The same load by other protocols: HTTP/2 by prior knowledge, and both protocols over TLS, with a handshake each time.
 *
 * @module
 */
import { connectTls } from "../../tests/support/certificates.ts";
import { Http2Connection } from "../../tests/support/h2.ts";
import type { WireClient } from "../../tests/support/wire.ts";
import { Http1Client } from "../../tests/support/wire_http1.ts";
import { Http2Client } from "../../tests/support/wire_http2.ts";
import { type Client, connect, expect, hangUp, NoAnswer, type Round } from "../siege/client.ts";
import { SMALL } from "../siege/site.ts";

/** The client of the tests keeps what it has received for as long as its connection lasts: rounds on one of it, at the most. */
const ROUNDS_A_CONNECTION = 10;

/** Any of these rounds by HTTP/2. */
export function overHttp2(rounds: readonly Round[]): Round {
  return async (client) => {
    await anyOf(rounds)(client);
    if (Math.random() < 1 / ROUNDS_A_CONNECTION) hangUp(client);
  };
}

/** Opens connections of HTTP/2. */
export const connectsHttp2 = (port: number): Promise<WireClient> => Http2Client.connect(port);

/** So many requests on one connection at the same time, some of them taken back. */
export async function streams(client: Client): Promise<void> {
  const STREAMS = 20;
  const connection = await connect(client), start = performance.now();
  for (let i = 0; i < STREAMS; i++) await connection.get(i % 10 === 9 ? "/cgi/hello.sh?h2" : "/small.txt");
  for (let i = 0; i < STREAMS; i++) {
    const answer = await connection.response();
    if (answer === undefined) {
      if (i === 0) throw new NoAnswer("the first of many streams");
      client.tally.repeated += STREAMS - i;
      return hangUp(client);
    }
    const right = i % 10 === 9 ? "hello h2" : SMALL;
    if (answer.status === 503) client.tally.busy++;
    else expect(answer.text === right, `stream ${i}: ${answer.status}, ${answer.text.length} bytes`);
    client.tally.answered(performance.now() - start);
  }
  hangUp(client);
}

/** Leaves a connection with streams on it: a download, a program, an upload of which a part is sent. */
export async function streamLeavers(client: Client): Promise<void> {
  using connection = await Http2Connection.connect(client.port);
  const lines = (method: string, path: string) =>
    [[":method", method], [":scheme", "http"], [":authority", "localhost"], [":path", path]] as const;
  await connection.request(lines("GET", "/large.bin"), true);
  await connection.request(lines("GET", "/cgi/slow.sh"), true);
  await connection.request(lines("GET", "/up/stream"), true);
  const upload = await connection.request(lines("PUT", "/store/left-by-h2.bin"), false);
  await connection.data(upload, new Uint8Array(1000), false);
  for (let left = Math.floor(Math.random() * 10); left > 0 && await connection.read() !== undefined; left--);
  client.tally.answered(0);
}

/** Opens connections over TLS, each with a handshake, by one protocol or the other. @param trusted PEM */
export function connectsTls(trusted: string): (port: number) => Promise<WireClient> {
  return async (port) => {
    const protocol = Math.random() < 0.5 ? "h2" : "http/1.1";
    const connection = await connectTls({ trusted: [trusted], port, protocols: [protocol] });
    return protocol === "h2" ? await Http2Client.on(connection) : Http1Client.on(connection);
  };
}

/** Any of these rounds, on a connection of its own. */
export function onNewConnection(rounds: readonly Round[]): Round {
  return async (client) => {
    await anyOf(rounds)(client);
    hangUp(client);
  };
}

/** What begins with something else than a handshake, or leaves within one. */
export async function badHandshakes(client: Client): Promise<void> {
  const BEGINNINGS = [
    "\x16\x03\x01\x02\x00\x01\x00",
    "\x16\x03\x01\x00\x05hello",
    "\x80\x2e\x01\x00\x02",
    "\0\0\0\0",
  ];
  const connection = await Http1Client.connect(client.port);
  client.connection = connection;
  const beginning = BEGINNINGS[Math.floor(Math.random() * BEGINNINGS.length)]!;
  await connection.send(beginning);
  // Some wait for what the server says to that.
  if (Math.random() < 0.2) await connection.rest();
  hangUp(client);
  client.tally.answered(0);
}

function anyOf(rounds: readonly Round[]): Round {
  return rounds[Math.floor(Math.random() * rounds.length)]!;
}
