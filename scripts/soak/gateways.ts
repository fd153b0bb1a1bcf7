/**
 * What others answer in a soak: programs that fail, PHP by FastCGI, and servers behind the server.
 *
 * @module
 */
import { toBytes } from "../../tests/support/latin1.ts";
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
  if (answer === undefined) throw new NoAnswer(target);
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
