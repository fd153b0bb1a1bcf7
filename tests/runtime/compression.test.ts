import { Buffer } from "node:buffer";
import { assert, assertEquals } from "@std/assert";
import zlib from "node:zlib";
import { SystemCompression } from "../../lib/runtime/compression.ts";
import type { ContentCoding, Encoder } from "../../lib/ports.ts";

const compression = new SystemCompression();
const codings = await compression.load();

const DECODE: Readonly<Record<ContentCoding, (bytes: Uint8Array) => Uint8Array>> = {
  gzip: zlib.gunzipSync,
  br: zlib.brotliDecompressSync,
  zstd: zlib.zstdDecompressSync,
};

/** Incompressible bytes, the same each time. */
function noise(length: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, () => (state = state * 48271 % 0x7fffffff) >> 8);
}

async function code(encoder: Encoder, content: Uint8Array): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < content.length; at += 16_384) {
    pieces.push(...await encoder.write(content.subarray(at, at + 16_384)));
  }
  pieces.push(...await encoder.end());
  encoder.close();
  return Buffer.concat(pieces);
}

Deno.test("content comes out of every coding as it went in, whatever has been said of its length", async () => {
  for (const coding of codings) {
    for (const content of [noise(0), noise(1), noise(100_000), new Uint8Array(700_000)]) {
      for (const size of [undefined, content.length, 0, 10, 2 ** 40]) {
        const coded = await code(compression.encoder(coding, size), content);
        assertEquals(DECODE[coding](coded).length, content.length, `${coding} ${content.length} ${size}`);
        assert(Buffer.from(content).equals(DECODE[coding](coded)), `${coding} ${content.length} ${size}`);
      }
    }
  }
});

Deno.test("what is said of the length is enough for brotli to find what was at the very beginning", async () => {
  const once = noise(60_000);
  const gap = new Uint8Array(380_000);
  const content = Buffer.concat([once, gap, once]);
  const coded = await code(compression.encoder("br", content.length), content);
  assert(coded.length < once.length * 1.1, String(coded.length));
});
