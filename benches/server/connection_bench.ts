/**
 * What a connection costs between its reads and its writes: requests through a session, over a connection in memory.
 *
 * @module
 */
import { toBytes } from "../../tests/support/wire.ts";
import { FieldBlock } from "../../lib/http/fields.ts";
import type { Handler, Response } from "../../lib/http/message.ts";
import type { ByteConnection, Clock } from "../../lib/ports.ts";
import { errorLogTo } from "../../lib/runtime/error_log.ts";
import { AccessLog } from "../../lib/server/access_log.ts";
import { ServerContext } from "../../lib/server/context.ts";
import { Http1Session } from "../../lib/server/http1/session.ts";
import { DEFAULTS } from "../../lib/config/defaults.ts";
import { BROWSER, MINIMAL } from "../http1/requests.ts";

/** The wall clock stands still, as it does for nearly all requests of a second. */
const clock: Clock = {
  now: () => 1_700_000_000_000,
  monotonic: () => performance.now(),
  every: () => () => {},
  after: () => () => {},
};

/** Sends the same bytes so many times, each when the last ones were answered, and leaves. */
class Repeating implements ByteConnection {
  readonly remote = { hostname: "192.0.2.1", port: 1234 };
  readonly local = { hostname: "127.0.0.1", port: 80 };
  writes = 0;
  written = 0;

  constructor(readonly bytes: Uint8Array, public left: number) {}

  read(buffer: Uint8Array): Promise<number | null> {
    if (this.left-- === 0) return Promise.resolve(null);
    buffer.set(this.bytes);
    return Promise.resolve(this.bytes.length);
  }

  write(bytes: Uint8Array): Promise<number> {
    this.writes++;
    this.written += bytes.length;
    return Promise.resolve(bytes.length);
  }

  closeWrite(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {}
}

const READS = 1000;
let lines = 0;
const log = { line: () => void lines++ };
const settings = {
  timeouts: DEFAULTS.timeouts,
  limits: DEFAULTS.limits,
  http2: DEFAULTS.http2,
  accessLog: new AccessLog(log, "combined", 1, clock),
  handlers: new Map<string, Handler>(),
};
const context = new ServerContext(settings, clock, errorLogTo(log));
const FINE: Response = {
  status: 200,
  fields: FieldBlock.of(["Content-Type", "text/plain"], ["ETag", '"1-2-3"']),
  body: new Uint8Array(1024).fill(0x78),
};

/** Exchanges of a thousand reads; each must be answered by one write. */
function bench(name: string, request: string, requests: number, handler: Handler, baseline = false): void {
  const bytes = toBytes(request.repeat(requests));
  const run = async () => {
    const connection = new Repeating(bytes, READS);
    context.settings = { ...settings, handlers: new Map([["here", handler]]) };
    await new Http1Session(connection, context.handlerFor("here"), context).run();
    return connection;
  };
  Deno.bench({
    group: `${READS} reads of a connection`,
    name,
    baseline,
    fn: async () => {
      lines = 0;
      const { writes } = await run();
      if (writes !== READS || lines !== READS * requests) {
        throw new Error(`${writes} writes, ${lines} answers`);
      }
    },
  });
}

const later = Promise.resolve(FINE);
const read: Handler = async ({ body }) => {
  while (await body.read() !== null);
  return FINE;
};

bench("a small request", MINIMAL, 1, () => FINE, true);
bench("a browser's request", BROWSER, 1, () => FINE);
bench("3 small requests in one read", MINIMAL, 3, () => FINE);
bench("a small request, answered later", MINIMAL, 1, () => later);
bench("a form of 3 bytes", "POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 3\r\n\r\na=b", 1, read);
