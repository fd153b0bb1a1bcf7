import { assertEquals } from "@std/assert";
import { FileSource } from "../../lib/disk/file_source.ts";
import { ByterangesSource } from "../../lib/files/byteranges_source.ts";
import type { BodySource } from "../../lib/http/message.ts";
import { byterangesParts } from "../../lib/http/multipart/byteranges.ts";
import type { ByteRange } from "../../lib/http/ranges.ts";
import { FakeClock, FakeFiles } from "../disk/fake_files.ts";
import { contentOf } from "../support/sources.ts";
import { toBytes } from "../support/wire.ts";

const TEXT = "0123456789abcdefghij";

/** The bytes of some ranges, at most `most` at a time and never past the end of one, and how often it was closed. */
class Ranges implements BodySource {
  closed = 0;
  readonly length: number;
  readonly #pieces: string[];

  constructor(ranges: readonly ByteRange[], readonly most = Infinity, readonly prompt = true, text = TEXT) {
    this.#pieces = ranges.map(({ start, end }) => text.slice(start, end));
    this.length = ranges.reduce((sum, { start, end }) => sum + end - start, 0);
  }

  read(buffer: Uint8Array): Promise<number | null> {
    const piece = this.#pieces[0] ?? "";
    const bytes = toBytes(piece.slice(0, Math.min(this.most, buffer.length)));
    if (bytes.length === 0) return Promise.resolve(null);
    buffer.set(bytes);
    if (bytes.length === piece.length) this.#pieces.shift();
    else this.#pieces[0] = piece.slice(bytes.length);
    return Promise.resolve(bytes.length);
  }

  close(): void {
    this.closed++;
  }
}

const frameOf = (ranges: readonly ByteRange[]) => byterangesParts(ranges, TEXT.length, "text/plain", "XX");

/** The whole body, as RFC 9110 section 14.6 has it. */
const bodyOf = (ranges: readonly ByteRange[]) =>
  ranges.map(({ start, end }) =>
    `--XX\r\nContent-Type: text/plain\r\nContent-Range: bytes ${start}-${end - 1}/20\r\n\r\n` +
    `${TEXT.slice(start, end)}\r\n`
  ).join("") + "--XX--\r\n";

const CASES: readonly (readonly [title: string, ranges: readonly ByteRange[]])[] = [
  ["two ranges", [{ start: 0, end: 3 }, { start: 10, end: 20 }]],
  ["ranges out of order", [{ start: 15, end: 17 }, { start: 2, end: 9 }, { start: 0, end: 1 }]],
  ["the same range twice", [{ start: 4, end: 8 }, { start: 4, end: 8 }]],
  ["one range", [{ start: 0, end: 20 }]],
];

for (const [title, ranges] of CASES) {
  Deno.test(`a byteranges source frames ${title}, whatever size the buffer and the reads have`, async () => {
    const expected = bodyOf(ranges);
    for (const most of [1, 3, Infinity]) {
      for (const size of [1, 2, 7, 64, 1000]) {
        const source = new ByterangesSource(new Ranges(ranges, most), frameOf(ranges));
        assertEquals(source.length, expected.length);
        assertEquals(await contentOf(source, size), expected, `buffer of ${size}, reads of ${most}`);
        assertEquals(await source.read(new Uint8Array(size)), null, "the end stays the end");
      }
    }
  });
}

Deno.test("a byteranges source fills the buffer with frame and ranges", async () => {
  const ranges = [{ start: 0, end: 3 }, { start: 10, end: 20 }];
  const source = new ByterangesSource(new Ranges(ranges), frameOf(ranges));
  assertEquals(await source.read(new Uint8Array(1000)), bodyOf(ranges).length);
});

Deno.test("a byteranges source whose ranges end early ends there, too, and not as if it were whole", async () => {
  const ranges = [{ start: 0, end: 3 }, { start: 10, end: 20 }];
  const expected = bodyOf(ranges);
  for (const size of [1, 7, 1000]) {
    const short = new Ranges(ranges, Infinity, true, TEXT.slice(0, 12));
    const source = new ByterangesSource(short, frameOf(ranges));
    assertEquals(source.length, expected.length);
    assertEquals(await contentOf(source, size), expected.slice(0, expected.indexOf("ab") + 2));
    assertEquals(await source.read(new Uint8Array(size)), null);
  }
});

Deno.test("a byteranges source is prompt if its ranges are", () => {
  const ranges = [{ start: 0, end: 3 }];
  for (const prompt of [true, false]) {
    assertEquals(new ByterangesSource(new Ranges(ranges, 1, prompt), frameOf(ranges)).prompt, prompt);
  }
});

Deno.test("a byteranges source closes its ranges, and nothing before", async () => {
  const ranges = [{ start: 0, end: 3 }];
  for (const reads of [0, 1, 100]) {
    const inner = new Ranges(ranges, 1);
    const source = new ByterangesSource(inner, frameOf(ranges));
    for (let i = 0; i < reads; i++) await source.read(new Uint8Array(10));
    assertEquals(inner.closed, 0);
    source.close();
    assertEquals(inner.closed, 1);
  }
});

Deno.test("a byteranges source over a file closes it once, however often it is closed", async () => {
  const files = new FakeFiles();
  files.write("/a", TEXT);
  const ranges = [{ start: 0, end: 3 }, { start: 10, end: 20 }];
  const source = new ByterangesSource(
    new FileSource(files.openSync("/a"), ranges, new FakeClock()),
    frameOf(ranges),
  );
  assertEquals(await contentOf(source, 9), bodyOf(ranges));
  source.close();
  source.close();
  assertEquals(files.counts.closed, 1);
});
