/**
 * A client of HTTP/2 for tests of the whole program: the one of node:http2, which is none of ours.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import http2 from "node:http2";
import { isAtLeast } from "../../lib/runtime/version.ts";

/** Before Deno 2.9 the client of the runtime loses streams that are reset, or whose connection is told to go. */
const IS_SOUND = isAtLeast(2, 9);

/** A test with this client, ignored where that is of no use, or for another reason. */
export function testHttp2(name: string, fn: () => Promise<void>, reason?: string): void {
  const why = IS_SOUND ? reason : "the runtime's client of HTTP/2 needs Deno 2.9";
  Deno.test({ name: why === undefined ? name : `${name} (ignored: ${why})`, ignore: why !== undefined, fn });
}

/** What differs from a plain GET. */
export interface Http2Ask {
  readonly method?: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** An answer, its content read. */
export interface Http2Answer {
  readonly status: number;
  readonly fields: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Uint8Array;
  readonly text: string;
}

/** One connection by prior knowledge. Disposal closes it. */
export class Http2Client implements AsyncDisposable {
  /** Codes of the GOAWAYs that came. */
  readonly goAways: number[] = [];
  readonly closed: Promise<void>;
  readonly session: http2.ClientHttp2Session;

  constructor(port: number) {
    this.session = http2.connect(`http://127.0.0.1:${port}`);
    this.session.on("goaway", (code: number) => this.goAways.push(code));
    this.session.on("error", () => {});
    this.closed = new Promise((resolve) => this.session.on("close", () => resolve()));
  }

  /** Opens a stream; its end is the caller's affair. */
  open(path: string, { method = "GET", fields = {} }: Http2Ask = {}): http2.ClientHttp2Stream {
    return this.session.request({ ":method": method, ":path": path, ...fields });
  }

  /** The answer to one request. @throws if there is none */
  ask(path: string, request: Http2Ask = {}): Promise<Http2Answer> {
    const stream = this.open(path, request);
    if (request.body === undefined) stream.end();
    else stream.end(Buffer.from(request.body as Uint8Array));
    return answerOf(stream);
  }

  /** Status and content of a GET, e.g. `200 Hello`. */
  async get(path: string): Promise<string> {
    const { status, text } = await this.ask(path);
    return `${status} ${text}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.session.destroy();
    await this.closed;
  }
}

/** What comes on a stream. @throws if it ends without an answer */
export function answerOf(stream: http2.ClientHttp2Stream): Promise<Http2Answer> {
  return new Promise((resolve, reject) => {
    let fields: Http2Answer["fields"] | undefined;
    const pieces: Uint8Array[] = [];
    stream.on("response", (head) => fields = head as unknown as Http2Answer["fields"]);
    stream.on("data", (piece: Uint8Array) => pieces.push(piece));
    stream.on("error", reject);
    stream.on("end", () => {
      if (fields === undefined) return reject(new Error("The stream ended without an answer"));
      const body = new Uint8Array(Buffer.concat(pieces));
      resolve({
        status: Number(fields[":status"]),
        fields,
        body,
        text: new TextDecoder().decode(body),
      });
    });
    stream.on("close", () => reject(new Error("The stream was closed before its end")));
  });
}
