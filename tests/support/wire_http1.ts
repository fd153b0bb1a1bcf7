/**
 * Speaks HTTP/1.1 to a server byte for byte, so that tests see what really goes over the wire.
 *
 * @module
 */
import { joined, toBytes, toText } from "./latin1.ts";
import { CLOSING, type WireClient, type WireResponse } from "./wire.ts";

/** Where the bytes are first found; -1 if nowhere. */
function indexOf(bytes: Uint8Array, wanted: Uint8Array): number {
  for (let at = bytes.indexOf(wanted[0]!); at >= 0; at = bytes.indexOf(wanted[0]!, at + 1)) {
    if (wanted.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return -1;
}

/** One connection that speaks HTTP/1.1. */
export class Http1Client implements WireClient {
  #received: Uint8Array = new Uint8Array();
  #ended = false;

  private constructor(readonly connection: Deno.TcpConn) {}

  static async connect(port: number, hostname = "127.0.0.1"): Promise<Http1Client> {
    return new Http1Client(await Deno.connect({ hostname, port }));
  }

  /** Speaks on a connection that is there, over TLS for example. */
  static on(connection: Deno.Conn): Http1Client {
    return new Http1Client(connection as Deno.TcpConn);
  }

  async send(data: string | Uint8Array): Promise<void> {
    let bytes = typeof data === "string" ? toBytes(data) : data;
    while (bytes.length > 0) bytes = bytes.subarray(await this.connection.write(bytes));
  }

  get(target: string, fields = ""): Promise<void> {
    return this.send(`GET ${target} HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n`);
  }

  closeWrite(): Promise<void> {
    return this.connection.closeWrite();
  }

  async response(method = "GET"): Promise<WireResponse | undefined> {
    const headEnd = await this.#until("\r\n\r\n");
    if (headEnd === undefined) {
      if (this.#received.length > 0) throw new Error(`half an answer: ${toText(this.#received)}`);
      return undefined;
    }
    const [line, ...rest] = toText(this.#take(headEnd)).slice(0, -4).split("\r\n");
    const [, version, status, reason] = /^(\S+) (\d{3}) (.*)$/.exec(line!) ?? [];
    if (status === undefined) throw new Error(`no status line: ${line}`);
    const fields = rest.map((text) => {
      const colon = text.indexOf(":");
      return [text.slice(0, colon), text.slice(colon + 1).trim()] as const;
    });
    const field = (name: string) => fields.find(([n]) => n.toLowerCase() === name.toLowerCase())?.[1];
    const body = await this.#body(method, Number(status), field);
    return {
      version: version!,
      status: Number(status),
      reason: reason!,
      fields,
      field,
      body,
      get text() {
        // Large content is compared as bytes, and its text is dear.
        return toText(body);
      },
    };
  }

  async rest(): Promise<Uint8Array> {
    while (await this.#receive());
    return this.#take(this.#received.length);
  }

  async isClosed(): Promise<boolean> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<"late">((resolve) => timer = setTimeout(() => resolve("late"), CLOSING));
    const read = (async () => {
      const buffer = new Uint8Array(16);
      try {
        return await this.connection.read(buffer) === null ? "closed" : "bytes";
      } catch {
        return "closed";
      }
    })();
    const result = await Promise.race([read, late]);
    clearTimeout(timer);
    if (result === "late") {
      this[Symbol.dispose]();
      await read;
    }
    return result === "closed";
  }

  [Symbol.dispose](): void {
    try {
      this.connection.close();
    } catch {
      // It is closed already.
    }
  }

  async #body(
    method: string,
    status: number,
    field: (name: string) => string | undefined,
  ): Promise<Uint8Array> {
    if (method === "HEAD" || status < 200 || status === 204 || status === 304) return new Uint8Array();
    if (field("transfer-encoding") === "chunked") return await this.#chunks();
    const length = field("content-length");
    if (length === undefined) return await this.rest();
    while (this.#received.length < Number(length)) {
      if (!(await this.#receive())) {
        throw new Error(`the body ended after ${this.#received.length} of ${length} bytes`);
      }
    }
    return this.#take(Number(length));
  }

  async #chunks(): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    for (;;) {
      const lineEnd = await this.#until("\r\n");
      if (lineEnd === undefined) throw new Error("the body ended before its last chunk");
      const size = parseInt(toText(this.#take(lineEnd)), 16);
      while (this.#received.length < size + 2) {
        if (!(await this.#receive())) throw new Error("the body ended within a chunk");
      }
      if (size > 0) pieces.push(this.#take(size));
      this.#take(2);
      if (size === 0) return joined(pieces);
    }
  }

  /** The length up to and with the next occurrence of a mark. */
  async #until(mark: string): Promise<number | undefined> {
    const bytes = toBytes(mark);
    for (;;) {
      const index = indexOf(this.#received, bytes);
      if (index >= 0) return index + mark.length;
      if (!(await this.#receive())) return undefined;
    }
  }

  #take(length: number): Uint8Array {
    const taken = this.#received.subarray(0, length);
    this.#received = this.#received.subarray(length);
    return taken;
  }

  async #receive(): Promise<boolean> {
    if (this.#ended) return false;
    const buffer = new Uint8Array(65536);
    let count: number | null;
    try {
      count = await this.connection.read(buffer);
    } catch {
      // A reset is an end too; what a test wants to know is what came before it.
      count = null;
    }
    if (count === null) this.#ended = true;
    else this.#received = joined([this.#received, buffer.subarray(0, count)]);
    return count !== null;
  }
}
