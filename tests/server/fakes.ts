/**
 * Stand-ins for what a server works with, driven by hand: a connection without a network, a listener, a context.
 *
 * @module
 */
import type { ByteConnection, Clock, ConnectionListener } from "../../lib/ports.ts";
import type { AccessLog } from "../../lib/server/access_log.ts";
import { ReceiveBuffer } from "../../lib/bytes/receive_buffer.ts";
import { ByteStream } from "../../lib/server/byte_stream.ts";
import type { Handler } from "../../lib/http/message.ts";
import { ServerContext } from "../../lib/server/context.ts";
import type { ServerLimits, ServerTimeouts } from "../../lib/server/settings.ts";
import { FakeClock, FakeLog, settle } from "../support/fakes.ts";
import { toBytes, toText } from "../support/wire.ts";

/** One end of a connection; the test is the other. */
export class FakeConnection implements ByteConnection {
  readonly remote = { hostname: "192.0.2.1", port: 1234 };
  readonly local = { hostname: "127.0.0.1", port: 80 };
  /** All that was written, as text. */
  output = "";
  closed = false;
  /** Our side has been ended. */
  ended = false;
  writes = 0;
  /** Bytes that one write takes. */
  takes = Infinity;
  /** Writes neither end nor fail until the connection is closed. */
  stalls = false;
  /** Writes fail. */
  breaks = false;
  readonly #incoming: (Uint8Array | null)[] = [];
  readonly #waiting: { wake: () => void; fail: (error: Error) => void }[] = [];

  /** The peer sends; null ends its side. */
  async push(...data: readonly (string | null)[]): Promise<void> {
    for (const text of data) this.#incoming.push(text === null ? null : toBytes(text));
    this.#waiting.splice(0).forEach(({ wake }) => wake());
    await settle();
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    while (this.#incoming.length === 0) await this.#wait();
    if (this.closed) throw new Deno.errors.BadResource("closed");
    const first = this.#incoming[0];
    if (!first) return null;
    const count = Math.min(first.length, buffer.length);
    buffer.set(first.subarray(0, count));
    if (count === first.length) this.#incoming.shift();
    else this.#incoming[0] = first.subarray(count);
    return count;
  }

  async write(bytes: Uint8Array): Promise<number> {
    this.writes++;
    if (this.closed) throw new Deno.errors.BadResource("closed");
    if (this.breaks) throw new Deno.errors.BrokenPipe("broken pipe");
    while (this.stalls) await this.#wait();
    const count = Math.min(bytes.length, this.takes);
    this.output += toText(bytes.subarray(0, count));
    return count;
  }

  closeWrite(): Promise<void> {
    this.ended = true;
    return Promise.resolve();
  }

  close(): void {
    this.closed = true;
    // As in the runtime: what waits is told later, not at once.
    const waiting = this.#waiting.splice(0);
    setTimeout(() => waiting.forEach(({ fail }) => fail(new Deno.errors.BadResource("closed"))), 0);
  }

  #wait(): Promise<void> {
    if (this.closed) return Promise.reject(new Deno.errors.BadResource("closed"));
    return new Promise((wake, fail) => this.#waiting.push({ wake, fail }));
  }
}

/** Gives out connections or failures in their order, and then waits for its end. */
export class FakeListener implements ConnectionListener {
  readonly address = { hostname: "127.0.0.1", port: 80 };
  closed = false;
  accepted = 0;
  #end: (() => void) | undefined;

  constructor(readonly coming: (ByteConnection | Error)[]) {}

  accept(): Promise<ByteConnection | undefined> {
    this.accepted++;
    const next = this.coming.shift();
    if (next instanceof Error) return Promise.reject(next);
    if (next || this.closed) return Promise.resolve(next);
    return new Promise((resolve) => this.#end = () => resolve(undefined));
  }

  finish(): void {
    this.close();
  }

  close(): void {
    this.closed = true;
    this.#end?.();
  }
}

export const TIMEOUTS: ServerTimeouts = { header: 1000, body: 2000, send: 3000, keepAlive: 4000 };
export const LIMITS: ServerLimits = {
  requestLine: 1000,
  headerFields: 1000,
  headerCount: 10,
  connections: 2,
  bodyRate: Infinity,
  sendRate: Infinity,
  http2Streams: 100,
};

/** A context over fakes. */
export function fakeContext(accessLog?: (clock: Clock) => AccessLog, limits = LIMITS): {
  readonly context: ServerContext;
  readonly clock: FakeClock;
  readonly errorLog: FakeLog;
} {
  const clock = new FakeClock(), errorLog = new FakeLog();
  const settings = {
    timeouts: TIMEOUTS,
    limits,
    http2: true,
    accessLog: accessLog?.(clock),
    handlers: new Map<string, Handler>(),
  };
  return { context: new ServerContext(settings, clock, errorLog), clock, errorLog };
}

/** A stream over fakes that is closed when something takes too long. */
export function startStream(
  buffer: ReceiveBuffer = new ReceiveBuffer(),
  limits = LIMITS,
): ReturnType<typeof fakeContext> & {
  readonly connection: FakeConnection;
  readonly buffer: ReceiveBuffer;
  readonly stream: ByteStream;
} {
  const fakes = fakeContext(undefined, limits), connection = new FakeConnection();
  const stream: ByteStream = new ByteStream(connection, buffer, fakes.context, {
    late: () => stream.close(),
  });
  return { ...fakes, connection, buffer, stream };
}

/** The peer of a tunnel, driven by hand like a connection. */
export class FakePeer extends FakeConnection {
  /** What has come from the client, as text. */
  get received(): string {
    return this.output;
  }
}
