/**
 * What others answer in a soak: programs that fail, PHP by FastCGI, servers behind the server, WebSockets, and the stream
 * of live reload.
 *
 * @module
 */
import { join } from "@std/path";
import { joined, toBytes, toText } from "../../tests/support/latin1.ts";
import type { WireClient } from "../../tests/support/wire.ts";
import {
  anyBytes,
  ask,
  type Client,
  connect,
  expect,
  hangUp,
  isBusy,
  isSame,
  NoAnswer,
} from "../siege/client.ts";
import { LARGE, PATTERN } from "../siege/site.ts";
import { STREAMED } from "./upstream.ts";

/** Programs that give no proper answer, or an error. */
export async function failures(client: Client): Promise<void> {
  const FAILING = { "silent.sh": 502, "nonsense.sh": 502, "status.sh": 418, "stderr.sh": 200 };
  for (const [name, status] of Object.entries(FAILING)) {
    const answer = await ask(client, "GET", `/cgi/${name}`);
    if (isBusy(answer, client.tally)) continue;
    expect(answer.status === status, `${name}: ${answer.status} instead of ${status}`);
  }
  await expectCut(client, "/cgi/die.sh");
}

/** An answer that is not whole must not look as if it were. */
async function expectCut(client: Client, target: string): Promise<void> {
  const connection = await connect(client), start = performance.now();
  await connection.get(target);
  let answer;
  try {
    answer = await connection.response();
  } catch (error) {
    // What the client of the tests says of a body that ends early.
    if (!(error instanceof Error && error.message.startsWith("the body ended"))) throw error;
    client.tally.answered(performance.now() - start);
    return hangUp(client);
  }
  if (answer === undefined) throw new NoAnswer();
  if (isBusy(answer, client.tally)) return;
  // It may be known in time.
  expect(answer.status === 502, `${target}: ${answer.status}, as if it were whole`);
  client.tally.answered(performance.now() - start);
}

/** PHP. */
export async function php(client: Client): Promise<void> {
  const number = Math.floor(Math.random() * 1e9);
  const hello = await ask(client, "GET", `/php/hello.php?n=${number}`);
  if (!isBusy(hello, client.tally)) expect(hello.text === `hello ${number}`, `PHP: ${hello.status}`);
  const body = anyBytes(100_000);
  const echo = await ask(client, "POST", "/php/echo.php", {}, body);
  if (!isBusy(echo, client.tally)) {
    expect(echo.status === 200 && isSame(echo.body, body), `PHP: ${echo.status}, ${echo.body.length} bytes`);
  }
  const fail = await ask(client, "GET", "/php/fail.php");
  if (!isBusy(fail, client.tally)) expect(fail.status === 500, `failing PHP: ${fail.status}`);
}

/** A server behind the server: parts of its pattern, what it is sent, and a stream. */
export async function proxied(client: Client): Promise<void> {
  const first = Math.floor(Math.random() * (LARGE - 200_000)), length = Math.floor(Math.random() * 200_000);
  const part = await ask(client, "GET", `/up/bytes/${first}-${length}`);
  expect(
    part.status === 200 && isSame(part.body, PATTERN.subarray(first, first + length)),
    `proxied: ${part.status}, ${part.body.length} bytes`,
  );
  const body = anyBytes(100_000);
  const echo = await ask(client, "POST", "/up/echo", {}, body);
  expect(
    echo.status === 200 && isSame(echo.body, body),
    `proxied echo: ${echo.status}, ${echo.body.length} bytes`,
  );
  const stream = await ask(client, "GET", "/up/stream");
  expect(stream.text === STREAMED.join(""), `proxied stream: ${stream.status}, ${stream.text.length} bytes`);
}

/** A server behind the server that ends its connections. */
export async function dropped(client: Client): Promise<void> {
  const none = await ask(client, "GET", "/drop/none");
  expect(none.status === 502, `dropped: ${none.status}`);
  await expectCut(client, "/drop/half");
  await expectCut(client, "/drop/chunks");
}

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
  if (answer === undefined) throw new NoAnswer();
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

/** A page of live reload, and its stream of events until a file has changed. @param folder that of the site */
export function liveReload(folder: string): (client: Client) => Promise<void> {
  const file = join(folder, "live/page.html");
  return async (client) => {
    const page = await ask(client, "GET", "/live/page.html");
    expect(page.status === 200 && page.text.includes("/.webserv/live.js"), `live page: ${page.status}`);
    const start = performance.now();
    let events = await listen(client), last = await events.until(/^id: (.*)\n[^]*?\n\n/m);
    await Deno.writeTextFile(file, `<title>page ${start}</title>`);
    for (;;) {
      const change = last && await events.until(/event: change\n/);
      if (change !== undefined) break;
      // A reload ends the streams; browsers listen again, and say what they have heard.
      const ago = Math.round((performance.now() - client.lastReload()) / 1000);
      expect(ago < HANDOVER, `live reload: the stream ended ${ago} s after a reload`);
      client.tally.repeated++;
      events = await listen(client, last);
      last ??= await events.until(/^id: (.*)\n[^]*?\n\n/m);
    }
    client.tally.answered(performance.now() - start);
    hangUp(client);
  };
}

/** How long ago a reload may be that has ended a stream, in seconds: new workers take theirs on a busy machine. */
const HANDOVER = 10;

async function listen(client: Client, last?: string): Promise<Events> {
  const connection = await connect(client);
  const heard = last === undefined ? "" : `Last-Event-ID: ${last}\r\n`;
  await connection.get("/.webserv/live", `Accept: text/event-stream\r\n${heard}`);
  return new Events(connection);
}

/** What comes of a stream of events, of which the latest part is kept. */
class Events {
  #text = "";
  readonly #buffer = new Uint8Array(8192);

  constructor(readonly client: WireClient) {}

  /** The first group of what matches, or "" without one; undefined if the stream ends before. */
  async until(wanted: RegExp): Promise<string | undefined> {
    for (;;) {
      const found = wanted.exec(this.#text);
      if (found !== null) return found[1] ?? "";
      // The last chunk: the connection is there for one more request.
      if (this.#text.endsWith("\r\n0\r\n\r\n")) return undefined;
      const count = await this.client.connection.read(this.#buffer);
      if (count === null) return undefined;
      this.#text = (this.#text + toText(this.#buffer.subarray(0, count))).slice(-8192);
    }
  }
}

/** Leaves others in the middle of what they do for it. */
export async function gatewayLeavers(client: Client): Promise<void> {
  const LEFT = [
    "GET /up/stream HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "GET /up/bytes/0-4000000 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "POST /up/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nhalf",
    "GET /folder/?archive=zip HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "GET /long.txt HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: br\r\n\r\n",
    "GET /.webserv/live HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "POST /php/echo.php HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nhalf",
  ];
  const connection = await connect(client);
  await connection.send(toBytes(LEFT[Math.floor(Math.random() * LEFT.length)]!));
  await connection.connection.read(new Uint8Array(1 + Math.floor(Math.random() * 20_000)));
  hangUp(client);
  client.tally.answered(0);
}
