/**
 * A server that writes down what arrives, takes it apart strictly and by itself, and says in its answer what that was. So
 * a test sees what a request has become on its way, how often it came, and whether every client got its own answer.
 *
 * @module
 */
import { toBytes, toText } from "./latin1.ts";

/** One request, as it arrived. */
export interface Arrival {
  readonly method: string;
  readonly target: string;
  /** In order, as they came. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** Decoded. */
  readonly body: string;
}

/** What it listens on, and what has come. */
export class RecordingUpstream implements AsyncDisposable {
  readonly port: number;
  readonly arrivals: Arrival[] = [];
  /** What broke the grammar, or broke off: never what is to reach a server of somebody else. */
  readonly malformed: string[] = [];
  readonly brokenOff: string[] = [];
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #connections = new Set<Deno.TcpConn>();
  readonly #ended: Promise<void>;

  constructor() {
    this.port = this.#listener.addr.port;
    this.#ended = this.#accept();
  }

  /** What arrived whole below a path, as `METHOD TARGET BODY`, without a blank at its end. */
  below(path: string): string[] {
    return this.arrivals.filter(({ target }) => target.startsWith(path)).map(textOf);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#connections) close(connection);
    await this.#ended;
  }

  async #accept(): Promise<void> {
    const serving: Promise<void>[] = [];
    try {
      for await (const connection of this.#listener) {
        connection.setNoDelay(true);
        this.#connections.add(connection);
        serving.push(this.#serve(connection));
      }
    } catch {
      // The listener was closed.
    }
    await Promise.all(serving);
  }

  async #serve(connection: Deno.TcpConn): Promise<void> {
    const input = new RequestInput(connection);
    try {
      while (true) {
        const arrival = await readRequest(input);
        if (arrival === undefined) break;
        this.arrivals.push(arrival);
        await writeAll(connection, answerTo(arrival));
      }
      if (input.rest !== "") this.brokenOff.push(input.rest);
    } catch (error) {
      // What was cut by our own end is nobody's fault.
      if (error instanceof Malformed) this.malformed.push(error.message);
    } finally {
      this.#connections.delete(connection);
      close(connection);
    }
  }
}

/** An arrival in one line. */
export function textOf({ method, target, body }: Arrival): string {
  return `${method} ${target} ${body}`.trimEnd();
}

/** The values of a field. */
export function valuesOf({ fields }: Arrival, name: string): string[] {
  return fields.filter(([other]) => other.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
}

function answerTo(arrival: Arrival): string {
  const text = textOf(arrival);
  const body = arrival.method === "HEAD" ? "" : text;
  return `HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\nX-Arrived: ${arrival.target}\r\n\r\n${body}`;
}

/** What arrived breaks the grammar. */
export class Malformed extends Error {}

const REQUEST_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([\x21-\x7e]+) HTTP\/1\.1$/;
const FIELD_LINE =
  /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?|)[ \t]*$/;

/**
 * The next request; undefined at the end.
 *
 * @param skipsBody by its head: its content is left unread
 * @throws {Malformed}
 */
export async function readRequest(
  input: RequestInput,
  skipsBody: (head: Pick<Arrival, "target">) => boolean = () => false,
): Promise<Arrival | undefined> {
  const head = await input.until("\r\n\r\n");
  if (head === undefined) return undefined;
  const [line, ...lines] = head.split("\r\n");
  const [, method, target] = REQUEST_LINE.exec(line!) ?? [];
  if (method === undefined) throw new Malformed(head);
  const fields = lines.map((text) => {
    const [, name, value] = FIELD_LINE.exec(text) ?? [];
    if (name === undefined) throw new Malformed(head);
    return [name, value!] as const;
  });
  const all = (name: string) =>
    fields.filter(([other]) => other.toLowerCase() === name).map(([, value]) => value);
  const lengths = all("content-length"), codings = all("transfer-encoding");
  if (lengths.length + codings.length > 1 || all("host").length !== 1) throw new Malformed(head);
  let body: string | undefined = "";
  if (skipsBody({ target: target! })) return { method, target: target!, fields, body };
  if (codings.length > 0) {
    if (codings[0] !== "chunked") throw new Malformed(head);
    body = await readChunks(input);
  } else if (lengths.length > 0) {
    if (!/^[0-9]{1,10}$/.test(lengths[0]!)) throw new Malformed(head);
    body = await input.take(Number(lengths[0]));
  }
  if (body === undefined) {
    input.rest = head + input.rest;
    return undefined;
  }
  return { method, target: target!, fields, body };
}

async function readChunks(input: RequestInput): Promise<string | undefined> {
  let body = "";
  while (true) {
    const line = await input.until("\r\n");
    if (line === undefined) return undefined;
    if (!/^[0-9A-Fa-f]{1,8}$/.test(line)) throw new Malformed(`the chunk ${line}`);
    const piece = await input.take(parseInt(line, 16));
    const end = await input.take(2);
    if (piece === undefined || end === undefined) return undefined;
    if (end !== "\r\n") throw new Malformed(`the chunk ${piece}${end}`);
    if (piece === "") return body;
    body += piece;
  }
}

/** Text, a character a byte, as it comes. */
export class RequestInput {
  rest = "";
  readonly #buffer = new Uint8Array(64 * 1024);

  constructor(readonly connection: Deno.TcpConn) {}

  /** What stands before a mark, which is taken, too; undefined if the input ends before it. */
  async until(mark: string): Promise<string | undefined> {
    let at = this.rest.indexOf(mark);
    for (; at < 0; at = this.rest.indexOf(mark)) if (!(await this.#more())) return undefined;
    const text = this.rest.slice(0, at);
    this.rest = this.rest.slice(at + mark.length);
    return text;
  }

  async take(length: number): Promise<string | undefined> {
    while (this.rest.length < length) if (!(await this.#more())) return undefined;
    const text = this.rest.slice(0, length);
    this.rest = this.rest.slice(length);
    return text;
  }

  async #more(): Promise<boolean> {
    const count = await this.connection.read(this.#buffer).catch(() => null);
    if (count === null) return false;
    this.rest += toText(this.#buffer.subarray(0, count));
    return true;
  }
}

/** Writes all of a text. @throws where the other side has left */
export async function writeAll(connection: Deno.TcpConn, text: string): Promise<void> {
  let bytes = toBytes(text);
  while (bytes.length > 0) bytes = bytes.subarray(await connection.write(bytes));
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // It is closed already.
  }
}
