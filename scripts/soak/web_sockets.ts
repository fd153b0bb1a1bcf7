/**
 * WebSockets of a soak, through the server to the one behind it.
 *
 * @module
 */
import { joined } from "../../tests/support/latin1.ts";
import type { WireClient } from "../../tests/support/wire.ts";
import { anyBytes, type Client, connect, expect, hangUp, isSame, NoAnswer } from "../siege/client.ts";

/** Messages there and back, and then a proper end, or none. */
export async function webSockets(client: Client): Promise<void> {
  const connection = await upgraded(client), frames = new Frames(connection);
  for (let left = 1 + Math.floor(Math.random() * 10); left > 0; left--) {
    const message = anyBytes(50_000), start = performance.now();
    await connection.send(frameOf(BINARY, message));
    const echo = await frames.next();
    expect(
      echo.opcode === BINARY && isSame(echo.payload, message),
      `WebSocket: ${echo.payload.length} other bytes`,
    );
    client.tally.answered(performance.now() - start);
  }
  if (Math.random() < 0.3) return hangUp(client);
  await connection.send(frameOf(CLOSE, Uint8Array.of(3, 232)));
  expect((await frames.next()).opcode === CLOSE, "WebSocket: no end");
  hangUp(client);
}

async function upgraded(client: Client): Promise<WireClient> {
  const connection = await connect(client);
  await connection.send(
    "GET /up/socket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  );
  const answer = await connection.response();
  if (answer === undefined) throw new NoAnswer("upgrade");
  const accept = answer.field("sec-websocket-accept");
  expect(answer.status === 101 && accept === "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", `WebSocket: ${answer.status}`);
  return connection;
}

const BINARY = 2, CLOSE = 8;

/** A whole message of a client (RFC 6455 section 5.2), masked with zeros. */
function frameOf(opcode: number, payload: Uint8Array): Uint8Array {
  const { length } = payload;
  const size = length < 126 ? [0x80 | length] : [0x80 | 126, length >> 8, length & 0xff];
  return joined([Uint8Array.of(0x80 | opcode, ...size, 0, 0, 0, 0), payload]);
}

/** The frames that the server sends, none of them in pieces. */
class Frames {
  #received: Uint8Array = new Uint8Array();
  readonly #buffer = new Uint8Array(65_536);

  constructor(readonly client: WireClient) {}

  async next(): Promise<{ readonly opcode: number; readonly payload: Uint8Array }> {
    const [first, second] = await this.#take(2);
    const [high, low] = second === 126 ? await this.#take(2) : [0, second!];
    expect(second! <= 126, "WebSocket: a frame of another size");
    return { opcode: first! & 0x0f, payload: await this.#take(high! * 256 + low!) };
  }

  async #take(length: number): Promise<Uint8Array> {
    while (this.#received.length < length) {
      const count = await this.client.connection.read(this.#buffer);
      if (count === null) throw new Error("the WebSocket ended");
      this.#received = joined([this.#received, this.#buffer.subarray(0, count)]);
    }
    const taken = this.#received.subarray(0, length);
    this.#received = this.#received.subarray(length);
    return taken;
  }
}
