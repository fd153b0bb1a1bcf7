/** Whole HTTP/1.x messages of programs, as they are sent over HTTP/2. */
import { assertEquals, assertRejects } from "@std/assert";
import { HttpError } from "../../../lib/http/errors.ts";
import { FieldBlock } from "../../../lib/http/fields.ts";
import type { BodySource, Response } from "../../../lib/http/message.ts";
import { responseOfMessage } from "../../../lib/server/http2/raw_message.ts";
import { toBytes, toText } from "../../support/wire.ts";
import { LIMITS } from "../fakes.ts";
import { Peer, request } from "./peer.ts";

/** A program's output, in these pieces. */
class Output implements BodySource {
  readonly length = undefined;
  readonly prompt = true;
  closed = 0;
  readonly #pieces: string[];

  constructor(pieces: readonly string[]) {
    this.#pieces = [...pieces];
  }

  read(buffer: Uint8Array): Promise<number | null> {
    const piece = this.#pieces.shift();
    if (piece === undefined) return Promise.resolve(null);
    const bytes = toBytes(piece).subarray(0, buffer.length);
    buffer.set(bytes);
    if (bytes.length < piece.length) this.#pieces.unshift(piece.slice(bytes.length));
    return Promise.resolve(bytes.length);
  }

  close(): void {
    this.closed++;
  }
}

/** A response as a line: status, length, fields and content. */
async function told({ status, fields, body }: Response): Promise<string> {
  const source = body as BodySource, buffer = new Uint8Array(3);
  let content = "";
  for (let count = await source.read(buffer); count !== null; count = await source.read(buffer)) {
    content += toText(buffer.subarray(0, count));
  }
  source.close();
  return `${status} ${source.length} ${JSON.stringify([...fields])} ${content}`;
}

const READ: Readonly<Record<string, readonly [string, string]>> = {
  "until its end": ["HTTP/1.1 200 OK\r\nX-A: b\r\n\r\nhello", '200 undefined [["X-A","b"]] hello'],
  "with a length": ["HTTP/1.0 404 No\r\nContent-Length: 5\r\n\r\nhello", "404 5 [] hello"],
  "with bare LF": ["HTTP/1.1 200\nX-A:  b \n\nhello", '200 undefined [["X-A","b"]] hello'],
  "in chunks": [
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
    "200 undefined [] hello",
  ],
  "in chunks, with a length that does not count": [
    "HTTP/1.1 200 OK\r\nContent-Length: 99\r\nTransfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\n",
    "200 undefined [] hello",
  ],
  "with fields of its connection": [
    "HTTP/1.1 200 OK\r\nConnection: close, X-Hop\r\nKeep-Alive: 5\r\nUpgrade: x\r\nX-Hop: 1\r\nX-A: b\r\n\r\n",
    '200 undefined [["X-A","b"]] ',
  ],
  "behind interim responses": [
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 201 Made\r\n\r\nx",
    "201 undefined [] x",
  ],
  "without fields or content": ["HTTP/1.1 200 OK\r\n\r\n", "200 undefined [] "],
};
for (const [what, [message, expected]] of Object.entries(READ)) {
  Deno.test(`a program's message is read ${what}, whatever way it is cut`, async () => {
    for (const pieces of [[message], [...message]]) {
      const output = new Output(pieces);
      assertEquals(await told(await responseOfMessage(output, LIMITS)), expected);
      assertEquals(output.closed, 1);
    }
  });
}

const REFUSED: Readonly<Record<string, string>> = {
  "nothing": "",
  "no status line": "Content-Type: text/plain\r\n\r\nhello",
  "another version": "HTTP/2.0 200 OK\r\n\r\n",
  "a bad status": "HTTP/1.1 099 OK\r\n\r\n",
  "no end of its head": "HTTP/1.1 200 OK\r\nX-A: b\r\n",
  "a line without a colon": "HTTP/1.1 200 OK\r\nX-A\r\n\r\n",
  "a folded line": "HTTP/1.1 200 OK\r\nX-A: b\r\n c\r\n\r\n",
  "a bad name": "HTTP/1.1 200 OK\r\nX(A): b\r\n\r\n",
  "a control character": "HTTP/1.1 200 OK\r\nX-A: b\0\r\n\r\n",
  "a bad length": "HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\nhello",
  "another coding": "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\nhello",
  "too long a head": `HTTP/1.1 200 OK\r\nX-A: ${"b".repeat(3000)}\r\n\r\n`,
};
for (const [what, message] of Object.entries(REFUSED)) {
  Deno.test(`a program's message with ${what} is 502`, async () => {
    const output = new Output([message]);
    const error = await assertRejects(() => responseOfMessage(output, LIMITS), HttpError);
    assertEquals([error.status, output.closed], [502, 1]);
  });
}

Deno.test("a program's message goes over HTTP/2 as an answer, or as 502 with a line in the error log", async () => {
  for (
    const [message, seen, errors] of [
      ["HTTP/1.1 203 Fine\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello", [
        "HEADERS 1 203",
        "DATA 1 5",
        "DATA 1 0 END",
      ], 0],
      ["hello", ["HEADERS 1 502", "DATA 1 END"], 1],
    ] as const
  ) {
    const output = new Output([message]);
    const peer = await Peer.greeted(() => ({
      status: 200,
      fields: FieldBlock.EMPTY,
      body: output,
      raw: true,
    }));
    await peer.send(request(1));
    const lines = peer.seen().map((line) => errors === 0 ? line : line.replace(/ \d+ END/, " END"));
    assertEquals([lines, output.closed > 0, peer.errors.length], [[...seen], true, errors]);
    await peer.end();
  }
});
