/**
 * The clients of a siege, each kind a function for one round. What a client must get is compared byte for byte; whatever
 * else comes is thrown.
 *
 * @module
 */
import { WireClient, type WireResponse } from "../../tests/support/wire.ts";
import { LARGE, MANY, PATTERN, SMALL } from "./site.ts";
import type { Tally } from "./tally.ts";

/** One client, which keeps its connection from one round to the next if it can. */
export interface Client {
  readonly port: number;
  readonly tally: Tally;
  connection: WireClient | undefined;
  /** When it was opened, by performance.now(). */
  opened: number;
  /** When the configuration was last loaded again, by performance.now(). */
  readonly lastReload: () => number;
}

/** One round of a kind of client. @throws {Error} where something is not as it must be */
export type Round = (client: Client) => Promise<void>;

/** Every kind, with how many there are of it. */
export const KINDS: Readonly<Record<string, { readonly clients: number; readonly round: Round }>> = {
  files: { clients: 6, round: files },
  pipelines: { clients: 3, round: pipelines },
  ranges: { clients: 3, round: ranges },
  listings: { clients: 2, round: listings },
  programs: { clients: 3, round: programs },
  stores: { clients: 4, round: stores },
  forms: { clients: 2, round: forms },
  leavers: { clients: 4, round: leavers },
  "bad requests": { clients: 2, round: badRequests },
  drips: { clients: 20, round: drips },
  idlers: { clients: 100, round: idlers },
};

async function files(client: Client): Promise<void> {
  const whole = await ask(client, "GET", "/small.txt");
  expect(whole.status === 200 && whole.text === SMALL, `GET: ${whole.status}, ${whole.text.length} bytes`);
  const tag = whole.field("etag")!;
  const same = await ask(client, "GET", "/small.txt", { "If-None-Match": tag });
  expect(same.status === 304, `If-None-Match: ${same.status}`);
  const head = await ask(client, "HEAD", "/small.txt");
  expect(head.field("content-length") === String(SMALL.length), `HEAD: ${head.status}`);
  const missing = await ask(client, "GET", "/missing.txt");
  expect(missing.status === 404, `missing: ${missing.status}`);
}

async function pipelines(client: Client): Promise<void> {
  const DEPTH = 16;
  const connection = await connect(client);
  const start = performance.now();
  let requests = "";
  for (let i = 0; i < DEPTH; i++) {
    // A server may end a connection between two requests, and then those behind are not answered: but never one twice.
    requests += `GET /cgi/hello.sh?${i} HTTP/1.1\r\nHost: localhost\r\n${
      i === DEPTH - 1 ? "Connection: close\r\n" : ""
    }\r\n`
      .replace("/cgi/hello.sh", i % 8 === 0 ? "/cgi/hello.sh" : "/small.txt");
  }
  await connection.send(requests);
  for (let i = 0; i < DEPTH; i++) {
    const answer = await connection.response();
    if (answer === undefined) {
      if (i === 0) throw new NoAnswer();
      client.tally.repeated += DEPTH - i;
      return;
    }
    const right = i % 8 === 0 ? `hello ${i}` : SMALL;
    if (isBusy(answer, client.tally)) continue;
    expect(answer.text === right, `pipeline: answer ${i} is ${answer.status}, ${answer.text.length} bytes`);
    client.tally.answered(performance.now() - start);
  }
}

async function ranges(client: Client): Promise<void> {
  const first = Math.floor(Math.random() * (LARGE - 100_000)),
    length = 1 + Math.floor(Math.random() * 99_999);
  const answer = await ask(client, "GET", "/large.bin", { Range: `bytes=${first}-${first + length - 1}` });
  expect(
    answer.status === 206 && answer.body.length === length,
    `range: ${answer.status}, ${answer.body.length} bytes`,
  );
  expect(isSame(answer.body, PATTERN.subarray(first, first + length)), "range: other content");
}

async function listings(client: Client): Promise<void> {
  const answer = await ask(client, "GET", "/many/", { Accept: "application/json" });
  const names: unknown[] = answer.status === 200 ? JSON.parse(answer.text) : [];
  expect(names.length === MANY, `listing: ${answer.status}, ${names.length} names`);
}

