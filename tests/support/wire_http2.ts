/**
 * Takes the text of HTTP/1.1 requests apart and sends each as a stream of HTTP/2, and gives what comes as if it had
 * come over HTTP/1.1. What HTTP/2 cannot say is an error: such a test is one of HTTP/1.1 alone.
 *
 * @module
 */
import { type ClientStream, Http2Connection, isOver } from "./h2.ts";
import { encodeBlock, type HeaderLine } from "./client_hpack.ts";
import { joined, toBytes, toText } from "./latin1.ts";
import { CLOSING, type WireClient, type WireResponse } from "./wire.ts";

/** What belongs to an HTTP/1.1 connection (RFC 9113 section 8.2.2). */
const CONNECTION_FIELDS = ["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"];

/** What the bytes to come are: so much of a body, its chunks, or the next request. */
type Expected =
  | { readonly what: "head" }
  | { readonly what: "length"; readonly stream: ClientStream; left: number }
  | { readonly what: "chunks"; readonly stream: ClientStream }
  /** The rest of a chunk, its line end not counted. */
  | { readonly what: "chunk"; readonly stream: ClientStream; left: number };

/** One connection that speaks HTTP/2. */
export class Http2Client implements WireClient {
  #unsent: Uint8Array = new Uint8Array();
  #expected: Expected = { what: "head" };
  /** Requests without a last answer, in order, with how many heads of interim answers were given. */
  readonly #asked: { readonly stream: ClientStream; given: number }[] = [];

  private constructor(readonly http2: Http2Connection) {}

  static async connect(port: number, hostname = "127.0.0.1"): Promise<Http2Client> {
    return new Http2Client(await Http2Connection.connect(port, { hostname }));
  }

  /** Speaks on a connection that is there, over TLS for example. */
  static async on(connection: Deno.Conn): Promise<Http2Client> {
    return new Http2Client(await Http2Connection.on(connection));
  }

  get connection(): Deno.TcpConn {
    return this.http2.connection as Deno.TcpConn;
  }

  async send(data: string | Uint8Array): Promise<void> {
    this.#unsent = joined([this.#unsent, typeof data === "string" ? toBytes(data) : data]);
    while (await this.#sendPart());
  }

  /** What is left of a body that the server did not want is not sent any more. */
  get(target: string, fields = ""): Promise<void> {
    if (this.#expected.what !== "head" && isOver(this.#expected.stream)) this.#expected = { what: "head" };
    return this.send(`GET ${target} HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n`);
  }

  closeWrite(): Promise<void> {
    return this.connection.closeWrite();
  }

  async response(): Promise<WireResponse | undefined> {
    const asked = this.#asked[0];
    if (!asked) {
      while (await this.http2.read());
      return undefined;
    }
    const { stream } = asked;
    while (stream.heads.length <= asked.given) {
      if (stream.reset !== undefined || !(await this.http2.read())) return undefined;
    }
    const head = stream.heads[asked.given++]!;
    const status = statusOf(head);
    if (status < 200) return toResponse(status, head, new Uint8Array());
    while (!stream.isEnded) {
      if (stream.reset === undefined && await this.http2.read()) continue;
      const length = head.find(([name]) => name === "content-length")?.[1];
      throw new Error(
        length === undefined
          ? "the body ended before its last chunk"
          : `the body ended after ${stream.received} of ${length} bytes`,
      );
    }
    this.#asked.shift();
    return toResponse(status, head, joined(stream.pieces));
  }

  rest(): Promise<Uint8Array> {
    throw unsayable("everything until the end of the connection");
  }

  async isClosed(): Promise<boolean> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<"late">((resolve) => timer = setTimeout(() => resolve("late"), CLOSING));
    const end = (async () => {
      while (await this.http2.read());
      return "closed" as const;
    })();
    const result = await Promise.race([end, late]);
    clearTimeout(timer);
    if (result === "late") {
      this[Symbol.dispose]();
      await end;
    }
    return result === "closed";
  }

  [Symbol.dispose](): void {
    this.http2[Symbol.dispose]();
  }

  /** Sends what is whole of the bytes; false if nothing is. */
  async #sendPart(): Promise<boolean> {
    switch (this.#expected.what) {
      case "head":
        return await this.#sendHead();
      case "length":
        return await this.#sendContent(this.#expected);
      case "chunks":
        return await this.#beginChunk(this.#expected.stream);
      case "chunk":
        return await this.#sendChunk(this.#expected);
    }
  }

