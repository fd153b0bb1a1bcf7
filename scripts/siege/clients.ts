/**
 * The clients of a siege, each kind a function for one round. What a client must get is compared byte for byte; whatever
 * else comes is thrown.
 *
 * @module
 */
import {
  anyBytes,
  ask,
  type Client,
  connect,
  expect,
  hangUp,
  isBusy,
  isEnded,
  isSame,
  NoAnswer,
  type Round,
} from "./client.ts";
import { pause } from "./pace.ts";
import { LARGE, MANY, PATTERN, SMALL } from "./site.ts";

/** Every kind, with how many there are of it. */
export const KINDS = {
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
} satisfies Readonly<Record<string, { readonly clients: number; readonly round: Round }>>;

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
      if (i === 0) throw new NoAnswer("the first of a pipeline");
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
