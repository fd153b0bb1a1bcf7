/**
 * A server behind the one that is tested, and clients whose tunnels lead to it.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import http2 from "node:http2";
import { toBytes, toText } from "../support/wire.ts";
import { inTime } from "../support/wait.ts";

/** Bytes of a download, which comes in as many pieces as events do. */
export const PIECES = 12;
const PIECE = 50_000;

/** Answers each connection once: a tunnel that echoes, events, a download, or a word. */
export class EchoServer implements Disposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #connections = new Set<Deno.Conn>();
  /** Tunnels that are open. */
  tunnels = 0;
  /** Has whoever waits for events or content get one more piece of it. */
  readonly #steps = new Set<() => void>();

  constructor() {
    void this.#accept();
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  /** Whoever waits for a piece gets it. */
  step(): void {
    const waiting = [...this.#steps];
    this.#steps.clear();
    for (const go of waiting) go();
  }

  async #accept(): Promise<void> {
    for await (const connection of this.#listener) {
      this.#connections.add(connection);
      this.#answer(connection).catch(() => {}).finally(() => {
        this.#connections.delete(connection);
        try {
          connection.close();
        } catch {
          // It is closed already.
        }
      });
    }
  }

  async #answer(connection: Deno.Conn): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    let head = "";
    while (!head.includes("\r\n\r\n")) {
      const count = await connection.read(buffer);
      if (count === null) return;
      head += toText(buffer.subarray(0, count));
    }
    const write = async (text: string) => {
      for (let rest: Uint8Array = toBytes(text); rest.length > 0;) {
        rest = rest.subarray(await connection.write(rest));
      }
    };
    if (/^upgrade: echo\r?$/im.test(head)) {
      await write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
      this.tunnels++;
      try {
        for (let count; (count = await connection.read(buffer)) !== null;) {
          await write(toText(buffer.subarray(0, count)));
        }
      } finally {
        this.tunnels--;
      }
    } else if (head.startsWith("GET /events")) {
      await write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
      for (let i = 0; i < PIECES; i++) {
        const event = `data: ${i}\n\n`;
        await write(`${event.length.toString(16)}\r\n${event}\r\n`);
        await this.#stepped();
      }
      await write("0\r\n\r\n");
    } else if (head.startsWith("GET /download")) {
      await write(`HTTP/1.1 200 OK\r\nContent-Length: ${PIECES * PIECE}\r\n\r\n`);
      for (let i = 0; i < PIECES; i++) {
        await write(String(i % 10).repeat(PIECE));
        await this.#stepped();
      }
    } else await write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nplain");
  }

  #stepped(): Promise<void> {
    return new Promise((resolve) => this.#steps.add(resolve));
  }

  [Symbol.dispose](): void {
    this.#listener.close();
    for (const connection of this.#connections) {
      try {
        connection.close();
      } catch {
        // It is closed already.
      }
    }
  }
}

/** The client's end of a tunnel. */
export interface TestTunnel extends Disposable {
  /** Sends, and gives what came back: as many bytes, or fewer where the tunnel has ended. */
  echo(text: string): Promise<string>;
  /** Ends the client's side and resolves with what still came. */
  end(): Promise<string>;
}

/** How a tunnel is opened. */
export type OpenTunnel = (port: number) => Promise<TestTunnel>;

/** By an upgrade of HTTP/1.1. */
export async function upgraded(port: number): Promise<TestTunnel> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(
    toBytes("GET /t HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n"),
  );
  const buffer = new Uint8Array(64 * 1024);
  const receive = async (isEnough: (text: string) => boolean) => {
    let all = "";
    while (!isEnough(all)) {
      const count = await inTime(connection.read(buffer), "bytes of the tunnel").catch(() => null);
      if (count === null) break;
      all += toText(buffer.subarray(0, count));
    }
    return all;
  };
  const head = await receive((text) => text.includes("\r\n\r\n"));
  if (!head.startsWith("HTTP/1.1 101 ")) throw new Error(head);
  return {
    async echo(text) {
      await connection.write(toBytes(text));
      return await receive((all) => all.length >= text.length);
    },
    async end() {
      await connection.closeWrite();
      return await receive(() => false);
    },
    [Symbol.dispose]: () => connection.close(),
  };
}

/** By an extended CONNECT, each on a connection of its own. */
export async function connected(port: number): Promise<TestTunnel> {
  const session = http2.connect(`http://127.0.0.1:${port}`);
  session.on("error", () => {});
  await inTime(new Promise((resolve) => session.on("remoteSettings", resolve)), "SETTINGS");
  const stream = session.request({
    ":method": "CONNECT",
    ":protocol": "echo",
    ":scheme": "http",
    ":path": "/t",
    ":authority": "localhost",
  });
  let text = "", wake = () => {}, isOver = false;
  stream.on("data", (piece: Uint8Array) => {
    text += toText(piece);
    wake();
  });
  stream.on("error", () => {});
  for (const event of ["end", "close"]) {
    stream.on(event, () => {
      isOver = true;
      wake();
    });
  }
  const receive = async (isEnough: () => boolean) => {
    while (!isEnough() && !isOver) {
      await inTime(new Promise<void>((resolve) => wake = resolve), "bytes of the tunnel");
    }
    const all = text;
    text = "";
    return all;
  };
  const status = await inTime(
    new Promise((resolve) => stream.on("response", (head) => resolve(head[":status"]))),
    "the head",
  );
  if (status !== 200) throw new Error(String(status));
  return {
    echo(sent) {
      stream.write(Buffer.from(toBytes(sent)));
      return receive(() => text.length >= sent.length);
    },
    end() {
      stream.end();
      return receive(() => false);
    },
    [Symbol.dispose]: () => session.destroy(),
  };
}
