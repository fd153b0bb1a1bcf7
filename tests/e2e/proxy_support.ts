/**
 * An upstream in the test's own process that says what it is told to, byte for byte, and remembers what it was asked.
 *
 * @module
 */
import { toBytes, toText } from "../support/wire.ts";

/** One connection to it. */
export class UpstreamPeer {
  #rest = "";

  constructor(readonly connection: Deno.Conn) {}

  /** What comes up to a text, that included; what came if the other side ends before. */
  async until(text: string): Promise<string> {
    const buffer = new Uint8Array(64 * 1024);
    while (!this.#rest.includes(text)) {
      const count = await this.connection.read(buffer).catch(() => null);
      if (count === null) return this.#take(this.#rest.length);
      this.#rest += toText(buffer.subarray(0, count));
    }
    return this.#take(this.#rest.indexOf(text) + text.length);
  }

  /** The next bytes; empty at the end. */
  async piece(): Promise<string> {
    if (this.#rest !== "") return this.#take(this.#rest.length);
    const buffer = new Uint8Array(64 * 1024);
    return toText(buffer.subarray(0, await this.connection.read(buffer) ?? 0));
  }

  /** The next head; empty if there is none. */
  head(): Promise<string> {
    return this.until("\r\n\r\n");
  }

  async say(text: string): Promise<void> {
    for (let rest = toBytes(text); rest.length > 0;) rest = rest.subarray(await this.connection.write(rest));
  }

  #take(length: number): string {
    const text = this.#rest.slice(0, length);
    this.#rest = this.#rest.slice(length);
    return text;
  }
}

/** Ends with its disposal, and its connections with it. */
export class TestUpstream implements AsyncDisposable {
  readonly #open = new Set<Deno.Conn>();
  readonly #done: Promise<void>;
  /** Connections so far. */
  count = 0;

  private constructor(readonly listener: Deno.Listener, serve: (peer: UpstreamPeer) => Promise<unknown>) {
    this.#done = this.#run(serve);
  }

  static tcp(serve: (peer: UpstreamPeer) => Promise<unknown>): TestUpstream {
    return new TestUpstream(Deno.listen({ hostname: "127.0.0.1", port: 0 }), serve);
  }

  static unix(path: string, serve: (peer: UpstreamPeer) => Promise<unknown>): TestUpstream {
    return new TestUpstream(Deno.listen({ transport: "unix", path }) as unknown as Deno.Listener, serve);
  }

  static tls(cert: string, key: string, serve: (peer: UpstreamPeer) => Promise<unknown>): TestUpstream {
    return new TestUpstream(Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert, key }), serve);
  }

  get port(): number {
    return (this.listener.addr as Deno.NetAddr).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.listener.close();
    for (const connection of this.#open) close(connection);
    await this.#done;
  }

  async #run(serve: (peer: UpstreamPeer) => Promise<unknown>): Promise<void> {
    const running: Promise<unknown>[] = [];
    try {
      for await (const connection of this.listener) {
        this.count++;
        this.#open.add(connection);
        // What the other side does to it is what the test looks at.
        running.push(serve(new UpstreamPeer(connection)).catch(() => {}).finally(() => close(connection)));
      }
    } catch {
      // Closed while it was accepting.
    }
    await Promise.all(running);
  }
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It is closed.
  }
}

/** Answers each request of a connection by its path. */
export function byPath(
  answers: Readonly<Record<string, (peer: UpstreamPeer, head: string) => Promise<unknown>>>,
): (peer: UpstreamPeer) => Promise<void> {
  return async (peer) => {
    for (let head = await peer.head(); head !== ""; head = await peer.head()) {
      const path = /^\S+ ([^ ?]*)/.exec(head)![1]!;
      await (answers[path] ?? answers["*"]!)(peer, head);
    }
  };
}

/** An answer with these bytes. */
export const content = (text: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
