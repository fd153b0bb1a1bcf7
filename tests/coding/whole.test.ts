import { assert, assertEquals, assertRejects } from "@std/assert";
import { BytesSource } from "../../lib/http/bytes_source.ts";
import { codeWhole } from "../../lib/coding/whole.ts";
import { BodyError } from "../../lib/http/errors.ts";
import type { BodySource } from "../../lib/http/message.ts";
import { Turns } from "../../lib/http/turns.ts";
import { clock } from "../../lib/runtime/clock.ts";
import { SystemCompression } from "../../lib/runtime/compression.ts";
import { decoded } from "../support/coded.ts";

const compression = new SystemCompression();
const CODINGS = [...await compression.load()];

/** Bytes, and then what goes wrong; counts how often it is closed. */
class Source extends BytesSource {
  closed = 0;

  constructor(bytes: Uint8Array, readonly error?: Error) {
    super(bytes);
  }

  override async read(buffer: Uint8Array): Promise<number | null> {
    const count = await super.read(buffer);
    if (count === null && this.error) throw this.error;
    return count;
  }

  override close(): void {
    this.closed++;
  }
}

/** Half of it gets no smaller. */
function content(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let start = 0; start < size / 2; start += 65536) {
    crypto.getRandomValues(bytes.subarray(start, Math.min(start + 65536, size / 2)));
  }
  return bytes;
}

Deno.test("codeWhole() gives all of a source coded, in no more memory than it takes, and closes it", async () => {
  for (const coding of CODINGS) {
    for (const size of [0, 1, 256, 32 * 1024, 64 * 1024, 500_001, 1024 * 1024]) {
      const bytes = content(size), source = new Source(bytes);
      const coded = await codeWhole(source, () => compression.encoder(coding), new Turns(clock));
      assertEquals(decoded(coded, coding).length, size, `${size} as ${coding}`);
      assert(decoded(coded, coding).every((byte, index) => byte === bytes[index]), `${size} as ${coding}`);
      assertEquals([coded.buffer.byteLength, source.closed], [coded.length, 1]);
    }
  }
});

Deno.test("codeWhole() hands on what goes wrong, closes its source and its encoder, and makes room for others", async () => {
  const turns = new Turns(clock),
    failing = () => {
      const source = new Source(content(100_000), new BodyError("cut"));
      return Object.assign(source, { length: 200_000 });
    };
  let made = 0, closed = 0;
  const createEncoder = () => {
    const encoder = compression.encoder("gzip"), close = encoder.close.bind(encoder);
    made++;
    return Object.assign(encoder, { close: () => (closed++, close()) });
  };
  for (let i = 0; i < 20; i++) {
    const source: Source & BodySource = failing();
    await assertRejects(() => codeWhole(source, createEncoder, turns), BodyError);
    assertEquals(source.closed, 1);
  }
  assertEquals([made, closed], [20, 20]);
  assertEquals((await codeWhole(new BytesSource(content(9)), createEncoder, turns)).length > 0, true);
});
