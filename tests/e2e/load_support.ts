/**
 * Clients that ask without a pause and note whatever goes wrong, for tests of a server that changes meanwhile.
 *
 * @module
 */
import { toBytes, toText } from "../support/wire.ts";

/** What clients ask for, and for how long. */
export interface LoadOptions {
  readonly port: number;
  readonly clients: number;
  /** Else each request has a connection of its own. */
  readonly keepAlive: boolean;
  readonly target: string;
  /** Undefined if an answer's content is right, else what is wrong with it. */
  readonly check: (body: Uint8Array) => string | undefined;
  /** Asked before each request. */
  readonly goesOn: () => boolean;
}

/** What came of it. */
export interface LoadResult {
  readonly requests: number;
  readonly connections: number;
  /** Kinds of failures, and how often each was met. */
  readonly failures: Readonly<Record<string, number>>;
}

/** Runs the clients until they are to stop. */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const failures: Record<string, number> = {};
  const count = { requests: 0, connections: 0 };
  await Promise.all(Array.from({ length: options.clients }, async () => {
    const client = new LoadClient(options);
    while (options.goesOn()) {
      count.requests++;
      const failure = await client.ask();
      if (failure !== undefined) failures[failure] = (failures[failure] ?? 0) + 1;
    }
    client.close();
    count.connections += client.connections;
  }));
  return { ...count, failures };
}

class LoadClient {
  connections = 0;
  readonly #options: LoadOptions;
  readonly #request: Uint8Array;
  readonly #buffer = new Uint8Array(64 * 1024);
  #connection: Deno.TcpConn | undefined;

  constructor(options: LoadOptions) {
    this.#options = options;
    const close = options.keepAlive ? "" : "Connection: close\r\n";
    this.#request = toBytes(`GET ${options.target} HTTP/1.1\r\nHost: localhost\r\n${close}\r\n`);
  }

  /** One request; undefined if all was well. */
  async ask(): Promise<string | undefined> {
    let step = "connecting";
    try {
      this.#connection ??= await this.#connect();
      step = "sending";
      await this.#connection.write(this.#request);
      step = "waiting for the answer";
      const { head, first } = await this.#head(this.#connection);
      step = "reading the content";
      const body = await this.#body(this.#connection, head, first);
      if (!head.startsWith("HTTP/1.1 200 ")) return head.slice(0, 12);
      if (!this.#options.keepAlive || /^Connection: close\r$/m.test(head)) this.close();
      return this.#options.check(body);
    } catch (error) {
      this.close();
      return `${step}: ${error instanceof Error ? `${error.name} ${error.message}` : error}`;
    }
  }

  close(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }

  async #connect(): Promise<Deno.TcpConn> {
    this.connections++;
    return await Deno.connect({ hostname: "127.0.0.1", port: this.#options.port });
  }

  async #head(connection: Deno.TcpConn): Promise<{ head: string; first: Uint8Array }> {
    let text = "";
    for (;;) {
      text += toText(await this.#read(connection));
      const end = text.indexOf("\r\n\r\n") + 4;
      if (end > 3) return { head: text.slice(0, end), first: toBytes(text.slice(end)) };
    }
  }

  async #body(connection: Deno.TcpConn, head: string, first: Uint8Array): Promise<Uint8Array> {
    const body = new Uint8Array(Number(/^Content-Length: (\d+)\r$/m.exec(head)?.[1]));
    body.set(first);
    for (let length = first.length; length < body.length;) {
      const bytes = await this.#read(connection);
      body.set(bytes, length);
      length += bytes.length;
    }
    return body;
  }

  async #read(connection: Deno.TcpConn): Promise<Uint8Array> {
    const count = await connection.read(this.#buffer);
    if (count === null) throw new Error("the connection ended");
    return this.#buffer.subarray(0, count);
  }
}

/** A check for content that is one letter throughout, and as long as it should be. */
export function isAllOf(letters: string, length: number): (body: Uint8Array) => string | undefined {
  const wanted = letters.split("").map((letter) => toBytes(letter.repeat(length)));
  const same = (a: Uint8Array, b: Uint8Array) =>
    a.length === b.length && a.every((byte, at) => byte === b[at]);
  return (body) =>
    wanted.some((bytes) => same(bytes, body)) ? undefined : `wrong content of ${body.length} bytes`;
}
