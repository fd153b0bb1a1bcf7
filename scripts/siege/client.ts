/**
 * What the clients of a siege and of a soak are made of: a connection that is kept from one round to the next, a request
 * on it, and the count of what goes wrong.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { WireClient, type WireResponse } from "../../tests/support/wire.ts";
import { LARGE, PATTERN } from "./site.ts";
import type { Tally } from "./tally.ts";

/** One client, which keeps its connection from one round to the next if it can. */
export interface Client {
  readonly port: number;
  readonly tally: Tally;
  connection: WireClient | undefined;
  /** When it was opened, by performance.now(). */
  opened: number;
  /** When the configuration was last loaded again, by performance.now(). */
  readonly lastReload: () => number;
  /** How long workers may take to be replaced after that, in milliseconds. */
  readonly handover: number;
  /** Opens its connections, if they are other ones than those of HTTP/1.1 over TCP. */
  readonly connects?: (port: number) => Promise<WireClient>;
}

/** One round of a kind of client. @throws {Error} where something is not as it must be */
export type Round = (client: Client) => Promise<void>;

/** One request on the client's connection, on a new one where the server has ended it meanwhile. */
export async function ask(
  client: Client,
  method: string,
  target: string,
  fields: Readonly<Record<string, string>> = {},
  body?: string | Uint8Array,
): Promise<WireResponse> {
  const length = body === undefined ? "" : `Content-Length: ${body.length}\r\n`;
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const head = `${method} ${target} HTTP/1.1\r\nHost: localhost\r\n${lines}${length}\r\n`;
  for (;;) {
    const isNew = client.connection === undefined;
    const connection = client.connection ?? await connect(client);
    const start = performance.now();
    try {
      await connection.send(head);
      if (body !== undefined) await connection.send(body);
    } catch (error) {
      // What is answered before it was read whole may be answered all the same.
      if (!(error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionReset)) {
        throw error;
      }
    }
    const answer = await lastAnswer(connection, method);
    if (answer !== undefined) {
      client.tally.answered(performance.now() - start);
      if (answer.field("connection") === "close") hangUp(client);
      return answer;
    }
    hangUp(client);
    if (isNew) throw new NoAnswer(`${method} ${target.replace(/\d+/g, "N")}`);
    client.tally.repeated++;
  }
}

/** The answer behind those that are interim ones. */
async function lastAnswer(connection: WireClient, method: string): Promise<WireResponse | undefined> {
  for (;;) {
    const answer = await connection.response(method);
    if (answer === undefined || answer.status >= 200) return answer;
  }
}

/** A new connection ended without an answer. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";

  /** @param what was asked, without what differs from round to round */
  constructor(what: string) {
    super(what);
  }
}

/** An answer came, and it was another one than it had to be. */
export class WrongAnswer extends Error {
  override readonly name = "WrongAnswer";
}

/** Runs one round, and counts what goes wrong. Never rejects, and never takes much longer than DEADLINE. */
export async function run(client: Client, round: Round): Promise<void> {
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    // Whoever waits on it gets an end instead of an answer.
    hangUp(client);
  }, DEADLINE);
  try {
    await round(client);
  } catch (error) {
    // What the system has queued for a worker that closes its listener just now is reset (ARCHITECTURE, "Threads").
    const isReset = isEnded(error) || error instanceof NoAnswer;
    if (isReset && Math.abs(client.lastReload() - client.opened) < client.handover) {
      client.tally.reset++;
      return hangUp(client);
    }
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    client.tally.failed(
      isLate ? `not done within ${DEADLINE} ms (${why})` : why,
      error instanceof WrongAnswer && !isLate,
    );
    hangUp(client);
  } finally {
    clearTimeout(timer);
  }
}

/** For a whole round, in milliseconds. */
const DEADLINE = 20_000;

/** Ends a client's connection; the next round opens another. */
export function hangUp(client: Client): void {
  client.connection?.[Symbol.dispose]();
  client.connection = undefined;
}

/** A new connection in place of the client's. */
export async function connect(client: Client): Promise<WireClient> {
  hangUp(client);
  client.opened = performance.now();
  return client.connection = await (client.connects ?? WireClient.connect)(client.port);
}

export function isEnded(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionReset;
}

/** @throws {WrongAnswer} where it does not hold */
export function expect(isRight: boolean, what: string): void {
  if (!isRight) throw new WrongAnswer(what);
}

export function isBusy(answer: WireResponse, tally: Tally): boolean {
  if (answer.status !== 503 || answer.field("retry-after") === undefined) return false;
  tally.busy++;
  return true;
}

export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.from(a.buffer, a.byteOffset, a.length).equals(b);
}

export function anyBytes(most: number): Uint8Array {
  const start = Math.floor(Math.random() * (LARGE - most));
  return PATTERN.subarray(start, start + 1 + Math.floor(Math.random() * most));
}
