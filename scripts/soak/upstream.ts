/**
 * The servers behind the one that is soaked: one that does as it should, WebSockets included, and one that ends its
 * connections in the middle of things. Both run in the soak's own process.
 *
 * @module
 */
import { LARGE, PATTERN } from "../siege/site.ts";
import { pause } from "../siege/pace.ts";

/** What a stream of `/stream` holds, a piece at a time. */
export const STREAMED = Array.from({ length: 8 }, (_, i) => `piece ${i}\n`);

/** How long the server waits between two of them, in milliseconds. */
const BETWEEN = 10;

/** What it gives of what it has announced with `/half`, in bytes. */
const ANNOUNCED = 1000;
const HALF = 400;

/** Two running servers. */
export interface Upstreams extends AsyncDisposable {
  readonly port: number;
  readonly droppingPort: number;
}

/** Starts both. */
export function startUpstreams(): Upstreams {
  const whole = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {}, onError: leave }, answer);
  const dropping = new DroppingServer();
  return {
    port: whole.addr.port,
    droppingPort: dropping.port,
    async [Symbol.asyncDispose]() {
      dropping[Symbol.dispose]();
      await whole.shutdown();
    },
  };
}

/** Whoever has asked has left in the middle: nobody hears this. */
const leave = () => new Response("left", { status: 400 });

async function answer(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (request.headers.get("upgrade") === "websocket") return echoMessages(request);
  const [, from, length] = /^\/bytes\/(\d+)-(\d+)$/.exec(pathname)?.map(Number) ?? [];
  if (from !== undefined && length !== undefined && from + length <= LARGE) {
    return new Response(PATTERN.slice(from, from + length));
  }
  if (pathname === "/echo") return new Response(await request.bytes());
  if (pathname === "/stream") return new Response(ReadableStream.from(streamed()));
  return new Response("none", { status: 404 });
}

async function* streamed(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  for (const piece of STREAMED) {
    yield encoder.encode(piece);
    await pause(BETWEEN);
  }
}

function echoMessages(request: Request): Response {
  const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 30 });
  socket.binaryType = "arraybuffer";
  socket.onmessage = ({ data }) => {
    if (socket.readyState === WebSocket.OPEN) socket.send(data);
  };
  // Clients that vanish are part of the load.
  socket.onerror = (event) => event.preventDefault?.();
  return response;
}

/** Reads a request's head and then ends the connection: without an answer, or within one. */
class DroppingServer implements Disposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });

  constructor() {
    void this.#accept();
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  async #accept(): Promise<void> {
    for await (const connection of this.#listener) {
      drop(connection).catch(() => {
        // Whoever is dropped may drop as well.
      }).finally(() => connection.close());
    }
  }

  [Symbol.dispose](): void {
    this.#listener.close();
  }
}

async function drop(connection: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(8192);
  const count = await connection.read(buffer);
  const target = new TextDecoder().decode(buffer.subarray(0, count ?? 0)).split(" ")[1];
  const encoder = new TextEncoder();
  if (target === "/half") {
    await connection.write(
      encoder.encode(`HTTP/1.1 200 OK\r\nContent-Length: ${ANNOUNCED}\r\n\r\n${"x".repeat(HALF)}`),
    );
  } else if (target === "/chunks") {
    await connection.write(
      encoder.encode("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n9\r\nnot"),
    );
  }
}