async function programs(client: Client): Promise<void> {
  const body = anyBytes(200_000);
  const answer = await ask(client, "POST", "/cgi/echo.sh", {}, body);
  if (isBusy(answer, client.tally)) return;
  expect(
    answer.status === 200 && isSame(answer.body, body),
    `program: ${answer.status}, ${answer.body.length} bytes`,
  );
}

let names = 0;

async function stores(client: Client): Promise<void> {
  const target = `/store/${++names}.bin`, body = anyBytes(300_000);
  const stored = await ask(client, "PUT", target, {}, body);
  expect(stored.status === 201, `PUT: ${stored.status}`);
  const read = await ask(client, "GET", target);
  expect(read.status === 200 && isSame(read.body, body), `stored: ${read.status}, ${read.body.length} bytes`);
  const replaced = await ask(client, "PUT", target, { "If-Match": read.field("etag")! }, "short");
  expect(replaced.status === 204, `PUT with If-Match: ${replaced.status}`);
  const late = await ask(client, "PUT", target, { "If-Match": read.field("etag")! }, "late");
  expect(late.status === 412, `PUT with an old If-Match: ${late.status}`);
  const removed = await ask(client, "DELETE", target);
  expect(removed.status === 204, `DELETE: ${removed.status}`);
}

async function forms(client: Client): Promise<void> {
  const name = `form-${++names}.txt`, content = "x".repeat(1 + Math.floor(Math.random() * 50_000));
  const body =
    `--b\r\nContent-Disposition: form-data; name="f"; filename="${name}"\r\n\r\n${content}\r\n--b--\r\n`;
  const stored = await ask(
    client,
    "POST",
    "/store/",
    { "Content-Type": "multipart/form-data; boundary=b" },
    body,
  );
  expect(stored.status === 201, `POST: ${stored.status}`);
  const read = await ask(client, "GET", `/store/${name}`);
  expect(read.text === content, `posted: ${read.status}, ${read.text.length} bytes`);
  expect((await ask(client, "DELETE", `/store/${name}`)).status === 204, "DELETE of a posted file");
}

/** Begins something and leaves in the middle of it. */
async function leavers(client: Client): Promise<void> {
  const LEFT = [
    "GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "GET /cgi/slow.sh HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "PUT /store/left.bin HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nhalf",
    "POST /cgi/echo.sh HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
    "GET /small.txt HT",
  ];
  const connection = await connect(client);
  await connection.send(LEFT[Math.floor(Math.random() * LEFT.length)]!);
  await pause(Math.random() * 200);
  hangUp(client);
  client.tally.answered(0);
}

