/**
 * Memory does not grow with what goes through a program: 100 MB in, 100 MB out.
 *
 * @module
 */
import { assert, assertEquals, assertLess } from "@std/assert";
import { createHash } from "node:crypto";
import { WireClient } from "../support/wire.ts";
import { needs, PLAIN, sharedCgiServer } from "./cgi_support.ts";
import { HAS_PROC, residentMemory } from "./wire_support.ts";

const MIB = 1024 ** 2;
const SIZE = 100 * 1000 * 1000;
const PIECE = 250_000;
const ALLOWED_GROWTH = 32 * MIB;

const server = await sharedCgiServer({
  "sum.sh": `${PLAIN}sha256sum | cut -d' ' -f1 | tr -d '\\n'\n`,
  "out.sh": `printf 'Content-Type: application/octet-stream\\n\\n'\nexec head -c \${QUERY_STRING} ../data\n`,
}, { server: "client_max_body_size: 0" });

const piece = Uint8Array.from({ length: PIECE }, (_, i) => (i * 2654435761) >>> 13);
const expected = await (async () => {
  const hash = createHash("sha256");
  using file = await Deno.create(`${server.folder}/data`);
  for (let sent = 0; sent < SIZE; sent += PIECE) {
    hash.update(piece);
    await file.write(piece);
  }
  return hash.digest("hex");
})();

/** The server's memory, and the most of it since. */
class Watch {
  readonly before = residentMemory(server.pid);
  #most = 0;

  look(): void {
    this.#most = Math.max(this.#most, residentMemory(server.pid));
  }

  assertSmall(): void {
    this.look();
    const growth = this.#most - this.before;
    assertLess(growth, ALLOWED_GROWTH, `memory grew by ${Math.round(growth / MIB)} MiB`);
  }
}

/** Sends a body and gives the answer. */
async function upload(chunked: boolean, size: number, look: () => void): Promise<string | undefined> {
  using client = await WireClient.connect(server.port);
  const framing = chunked ? "Transfer-Encoding: chunked" : `Content-Length: ${size}`;
  await client.send(`POST /cgi-bin/sum.sh HTTP/1.1\r\nHost: localhost\r\n${framing}\r\n\r\n`);
  for (let sent = 0; sent < size; sent += PIECE) {
    if (chunked) await client.send(`${PIECE.toString(16)}\r\n`);
    await client.send(piece);
    if (chunked) await client.send("\r\n");
    if (sent % (16 * PIECE) === 0) look();
  }
  if (chunked) await client.send("0\r\n\r\n");
  const response = await client.response();
  look();
  return response?.text;
}

/** Reads an answer to the end of the connection; the SHA-256 of its content, and its length. */
async function download(size: number, look: () => void): Promise<readonly [string, number]> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  // HTTP/1.0 knows no chunks, which would only have to be taken apart again.
  await connection.write(new TextEncoder().encode(`GET /cgi-bin/out.sh?${size} HTTP/1.0\r\n\r\n`));
  const hash = createHash("sha256"), buffer = new Uint8Array(MIB);
  let head = "", length = 0;
  for (let count; (count = await connection.read(buffer)) !== null;) {
    let bytes = buffer.subarray(0, count);
    if (!head.includes("\r\n\r\n")) {
      head += new TextDecoder("latin1").decode(bytes);
      const end = head.indexOf("\r\n\r\n");
      if (end < 0) continue;
      bytes = bytes.subarray(bytes.length - (head.length - end - 4));
    }
    hash.update(bytes);
    length += bytes.length;
    if (length % 32 === 0) look();
  }
  return [hash.digest("hex"), length];
}

const { name: why, ignore } = needs(
  ["sha256sum"],
  HAS_PROC ? "" : " (ignored: only Linux shows memory under /proc)",
);
const isIgnored = ignore || !HAS_PROC;

for (const chunked of [false, true]) {
  Deno.test({
    name: `100 MB ${
      chunked ? "in chunks" : "of known length"
    } go into a program, memory grows by < 32 MiB${why}`,
    ignore: isIgnored,
    fn: async () => {
      // What the first large body needs once is no growth with the size.
      assert(await upload(chunked, 40 * PIECE, () => {}));
      const watch = new Watch();
      assertEquals(await upload(chunked, SIZE, () => watch.look()), expected);
      watch.assertSmall();
    },
  });
}

Deno.test({
  name: `100 MB come out of a program, memory grows by < 32 MiB${why}`,
  ignore: isIgnored,
  fn: async () => {
    await download(40 * PIECE, () => {});
    const watch = new Watch();
    assertEquals(await download(SIZE, () => watch.look()), [expected, SIZE]);
    watch.assertSmall();
  },
});
