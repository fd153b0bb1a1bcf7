/**
 * Servers of somebody else in memory: what is dialled is handed to whoever the test has put at that address.
 *
 * @module
 */
import {
  type Dialer,
  DialError,
  type DialOptions,
  type Duplex,
  type UpstreamAddress,
} from "../../lib/ports.ts";

/** Bytes on their way in one direction; whoever writes more waits until they are read. */
const ROOM = 64 * 1024;

class OneWay {
  #bytes = new Uint8Array();
  #ended = false;
  #failure: Error | undefined;
  #changed = Promise.withResolvers<void>();

  async read(buffer: Uint8Array): Promise<number | null> {
    while (this.#bytes.length === 0 && !this.#ended && !this.#failure) await this.#changed.promise;
    if (this.#failure) throw this.#failure;
    if (this.#bytes.length === 0) return null;
    const count = Math.min(buffer.length, this.#bytes.length);
    buffer.set(this.#bytes.subarray(0, count));
    this.#bytes = this.#bytes.slice(count);
    this.#change();
    return count;
  }

  async write(bytes: Uint8Array): Promise<number> {
    while (this.#bytes.length >= ROOM && !this.#failure) await this.#changed.promise;
    if (this.#failure || this.#ended) throw this.#failure ?? new Error("A write after the end");
    const taken = bytes.subarray(0, ROOM - this.#bytes.length);
    const joined = new Uint8Array(this.#bytes.length + taken.length);
    joined.set(this.#bytes);
    joined.set(taken, this.#bytes.length);
    this.#bytes = joined;
    this.#change();
    return taken.length;
  }

  end(): void {
    this.#ended = true;
    this.#change();
  }

  fail(error: Error): void {
    this.#failure ??= error;
    this.#change();
  }

  #change(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

/** One end of a connection in memory. */
export class MemoryDuplex implements Duplex {
  closed = false;

  private constructor(readonly incoming: OneWay, readonly outgoing: OneWay) {}

  /** Both ends; each has room for 64 KiB on the way to the other. */
  static pair(): [MemoryDuplex, MemoryDuplex] {
    const one = new OneWay(), other = new OneWay();
    return [new MemoryDuplex(one, other), new MemoryDuplex(other, one)];
  }

  read(buffer: Uint8Array): Promise<number | null> {
    return this.incoming.read(buffer);
  }

  write(bytes: Uint8Array): Promise<number> {
    return this.outgoing.write(bytes);
  }

  closeWrite(): Promise<void> {
    this.outgoing.end();
    return Promise.resolve();
  }

  /** What was written before still comes to the other end, which then reads an end. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.incoming.fail(new Error("closed"));
    this.outgoing.end();
  }

  /** The other end's reads and writes fail. */
  reset(): void {
    this.closed = true;
    this.incoming.fail(new Error("closed"));
    this.outgoing.fail(new Error("Connection reset by peer"));
  }
}

/** Refuses every address that nobody was put at. */
export class FakeDialer implements Dialer {
  /** What was dialled, in order. */
  readonly dialled: { readonly address: UpstreamAddress; readonly options: DialOptions }[] = [];
  readonly #servers = new Map<string, (peer: MemoryDuplex) => void | Promise<void>>();

  /** @param serve gets the other end of each connection to `host:port`, or to a path */
  listen(address: string, serve: (peer: MemoryDuplex) => void | Promise<void>): void {
    this.#servers.set(address, serve);
  }

  connect(address: UpstreamAddress, options: DialOptions): Promise<Duplex> {
    this.dialled.push({ address, options });
    const name = "path" in address ? address.path : `${address.hostname}:${address.port}`;
    const serve = this.#servers.get(name);
    if (serve === undefined) return Promise.reject(new DialError("refused", `nobody listens on ${name}`));
    const [near, far] = MemoryDuplex.pair();
    void serve(far);
    return Promise.resolve(near);
  }
}