  async #sendHead(): Promise<boolean> {
    const end = toText(this.#unsent).indexOf("\r\n\r\n");
    if (end < 0) return false;
    const { lines, length, isChunked } = parseHead(toText(this.#take(end + 4)).slice(0, -4));
    const stream = await this.http2.request(lines, !isChunked && !length);
    this.#asked.push({ stream, given: 0 });
    if (isChunked) this.#expected = { what: "chunks", stream };
    else if (length) this.#expected = { what: "length", stream, left: length };
    return true;
  }

  async #sendContent(expected: Expected & { what: "length" }): Promise<boolean> {
    if (this.#unsent.length === 0) return false;
    const bytes = this.#take(Math.min(expected.left, this.#unsent.length));
    expected.left -= bytes.length;
    if (expected.left === 0) this.#expected = { what: "head" };
    await this.http2.data(expected.stream, bytes, expected.left === 0);
    return true;
  }

  async #beginChunk(stream: ClientStream): Promise<boolean> {
    const line = toText(this.#unsent.subarray(0, 1024)).indexOf("\r\n");
    if (line < 0) return false;
    const size = parseInt(toText(this.#unsent.subarray(0, line)), 16);
    if (Number.isNaN(size)) throw unsayable("a chunk without a size");
    if (size === 0) return await this.#endChunks(stream, line + 2);
    this.#take(line + 2);
    this.#expected = { what: "chunk", stream, left: size };
    return true;
  }

  async #sendChunk(expected: Expected & { what: "chunk" }): Promise<boolean> {
    if (expected.left === 0) {
      if (this.#unsent.length < 2) return false;
      if (toText(this.#take(2)) !== "\r\n") throw unsayable("a chunk that is longer than its size");
      this.#expected = { what: "chunks", stream: expected.stream };
      return true;
    }
    if (this.#unsent.length === 0) return false;
    const bytes = this.#take(Math.min(expected.left, this.#unsent.length));
    expected.left -= bytes.length;
    await this.http2.data(expected.stream, bytes, false);
    return true;
  }

  async #endChunks(stream: ClientStream, start: number): Promise<boolean> {
    const text = toText(this.#unsent);
    const hasTrailers = !text.startsWith("\r\n", start);
    const end = hasTrailers ? text.indexOf("\r\n\r\n", start) + 4 : start + 2;
    if (end < start + 2) return false;
    this.#take(end);
    this.#expected = { what: "head" };
    if (hasTrailers) {
      const lines = text.slice(start, end - 4).split("\r\n").map(parseLine);
      await this.http2.headers(stream.id, encodeBlock(lines), true);
    } else await this.http2.data(stream, new Uint8Array(), true);
    return true;
  }

  #take(length: number): Uint8Array {
    const taken = this.#unsent.subarray(0, length);
    this.#unsent = this.#unsent.subarray(length);
    return taken;
  }
}

const unsayable = (what: string) => new Error(`HTTP/2 cannot say this: ${what}`);

/** A field line, its name in lower case. */
function parseLine(line: string): HeaderLine {
  const [, name, value] = /^([^\s:]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
  if (name === undefined) throw unsayable(line);
  return [name.toLowerCase(), value!];
}

/** A head of HTTP/1.1 as the lines of HTTP/2, and how its body is framed. */
export function parseHead(head: string) {
  const [start, ...rest] = head.split("\r\n");
  const [, method, target] = /^(\S+) (\S+) HTTP\/1\.1$/.exec(start!) ?? [];
  if (method === undefined) throw unsayable(start!);
  const fields = rest.map(parseLine);
  const valueOf = (wanted: string) => fields.find(([name]) => name === wanted)?.[1];
  const hosts = fields.filter(([name]) => name === "host");
  if (hosts.length > 1) throw unsayable("two lines of Host");
  const isChunked = valueOf("transfer-encoding")?.toLowerCase() === "chunked";
  const named = (valueOf("connection") ?? "").toLowerCase().split(",").map((name) => name.trim());
  const kept = fields.filter(([name]) =>
    name !== "host" && !CONNECTION_FIELDS.includes(name) && !named.includes(name)
  );
  const lines = [...pseudoFields(method, target!, hosts[0]?.[1]), ...kept];
  return { lines, isChunked, length: Number(valueOf("content-length") ?? 0) };
}

function pseudoFields(method: string, target: string, host: string | undefined): HeaderLine[] {
  if (method === "CONNECT") return [[":method", method], [":authority", target]];
  const [, scheme = "http", authority = host, path = target] = /^(https?):\/\/([^/?]*)(.*)$/.exec(target) ??
    [];
  return [
    [":method", method],
    [":scheme", scheme],
    ...(authority === undefined ? [] : [[":authority", authority] as const]),
    [":path", path === "" ? "/" : path],
  ];
}

function statusOf(head: readonly HeaderLine[]): number {
  const [name, value] = head[0] ?? [];
  if (name !== ":status" || !/^\d{3}$/.test(value!)) throw new Error(`no status: ${JSON.stringify(head)}`);
  return Number(value);
}

function toResponse(status: number, head: readonly HeaderLine[], body: Uint8Array): WireResponse {
  const fields = head.slice(1);
  for (const [name] of fields) {
    if (name !== name.toLowerCase() || CONNECTION_FIELDS.includes(name) || name.startsWith(":")) {
      throw new Error(`HTTP/2 has no field ${name}`);
    }
  }
  return {
    version: "HTTP/2.0",
    status,
    reason: "",
    fields,
    field: (wanted) => fields.find(([name]) => name === wanted.toLowerCase())?.[1],
    body,
    get text() {
      return toText(body);
    },
  };
}
