/**
 * Connections that are held open and ask for nothing more: how many there are goes to standard output once all are there,
 * and how many of them the server has closed meanwhile once standard input ends. Arguments: how, the port, how many, and
 * a file with the certificate.
 *
 * @module
 */
import type { IdleKind } from "../idle.ts";

/** Handshakes, or first requests, at one time. */
const AT_A_TIME = 32;

const HOSTNAME = "127.0.0.1";
const [kind, port, count, certificate] = Deno.args as [IdleKind, string, string, string];
const encoder = new TextEncoder(), decoder = new TextDecoder("latin1");

const HTTP1 = encoder.encode(`GET /1k.html HTTP/1.1\r\nHost: ${HOSTNAME}:${port}\r\n\r\n`);

/** HTTP/2's preface, no settings, and one request (RFC 9113, RFC 7541) in literals that go into no table. */
function http2Request(): Uint8Array {
  const text = (value: string) => [value.length, ...encoder.encode(value)];
  // :method: GET, :scheme: https, :path, :authority.
  const block = [0x82, 0x87, 0x04, ...text("/1k.html"), 0x01, ...text(`${HOSTNAME}:${port}`)];
  const settings = [0, 0, 0, 4, 0, 0, 0, 0, 0], headers = [0, 0, block.length, 1, 5, 0, 0, 0, 1];
  const preface = encoder.encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  return new Uint8Array([...preface, ...settings, ...headers, ...block]);
}

const SETTINGS_ACK = new Uint8Array([0, 0, 0, 4, 1, 0, 0, 0, 0]);

/** Whether what has come has the whole answer at its end. */
function isAnswered(received: Uint8Array): boolean {
  if (kind !== "h2") {
    const end = decoder.decode(received).indexOf("\r\n\r\n");
    return end >= 0 && received.length >= end + 4 + 1024;
  }
  const view = new DataView(received.buffer, received.byteOffset, received.length);
  for (let at = 0; at + 9 <= received.length;) {
    const length = view.getUint32(at) >>> 8, type = received[at + 3], flags = received[at + 4]!;
    const isLast = (type === 0 || type === 1) && (flags & 1) === 1;
    if (isLast && at + 9 + length <= received.length) return true;
    at += 9 + length;
  }
  return false;
}

function open(): Promise<Deno.Conn> {
  if (kind === "silent" || kind === "kept") return Deno.connect({ hostname: HOSTNAME, port: Number(port) });
  const alpnProtocols = [kind === "h2" ? "h2" : "http/1.1"];
  return Deno.connectTls({ hostname: HOSTNAME, port: Number(port), caCerts, alpnProtocols });
}

async function ask(connection: Deno.Conn, request: Uint8Array): Promise<void> {
  const answer = new Uint8Array(8192);
  let length = 0;
  for (let sent = 0; sent < request.length;) sent += await connection.write(request.subarray(sent));
  while (!isAnswered(answer.subarray(0, length))) {
    const got = await connection.read(answer.subarray(length));
    if (!got) throw new Error(`a connection ended after ${length} bytes of its answer`);
    length += got;
  }
  if (kind === "h2") await connection.write(SETTINGS_ACK);
  else if (!decoder.decode(answer).startsWith("HTTP/1.1 200 ")) throw new Error("another answer than 200");
}

let lost = 0;

/** Reads on, since only that tells of an end. */
async function hold(connection: Deno.Conn): Promise<void> {
  const unwanted = new Uint8Array(64);
  try {
    while (await connection.read(unwanted) !== null);
  } catch {
    // Reset is closed, too.
  }
  lost++;
}

const caCerts = certificate === undefined ? [] : [await Deno.readTextFile(certificate)];
const request = kind === "silent" ? undefined : kind === "h2" ? http2Request() : HTTP1;
const held: Deno.Conn[] = [];

async function openSome(): Promise<void> {
  for (; begun < Number(count);) {
    begun++;
    const connection = await open();
    if (request !== undefined) await ask(connection, request);
    held.push(connection);
  }
}

let begun = 0;
await Promise.all(Array.from({ length: AT_A_TIME }, openSome));
for (const connection of held) void hold(connection);
console.log(held.length);
for await (const _ of Deno.stdin.readable);
console.log(lost);
Deno.exit(0);
