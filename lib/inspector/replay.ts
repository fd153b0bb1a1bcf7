/**
 * Sends a request again: to this server itself, over a connection of its own, in HTTP/1.1.
 *
 * @module
 */
import { busy, HttpError } from "../http/errors.ts";
import type { Endpoint } from "../http/endpoint.ts";
import { ClientConnection, UpstreamFault } from "../http1/client_connection.ts";
import type { WireLimits } from "../http1/limits.ts";
import { type Clock, type Dialer, DialError, type Duplex } from "../ports.ts";
import { urlParts } from "./filters.ts";
import type { RequestRecord } from "./record.ts";
import type { Records } from "./records.ts";
import { type ReplayChanges, type ReplayRequest, replayRequest } from "./replay_request.ts";

/** What came of it. */
export interface Replayed {
  /** That of the request that was sent; null where it has not been taken down in time. */
  readonly id: number | null;
  readonly status: number;
  readonly duration_ms: number;
}

/** How many are sent at one time. */
const MOST_REPLAYS = 8;

/** In milliseconds: to be connected, until the head of an answer is there, and for all of its content. */
const CONNECT = 5000, HEAD = 90_000, CONTENT = 5000;

/** Bytes of an answer that are waited for. What is longer is cut: nobody looks at it here. */
const MOST_CONTENT = 64 * 1024 * 1024;

/** How often it is looked whether the request has been taken down, and how long that is waited, in milliseconds. */
const LOOK = 25, LOOKS = 40;

const LIMITS: WireLimits = { requestLine: 64 * 1024, headerFields: 256 * 1024, headerCount: 1000 };

/** What it takes. */
export interface ReplayServices {
  readonly records: Records;
  readonly dialer: Dialer;
  readonly clock: Clock;
  /** Where this server is reached from this machine. */
  readonly endpoints: () => readonly Endpoint[];
}

/** Sends requests again; bounded in number and in time. */
export class Replays {
  #running = 0;

  constructor(readonly services: ReplayServices) {}

  /** @throws {HttpError} where it cannot be sent, or there was no answer */
  async send(record: RequestRecord, changes: ReplayChanges): Promise<Replayed> {
    if (this.#running >= MOST_REPLAYS) throw busy(`${MOST_REPLAYS} requests are being sent again`);
    const request = replayRequest(record, changes);
    this.#running++;
    try {
      const { records, clock } = this.services;
      // Of the last ids none is this one's.
      const { upTo } = await records.summaries(record.id);
      const begun = clock.monotonic();
      const status = await this.#exchange(record, request);
      const duration = clock.monotonic() - begun;
      return {
        id: await this.#idOf(request, status, upTo),
        status,
        duration_ms: Math.round(duration * 1000) / 1000,
      };
    } finally {
      this.#running--;
    }
  }

  async #exchange(record: RequestRecord, request: ReplayRequest): Promise<number> {
    const { clock } = this.services;
    const connection = await this.#connect(record);
    const late = { isLate: false };
    const close = () => {
      late.isLate = true;
      connection.close();
    };
    let cancel = clock.after(HEAD, close);
    try {
      return await exchange(connection, request, () => {
        cancel();
        cancel = clock.after(CONTENT, close);
      });
    } catch (error) {
      if (late.isLate) throw new HttpError(504, "The server itself has not answered in time");
      if (error instanceof HttpError) throw error;
      throw noAnswer(error);
    } finally {
      cancel();
      connection.close();
    }
  }

  async #connect({ url }: RequestRecord): Promise<Duplex> {
    const endpoint = endpointFor(url, this.services.endpoints());
    const { hostname, port } = endpoint;
    try {
      return await this.services.dialer.connect({ hostname, port }, {
        timeout: CONNECT,
        ...(endpoint.tls && { tls: { serverName: urlParts(url).host, verify: false } }),
      });
    } catch (error) {
      if (!(error instanceof DialError)) throw error;
      throw noAnswer(error);
    }
  }

  /** Its record is there a moment after the answer. */
  async #idOf({ method, target }: ReplayRequest, status: number, since: number): Promise<number | null> {
    const { records, clock } = this.services;
    for (let look = 0; look < LOOKS; look++) {
      const found = (await records.summaries(since)).records.find((one) =>
        one.id > since && one.method === method && one.status === status &&
        urlParts(one.url).target === target
      );
      if (found !== undefined) return found.id;
      await new Promise<void>((resolve) => clock.after(LOOK, resolve));
    }
    return null;
  }
}

/** Where a URL leads: by its port, since it may have been asked for by any name; else the first that speaks its scheme. */
export function endpointFor(url: string, endpoints: readonly Endpoint[]): Endpoint {
  const tls = /^https:/i.test(url);
  const written = /^[^/]*\/\/[^/?#]*:(\d+)(?:[/?#]|$)/.exec(url)?.[1];
  const port = written === undefined ? (tls ? 443 : 80) : Number(written);
  const found = endpoints.find((one) => one.port === port && one.tls === tls) ??
    endpoints.find((one) => one.port === port) ?? endpoints.find((one) => one.tls === tls) ?? endpoints[0];
  if (found === undefined) throw new HttpError(503, "This server listens nowhere just now");
  return found;
}

/** @param headCame is called with the head of the answer @returns its status */
async function exchange(connection: Duplex, request: ReplayRequest, headCame: () => void): Promise<number> {
  const { method, target, fields, body } = request;
  const http = new ClientConnection(LIMITS);
  const framing = body.length === 0
    ? { kind: "none" } as const
    : { kind: "length", length: body.length } as const;
  const head = http.request({ method, target, fields, body: framing, upgrades: false });
  // What is refused is answered before all of it is taken: then the answer counts, and not that it breaks.
  const sent = send(connection, [head, ...http.content(body)]).catch(() => {});
  let status: number | undefined, received = 0;
  try {
    for (;;) {
      const event = http.next();
      if (event.type === "need data") {
        const buffer = http.buffer.writable(16 * 1024);
        const count = await connection.read(buffer);
        if (count === null) http.endOfInput();
        else http.buffer.commit(count);
      } else if (event.type === "response") {
        status = event.status;
        headCame();
      } else if (event.type === "data") {
        received += event.bytes.length;
        if (received > MOST_CONTENT) return status!;
      } else if (event.type === "end of message") return status!;
    }
  } catch (error) {
    // The answer has begun: what is cut, or does not end (a stream of events), has been seen all the same.
    if (status !== undefined) return status;
    throw error;
  } finally {
    http.buffer.release();
    connection.close();
    await sent;
  }
}

async function send(connection: Duplex, pieces: readonly Uint8Array[]): Promise<void> {
  for (const piece of pieces) {
    for (let at = 0; at < piece.length;) at += await connection.write(piece.subarray(at));
  }
}

function noAnswer(error: unknown): HttpError {
  const why = error instanceof DialError || error instanceof UpstreamFault
    ? error.message
    : "its connection broke";
  return new HttpError(502, `A request that was sent again has no answer: ${why}`, {
    advice: `This server gave no answer to it: ${why}.`,
    cause: error,
  });
}
