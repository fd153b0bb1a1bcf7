/**
 * A FastCGI server in memory, for whatever connects to it: it answers as the test says.
 *
 * @module
 */
import { FastcgiGateway, type FastcgiProgram } from "../../lib/fastcgi/gateway.ts";
import type { Outcome } from "../../lib/http/message.ts";
import type { Dialer, Duplex, Pool, Pools, UpstreamAddress } from "../../lib/ports.ts";
import { fakeRequest, type FakeRequestOptions, FakeSpooler } from "../cgi/fakes.ts";
import { FakeClock, FakeLog, settle } from "../support/fakes.ts";
import { answer, concat, type ReceivedRequest, requestsOf } from "./fastcgi_server.ts";

/** One connection, as the server has it. */
export class FakeConnection implements Duplex {
  /** What has come of the request that is not whole. */
  #received = new Uint8Array();
  readonly #whole: ReceivedRequest[] = [];
  isClosed = false;
  /** Writing fails: the server has gone. */
  isBroken = false;
  /** It reads: else writes wait for take(). */
  takes = true;
  take: () => void = () => {};
  readonly #pieces: (Uint8Array | null | Error)[] = [];
  #wake: () => void = () => {};

  constructor(
    readonly address: UpstreamAddress,
    readonly onRequest: (connection: FakeConnection, request: ReceivedRequest) => void,
  ) {}

  get requests(): readonly ReceivedRequest[] {
    return [...this.#whole, ...requestsOf(this.#received)];
  }

  /** The last request. */
  get request(): ReceivedRequest {
    const last = this.requests.at(-1);
    if (!last) throw new Error("nothing was asked");
    return last;
  }

  /** Sends bytes; null ends the connection, an error breaks it. */
  async say(...pieces: readonly (Uint8Array | null | Error)[]): Promise<void> {
    this.#pieces.push(...pieces);
    this.#wake();
    await settle();
  }

  /** Sends a whole answer to the last request. */
  answer(output: string): Promise<void> {
    return this.say(answer(output, { id: this.request.id }));
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    while (this.#pieces.length === 0 && !this.isClosed) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    if (this.isClosed) throw new Error("closed");
    const piece = this.#pieces[0]!;
    if (piece === null) return null;
    if (piece instanceof Error) throw piece;
    const count = Math.min(piece.length, buffer.length);
    buffer.set(piece.subarray(0, count));
    if (count < piece.length) this.#pieces[0] = piece.subarray(count);
    else this.#pieces.shift();
    return count;
  }

  async write(bytes: Uint8Array): Promise<number> {
    if (!this.takes) await new Promise<void>((resolve) => this.take = resolve);
    if (this.isClosed || this.isBroken) throw new Error("broken pipe");
    // A part only, as the system may have it.
    const count = Math.min(bytes.length, 40_000);
    this.#received = concat(this.#received, bytes.subarray(0, count)) as Uint8Array<ArrayBuffer>;
    const request = requestsOf(this.#received).at(-1);
    if (request?.isWhole) {
      this.#received = new Uint8Array();
      this.#whole.push(request);
      this.onRequest(this, request);
    }
    return count;
  }

  closeWrite(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {
    this.isClosed = true;
    this.take();
    this.#wake();
  }
}

/** The server: its address, and, where it is to be started here, its pool. */
export class FakeServer implements Dialer, Pools {
  readonly connections: FakeConnection[] = [];
  /** Connecting fails with these, in order. */
  readonly failures: Error[] = [];
  /** Connecting takes until dialled is called. */
  isSlow = false;
  dialled: () => void = () => {};
  /** Where it was looked for. */
  readonly addresses: UpstreamAddress[] = [];
  readonly wanted: Pool[] = [];
  readonly failedPools: Pool[] = [];
  poolFailure: Error | undefined;
  /** Called with every request that is whole. */
  onRequest: (connection: FakeConnection, request: ReceivedRequest) => void = () => {};

  /** The connection that was opened last. */
  get last(): FakeConnection {
    const last = this.connections.at(-1);
    if (!last) throw new Error("nobody has connected");
    return last;
  }

  get open(): number {
    return this.connections.filter(({ isClosed }) => !isClosed).length;
  }

  async connect(address: UpstreamAddress): Promise<Duplex> {
    this.addresses.push(address);
    if (this.isSlow) await new Promise<void>((resolve) => this.dialled = resolve);
    const failure = this.failures.shift();
    if (failure) throw failure;
    const connection = new FakeConnection(address, (...asked) => this.onRequest(...asked));
    this.connections.push(connection);
    return connection;
  }

  address(pool: Pool): Promise<UpstreamAddress> {
    this.wanted.push(pool);
    return this.poolFailure ? Promise.reject(this.poolFailure) : Promise.resolve({ path: "/pool.sock" });
  }

  failed(pool: Pool): void {
    this.failedPools.push(pool);
  }
}

export const PROGRAM: FastcgiProgram = {
  server: { address: { path: "/run/php.sock" } },
  script: { file: "/srv/www/a.php", name: "/a.php", pathInfo: "" },
  documentRoot: "/srv/www",
  environment: {},
  passAuthorization: false,
  bodyLimit: Infinity,
  limits: { timeout: 10_000, processes: 2 },
};

/** A gateway, and what it works with. */
export function startGateway(program: Partial<FastcgiProgram> = {}) {
  const server = new FakeServer(),
    clock = new FakeClock(),
    errorLog = new FakeLog(),
    spooler = new FakeSpooler();
  const gateway = new FastcgiGateway({
    dialer: server,
    pools: server,
    spooler,
    clock,
    errorLog,
    searchPath: "/usr/bin",
    software: "webserv/1.2.3",
  });
  /** Asks, and lets the request go out. */
  const ask = async (request: FakeRequestOptions = {}, differences: Partial<FastcgiProgram> = {}) => {
    const asked = fakeRequest({ path: "/a.php", ...request });
    const outcome = gateway.answer(asked.request, { ...PROGRAM, ...program, ...differences });
    outcome.catch(() => {});
    await settle();
    return { outcome, leave: asked.leave };
  };
  return { server, clock, errorLog, spooler, gateway, ask };
}

/** The content of an answer, its status before it. */
export async function read(outcome: Promise<Outcome>): Promise<string> {
  const response = await outcome;
  if (!("status" in response) || !("body" in response)) throw new Error("no response");
  const { body, status } = response;
  const decoder = new TextDecoder();
  if (body === undefined || body instanceof Uint8Array) return `${status} ${decoder.decode(body)}`;
  const buffer = new Uint8Array(1000);
  let text = "";
  try {
    for (let count = await body.read(buffer); count !== null; count = await body.read(buffer)) {
      text += decoder.decode(buffer.subarray(0, count));
    }
  } finally {
    body.close();
  }
  return `${status} ${text}`;
}
