/**
 * What a connection of HTTP/2 costs between its reads and its writes: requests through a session, over a connection in
 * memory.
 *
 * @module
 */
import { DEFAULTS } from "../../lib/config/defaults.ts";
import { FieldBlock } from "../../lib/http/fields.ts";
import type { Handler, Response } from "../../lib/http/message.ts";
import type { ByteConnection, Clock } from "../../lib/ports.ts";
import { errorLogTo } from "../../lib/runtime/error_log.ts";
import { AccessLog } from "../../lib/server/access_log.ts";
import { ServerContext } from "../../lib/server/context.ts";
import { Http2Session } from "../../lib/server/http2/session.ts";
import { PREFACE, request, SETTINGS, windowUpdate } from "../../tests/server/http2/peer.ts";
import { toBytes } from "../../tests/support/wire.ts";

/** The wall clock stands still, as it does for nearly all requests of a second. */
const clock: Clock = {
  now: () => 1_700_000_000_000,
  monotonic: () => performance.now(),
  every: () => () => {},
  after: () => () => {},
};

/** Gives out pieces, each when the last one was read, and leaves. */
class Script implements ByteConnection {
  readonly remote = { hostname: "192.0.2.1", port: 1234 };
  readonly local = { hostname: "127.0.0.1", port: 80 };
  writes = 0;
  #at = 0;

  constructor(readonly pieces: readonly Uint8Array[]) {}

  read(buffer: Uint8Array): Promise<number | null> {
    const piece = this.pieces[this.#at++];
    if (piece === undefined) return Promise.resolve(null);
    buffer.set(piece);
    return Promise.resolve(piece.length);
  }

  write(bytes: Uint8Array): Promise<number> {
    this.writes++;
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
  http2: true,
  accessLog: new AccessLog(log, "combined", 1, clock),
  handlers: new Map<string, Handler>(),
};
const context = new ServerContext(settings, clock, errorLogTo(log));
const FINE: Response = {
  status: 200,
  fields: FieldBlock.of(["Content-Type", "text/plain"], ["ETag", '"1-2-3"']),
  body: new Uint8Array(1024).fill(0x78),
};

/** Exchanges of a thousand reads, so many requests in each. */
function bench(name: string, requests: number, handler: Handler, baseline = false): void {
  const start = toBytes(PREFACE + SETTINGS + windowUpdate(0, 2 ** 30));
  const pieces = Array.from(
    { length: READS },
    (_, read) =>
      toBytes(Array.from({ length: requests }, (_, i) => request(2 * (read * requests + i) + 1)).join("")),
  );
  Deno.bench({
    group: `${READS} reads of a connection of HTTP/2`,
    name,
    baseline,
    fn: async () => {
      lines = 0;
      await new Http2Session(new Script([start, ...pieces]), handler, context, new Uint8Array()).run();
      if (lines !== READS * requests) throw new Error(`${lines} answers`);
    },
  });
}

const later = Promise.resolve(FINE);

bench("a small request", 1, () => FINE, true);
bench("10 small requests in one read", 10, () => FINE);
bench("a small request, answered later", 1, () => later);