async function badRequests(client: Client): Promise<void> {
  const BAD: readonly (readonly [data: string, status: number])[] = [
    ["GET / HTTP/1.1\r\n\r\n", 400],
    ["GET /\u0001 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400],
    ["GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400],
    [`GET /${"a".repeat(9000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`, 414],
    [`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"a".repeat(40_000)}\r\n\r\n`, 431],
    ["GET / HTTP/1.1\r\nHost: rebound.test\r\nConnection: close\r\n\r\n", 421],
    ["BREW / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 501],
    ["PUT /store/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\nConnection: close\r\n\r\n", 413],
  ];
  const [data, status] = BAD[Math.floor(Math.random() * BAD.length)]!;
  const connection = await connect(client);
  const start = performance.now();
  await connection.send(data);
  const answer = await connection.response();
  expect(answer?.status === status, `bad request: ${answer?.status} instead of ${status}`);
  expect(await connection.isClosed(), `bad request: ${status} does not end the connection`);
  client.tally.answered(performance.now() - start);
}

/** A head that comes in small pieces, and yet in time. */
async function drips(client: Client): Promise<void> {
  const connection = await connect(client);
  for (
    const piece of [
      "GE",
      "T /small.t",
      "xt HTTP/1",
      ".1\r\nHos",
      "t: localhost\r",
      "\nConnection: close\r\n\r",
      "\n",
    ]
  ) {
    await connection.send(piece);
    await pause(300);
  }
  const start = performance.now();
  const answer = await connection.response();
  expect(answer?.text === SMALL, `dripped: ${answer?.status}`);
  client.tally.answered(performance.now() - start);
}

/** Connections that say nothing for a while, and then ask once. */
async function idlers(client: Client): Promise<void> {
  const connection = await connect(client);
  await pause(1000 + Math.random() * 3000);
  const start = performance.now();
  const answer = await connection.get("/small.txt", "Connection: close\r\n").then(
    () => connection.response(),
    (error) => isEnded(error) ? undefined : Promise.reject(error),
  );
  if (answer === undefined) {
    // Workers that are replaced end connections that have asked for nothing.
    client.tally.repeated++;
    return;
  }
  expect(answer.text === SMALL, `idle: ${answer.status}`);
  client.tally.answered(performance.now() - start);
}

/** One request on the client's connection, on a new one where the server has ended it meanwhile. */
async function ask(
  client: Client,
  method: string,
  target: string,
  fields: Readonly<Record<string, string>> = {},
  body?: string | Uint8Array,
): Promise<WireResponse> {
  const length = body === undefined ? "" : `Content-Length: ${body.length}\r\n`;
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const head = `${method} ${target} HTTP/1.1\r\nHost: localhost\r\n${lines}${length}\r\n`;
  for (;;) {
    const isNew = client.connection === undefined;
    const connection = client.connection ?? await connect(client);
    const start = performance.now();
    try {
      await connection.send(head);
      if (body !== undefined) await connection.send(body);
    } catch (error) {
      // What is answered before it was read whole may be answered all the same.
      if (!(error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionReset)) {
        throw error;
      }
    }
    const answer = await connection.response(method);
    if (answer !== undefined) {
      client.tally.answered(performance.now() - start);
      if (answer.field("connection") === "close") hangUp(client);
      return answer;
    }
    hangUp(client);
    if (isNew) throw new NoAnswer();
    client.tally.repeated++;
  }
}

/** A new connection ended without an answer. */
class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

/** Runs one round, and counts what goes wrong. Never rejects, and never takes much longer than DEADLINE. */
export async function run(client: Client, round: Round): Promise<void> {
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    // Whoever waits on it gets an end instead of an answer.
    hangUp(client);
  }, DEADLINE);
  try {
    await round(client);
  } catch (error) {
    // What the system has queued for a worker that closes its listener just now is reset (ARCHITECTURE, "Threads").
    const isReset = isEnded(error) || error instanceof NoAnswer;
    if (isReset && Math.abs(client.lastReload() - client.opened) < HANDOVER) {
      client.tally.reset++;
      return hangUp(client);
    }
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    client.tally.failed(isLate ? `not done within ${DEADLINE} ms (${why})` : why);
    hangUp(client);
  } finally {
    clearTimeout(timer);
  }
}

/** How long workers may take to be replaced, in milliseconds. */
const HANDOVER = 2000;

/** For a whole round, in milliseconds. */
const DEADLINE = 20_000;

/** Ends a client's connection; the next round opens another. */
export function hangUp(client: Client): void {
  client.connection?.[Symbol.dispose]();
  client.connection = undefined;
}

/** A new connection in place of the client's. */
async function connect(client: Client): Promise<WireClient> {
  hangUp(client);
  client.opened = performance.now();
  return client.connection = await WireClient.connect(client.port);
}

function isEnded(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionReset;
}

function expect(isRight: boolean, what: string): void {
  if (!isRight) throw new Error(what);
}

function isBusy(answer: WireResponse, tally: Tally): boolean {
  if (answer.status !== 503 || answer.field("retry-after") === undefined) return false;
  tally.busy++;
  return true;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function anyBytes(most: number): Uint8Array {
  const start = Math.floor(Math.random() * (LARGE - most));
  return PATTERN.subarray(start, start + 1 + Math.floor(Math.random() * most));
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
