import { assertEquals } from "@std/assert";
import { FileSource } from "../../lib/disk/file_source.ts";
import type { ByteRange } from "../../lib/http/ranges.ts";
import type { OpenFile } from "../../lib/ports.ts";
import { contentOf } from "../support/sources.ts";
import { FakeClock, FakeFiles } from "./fake_files.ts";

const TEXT = "0123456789abcdefghij";

const clock = new FakeClock();

/** A file that counts how often it was closed. */
function opened(content = TEXT): { file: OpenFile; files: FakeFiles } {
  const files = new FakeFiles();
  files.write("/a", content);
  return { file: files.openSync("/a"), files };
}

const CASES: readonly (readonly [title: string, ranges: readonly ByteRange[], expected: string])[] = [
  ["the whole file", [{ start: 0, end: 20 }], TEXT],
  ["its beginning", [{ start: 0, end: 3 }], "012"],
  ["its end", [{ start: 18, end: 20 }], "ij"],
  [
    "several ranges, in their order",
    [{ start: 10, end: 13 }, { start: 0, end: 2 }, { start: 19, end: 20 }],
    "abc01j",
  ],
  ["ranges side by side", [{ start: 4, end: 6 }, { start: 6, end: 8 }], "4567"],
  ["the same range twice", [{ start: 5, end: 7 }, { start: 5, end: 7 }], "5656"],
  ["an empty file", [{ start: 0, end: 0 }], ""],
  ["no range at all", [], ""],
];

for (const [title, ranges, expected] of CASES) {
  Deno.test(`a file source gives ${title}, whatever size the buffer has`, async () => {
    for (const size of [1, 2, 3, 7, 20, 100]) {
      const { file, files } = opened();
      const source = new FileSource(file, ranges, clock);
      assertEquals([source.length, source.prompt], [expected.length, true]);
      assertEquals(await contentOf(source, size), expected, `buffer of ${size}`);
      assertEquals(await source.read(new Uint8Array(size)), null, "the end stays the end");
      source.close();
      assertEquals(files.counts.closed, 1);
    }
  });
}

Deno.test("no read of a file source goes past the end of a range", async () => {
  const source = new FileSource(opened().file, [{ start: 0, end: 3 }, { start: 10, end: 12 }], clock);
  const buffer = new Uint8Array(100);
  assertEquals([await source.read(buffer), await source.read(buffer), await source.read(buffer)], [
    3,
    2,
    null,
  ]);
});

Deno.test("a file source touches nothing of the buffer behind what it has read", async () => {
  const source = new FileSource(opened().file, [{ start: 0, end: 3 }], clock);
  const buffer = new Uint8Array(6).fill(0x2d);
  await source.read(buffer);
  assertEquals(new TextDecoder().decode(buffer), "012---");
});

Deno.test("a file source over a file that has become shorter ends early", async () => {
  for (const size of [1, 4, 100]) {
    const source = new FileSource(opened("01234").file, [{ start: 2, end: 20 }], clock);
    assertEquals(source.length, 18);
    assertEquals(await contentOf(source, size), "234");
    assertEquals(await source.read(new Uint8Array(size)), null);
  }
});

Deno.test("a file source goes on where a read has given less than was wanted", async () => {
  const { file } = opened();
  const slow: OpenFile = {
    stat: () => file.stat(),
    readAt: (buffer, offset) => file.readAt(buffer.subarray(0, 2), offset),
    readAtSync: (buffer, offset) => file.readAtSync(buffer.subarray(0, 2), offset),
    close: () => file.close(),
  };
  const source = new FileSource(slow, [{ start: 1, end: 6 }, { start: 17, end: 20 }], clock);
  assertEquals(await contentOf(source, 100), "12345hij");
});

Deno.test("a file source reads on without blocking once a read had to wait for the disk", async () => {
  const { file } = opened();
  const calls: string[] = [];
  const waiting: OpenFile = {
    stat: () => file.stat(),
    readAt: (buffer, offset) => {
      calls.push("aside");
      return file.readAt(buffer, offset);
    },
    readAtSync: (buffer, offset) => {
      calls.push("in place");
      clock.time += 3;
      return file.readAtSync(buffer, offset);
    },
    close: () => file.close(),
  };
  const source = new FileSource(waiting, [{ start: 0, end: 20 }], clock);
  assertEquals(await contentOf(source, 10), TEXT);
  assertEquals(calls, ["in place", "aside"]);
});

Deno.test("a file source closes its file once", () => {
  const { file, files } = opened();
  const source = new FileSource(file, [{ start: 0, end: 20 }], clock);
  assertEquals(files.counts.closed, 0);
  source.close();
  source.close();
  assertEquals(files.counts.closed, 1);
});
