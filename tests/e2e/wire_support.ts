/**
 * What the end-to-end tests of the wire have in common: a refusal and the fate of its connection, downloads that are
 * too large to be collected, and looks at the server's process.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { assert, assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { compareWithExplain } from "../support/explained.ts";
import { protocolOfTest } from "../support/protocols.ts";
import { type ServerOptions, startServer, type TestServer } from "../support/server.ts";
import { exchange, toBytes, toText, WireClient, type WireResponse } from "../support/wire.ts";

/** A file that every server of these tests has. */
export const OK_FILE = { "ok.txt": "fine" };

/** One server for all tests of a file, ended after the last of them. */
export async function sharedServer(options: ServerOptions): Promise<TestServer> {
  const server = await startServer(options);
  Deno.test.afterAll(async () => await server[Symbol.asyncDispose]());
  return server;
}

/** A GET with further field lines, each with its CRLF. */
export const get = (target: string, fields = ""): string =>
  `GET ${target} HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n`;

/** What a refusal must be. */
export interface Expected {
  readonly status: number;
  /** Whether another request may follow on the connection; over HTTP/2 one always may. */
  readonly fate: "closed" | "open";
  /** Fields that must be there, with these values. */
  readonly fields?: Readonly<Record<string, string>>;
  /** Of the request, where it decides about the answer's body. */
  readonly method?: string;
}

/** Sends a request that is refused, and checks the answer, the connection's fate, and that the server lives on. */
export async function assertRefused(
  server: TestServer,
  data: string | Uint8Array,
  expected: Expected,
): Promise<WireResponse> {
  using client = await WireClient.connect(server.port);
  await client.send(data);
  const answer = await assertAnswer(server, client, expected);
  if (typeof data === "string") await compareWithExplain(server.port, data, answer);
  return answer;
}

/** Checks the next answer of a client, as assertRefused() does. */
export async function assertAnswer(
  server: TestServer,
  client: WireClient,
  { status, fate, fields = {}, method = "GET" }: Expected,
): Promise<WireResponse> {
  const response = await client.response(method);
  assert(response, "there was no answer");
  assertEquals(response.status, status);
  for (const [name, value] of Object.entries(fields)) assertEquals(response.field(name), value);
  assert(response.field("date"), "no Date");
  assert(response.field("server"), "no Server");
  assertShowsNoPath(server, response);
  if (fate === "closed" && protocolOfTest() === "HTTP/1.1") {
    assertEquals(response.field("connection"), "close");
    assert(await client.isClosed(), "the connection was not closed");
  } else {
    assertEquals(response.field("connection"), undefined);
    await client.get("/ok.txt");
    assertEquals((await client.response())?.text, "fine", "the connection is of no more use");
  }
  await assertAnswers(server);
  return response;
}

/** An error tells nothing of where things are on disk, nor the system's words. */
export function assertShowsNoPath(server: TestServer, response: WireResponse): void {
  const all = response.fields.map((field) => field.join(": ")).join("\n") + response.text;
  assert(!all.includes(server.folder), "the answer shows the server's folder");
  if (response.status >= 400) assertNotMatch(all, /\/(?:tmp|home|usr|etc|work)\/|os error|ENOENT|\.ts:\d/);
}

/** The server answers on a new connection. */
export async function assertAnswers(server: TestServer): Promise<void> {
  const response = await exchange(server.port, get("/ok.txt"));
  assertEquals(response?.status, 200, "the server does not answer any more");
}

/** An answer whose content is read piece by piece. */
export class Download implements Disposable {
  /** Status line and fields. */
  head = "";
  /** Announced bytes of content. */
  length = 0;
  /** Bytes of content so far. */
  received = 0;
  #first: Uint8Array = new Uint8Array();
  readonly #buffer = new Uint8Array(256 * 1024);

  private constructor(readonly connection: Deno.TcpConn) {}

  /** Sends a request and reads the head of the answer. */
  static async start(port: number, request: string): Promise<Download> {
    const download = new Download(await Deno.connect({ hostname: "127.0.0.1", port }));
    await download.connection.write(toBytes(request));
    await download.#readHead();
    return download;
  }

  /** The next piece, valid until the next call; null at the end of the content or of the connection. */
  async read(): Promise<Uint8Array | null> {
    let bytes = this.#first;
    if (bytes.length > 0) this.#first = new Uint8Array();
    else {
      if (this.received >= this.length) return null;
      let count: number | null;
      try {
        count = await this.connection.read(this.#buffer);
      } catch {
        // A reset: what came before it is what counts.
        count = null;
      }
      if (count === null) return null;
      bytes = this.#buffer.subarray(0, count);
    }
    this.received += bytes.length;
    return bytes;
  }

  /** Reads to the end; the SHA-256 of all that came, in hexadecimal. */
  async digest(onPiece: (received: number) => void = () => {}): Promise<string> {
    const hash = createHash("sha256");
    for (let bytes; (bytes = await this.read()) !== null;) {
      hash.update(bytes);
      onPiece(this.received);
    }
    return hash.digest("hex");
  }

  /** Reads to the end and forgets. */
  async drop(): Promise<void> {
    while (await this.read() !== null);
  }

  /** True if another request on the connection is answered. */
  async canGoOn(): Promise<boolean> {
    try {
      await this.connection.write(toBytes(get("/ok.txt")));
      const count = await this.connection.read(this.#buffer);
      return count !== null && toText(this.#buffer.subarray(0, count)).startsWith("HTTP/1.1 200 ");
    } catch {
      return false;
    }
  }

  [Symbol.dispose](): void {
    this.connection.close();
  }

  async #readHead(): Promise<void> {
    const small = new Uint8Array(4096);
    let text = "";
    while (!text.includes("\r\n\r\n")) {
      const count = await this.connection.read(small);
      assert(count !== null, `the connection ended in the head: ${text}`);
      text += toText(small.subarray(0, count));
    }
    const end = text.indexOf("\r\n\r\n") + 4;
    this.head = text.slice(0, end);
    this.#first = toBytes(text.slice(end));
    assertMatch(this.head, /^HTTP\/1\.1 20[06] /);
    this.length = Number(/^Content-Length: (\d+)\r$/m.exec(this.head)?.[1]);
  }
}

export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Only Linux shows a process under /proc. */
export const HAS_PROC = Deno.build.os === "linux";

/** How many descriptors a process has open. */
export const openDescriptors = (pid: number): number => [...Deno.readDirSync(`/proc/${pid}/fd`)].length;

/** Resident memory of a process in bytes. */
export function residentMemory(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

/** True if connections to a port are refused. */
export async function isRefused(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return false;
  } catch {
    return true;
  }
}

/** Makes a sparse file of a size with a mark at each of the places. */
export function makeLargeFile(path: string, size: number, marks: readonly number[] = []): void {
  using file = Deno.openSync(path, { write: true, create: true });
  file.truncateSync(size);
  for (const at of marks) {
    file.seekSync(at, Deno.SeekMode.Start);
    file.writeSync(toBytes(`mark at ${at};`));
  }
}
