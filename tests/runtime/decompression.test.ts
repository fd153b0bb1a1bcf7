import { assert, assertEquals, assertRejects } from "@std/assert";
import zlib from "node:zlib";
import { BodyError } from "../../lib/http/errors.ts";
import type { ByteSource } from "../../lib/ports.ts";
import { pause } from "../support/wait.ts";
import { isAtLeast } from "../../lib/runtime/version.ts";
import { SystemDecompression } from "../../lib/runtime/decompression.ts";

const decompression = new SystemDecompression();
const encoder = new TextEncoder();
const TEXT = Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`).join("");

const CODERS: Record<string, (bytes: Uint8Array) => Uint8Array> = {
  gzip: zlib.gzipSync,
  "x-gzip": zlib.gzipSync,
  deflate: zlib.deflateSync,
  br: (bytes) => zlib.brotliCompressSync(bytes, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 2 } }),
  ...decompression.codings.has("zstd") && { zstd: (bytes: Uint8Array) => zlib.zstdCompressSync(bytes) },
};

/** Gives bytes in pieces, and counts what was taken. */
class Pieces implements ByteSource {
  taken = 0;
  closed = 0;
  readonly #bytes: Uint8Array;
  constructor(bytes: Uint8Array, readonly size = Infinity) {
    this.#bytes = bytes;
  }

  read(buffer: Uint8Array): Promise<number | null> {
    const count = Math.min(this.size, buffer.length, this.#bytes.length - this.taken);
    if (count === 0) return Promise.resolve(null);
    buffer.set(this.#bytes.subarray(this.taken, this.taken += count));
    return Promise.resolve(count);
  }

  close(): void {
    this.closed++;
  }
}

async function all(source: ByteSource, room: number): Promise<string> {
  const buffer = new Uint8Array(room), decoder = new TextDecoder();
  let text = "";
  for (let count = await source.read(buffer); count !== null; count = await source.read(buffer)) {
    text += decoder.decode(buffer.subarray(0, count), { stream: true });
  }
  source.close();
  return text;
}

Deno.test("content comes out of its coding, however it is cut", async () => {
  for (const [coding, code] of Object.entries(CODERS)) {
    const coded = new Uint8Array(code(encoder.encode(TEXT)));
    for (const [size, room] of [[Infinity, 65536], [1000, 100_000], [4097, 333]] as const) {
      const source = new Pieces(coded, size);
      assert(await all(decompression.decode(coding, source), room) === TEXT, `${coding} ${size} ${room}`);
      assertEquals(source.closed, 1);
    }
    const short = new Uint8Array(code(encoder.encode("short")));
    assertEquals(await all(decompression.decode(coding, new Pieces(short, 1)), 100), "short", coding);
    assertEquals(await all(decompression.decode(coding, new Pieces(new Uint8Array())), 100), "", coding);
  }
  const raw = new Uint8Array(zlib.deflateRawSync(encoder.encode(TEXT)));
  assert(
    await all(decompression.decode("deflate", new Pieces(raw)), 65536) === TEXT,
    "deflate without its head",
  );
});

Deno.test("what is cut short, or is in no such coding, is an error and not an end", async () => {
  for (const [coding, code] of Object.entries(CODERS)) {
    const coded = new Uint8Array(code(encoder.encode(TEXT)));
    // Of brotli and zstd the runtime does not tell.
    if (coding !== "br" && coding !== "zstd") {
      const cut = decompression.decode(coding, new Pieces(coded.subarray(0, coded.length - 10)));
      await assertRejects(() => all(cut, 65536), BodyError, undefined, coding);
      cut.close();
    }
    // Deno before 2.9 takes it for nothing.
    if (coding === "br" && !isAtLeast(2, 9)) continue;
    const wrong = decompression.decode(
      coding,
      new Pieces(encoder.encode("<p>this is no content of that kind".repeat(9))),
    );
    await assertRejects(() => all(wrong, 65536), BodyError, undefined, coding);
    wrong.close();
  }
});

Deno.test("no more is read of what grows very large than is wanted", async () => {
  for (const [coding, code] of Object.entries(CODERS)) {
    const bomb = new Uint8Array(code(new Uint8Array(32 * 1024 * 1024))), source = new Pieces(bomb, 1024);
    const decoded = decompression.decode(coding, source), buffer = new Uint8Array(4096);
    const before = Deno.memoryUsage().rss;
    for (let i = 0; i < 10; i++) await decoded.read(buffer);
    const grown = Deno.memoryUsage().rss - before;
    assert(source.taken <= 4096, `${coding}: ${source.taken} of ${bomb.length} bytes were taken`);
    assert(grown < 32 * 1024 * 1024, `${coding}: ${grown} bytes more`);
    decoded.close();
    assertEquals(source.closed, 1);
  }
  if (!isAtLeast(2, 9)) await pause(60);
});

Deno.test("what is closed before its end leaves nothing in memory, and ends nothing", async () => {
  const bomb = new Uint8Array(CODERS.br!(new Uint8Array(4 * 1024 * 1024))), buffer = new Uint8Array(1000);
  const before = Deno.memoryUsage().rss;
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 15; i++) {
      const decoded = decompression.decode("br", new Pieces(bomb));
      await decoded.read(buffer);
      decoded.close();
    }
    if (!isAtLeast(2, 9)) await pause(60);
  }
  const grown = Deno.memoryUsage().rss - before;
  assert(grown < 100 * 1024 * 1024, `${grown} bytes more`);
});

Deno.test("a read that waits ends where its source is closed, and nothing is left behind", async () => {
  const coded = new Uint8Array(zlib.gzipSync(encoder.encode(TEXT)));
  const gate = Promise.withResolvers<number | null>();
  let first = true;
  const decoded = decompression.decode("gzip", {
    read(buffer) {
      if (!first) return gate.promise;
      first = false;
      buffer.set(coded.subarray(0, 15));
      return Promise.resolve(15);
    },
    close: () => gate.resolve(null),
  });
  const reading = assertRejects(() => decoded.read(new Uint8Array(10)), Error);
  await Promise.resolve();
  decoded.close();
  await reading;
  if (!isAtLeast(2, 9)) await pause(60);
});
