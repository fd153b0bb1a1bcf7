import { assertEquals, assertRejects } from "@std/assert";
import { type ArchiveEntry } from "../../lib/archive/entry.ts";
import { ArchiveSource } from "../../lib/archive/source.ts";
import { tar } from "../../lib/archive/tar.ts";
import { zip } from "../../lib/archive/zip.ts";
import { BodyError } from "../../lib/http/errors.ts";

/** A file with a content that may be another than it says, and how often it is open. */
function fileOf(path: string, size: number, real = size) {
  const state = { open: 0 };
  const entry: ArchiveEntry = {
    path,
    kind: "file",
    size,
    modified: 0,
    open() {
      let left = real;
      state.open++;
      return {
        length: size,
        prompt: true,
        read(buffer) {
          const count = Math.min(buffer.length, left, 1000);
          left -= count;
          return Promise.resolve(count === 0 ? null : count);
        },
        close: () => void state.open--,
      };
    },
  };
  return { entry, state };
}

async function* of(...entries: readonly ArchiveEntry[]) {
  yield* entries;
}

async function lengthOf(source: ArchiveSource): Promise<number> {
  const buffer = new Uint8Array(700);
  let length = 0;
  for (let n = await source.read(buffer); n !== null; n = await source.read(buffer)) length += n;
  return length;
}

for (const [name, make] of [["zip", zip], ["tar", tar]] as const) {
  for (const [what, real] of [["shorter", 4000], ["longer", 6000]] as const) {
    Deno.test(`a file that is ${what} than it was breaks a ${name} off, and is closed`, async () => {
      const { entry, state } = fileOf("x", 5000, real), source = new ArchiveSource(make(of(entry)));
      await assertRejects(() => lengthOf(source), BodyError);
      source.close();
      assertEquals(state.open, 0);
    });
  }

  Deno.test(`a ${name} that nobody wants any more closes the file that it reads`, async () => {
    const { entry, state } = fileOf("x", 50_000), source = new ArchiveSource(make(of(entry)));
    await source.read(new Uint8Array(700));
    assertEquals(state.open, 1);
    source.close();
    for (let turn = 0; turn < 10 && state.open > 0; turn++) await Promise.resolve();
    assertEquals(state.open, 0);
    assertEquals(await source.read(new Uint8Array(10)), null);
  });

  Deno.test(`a ${name} of nothing is one`, async () => {
    assertEquals(await lengthOf(new ArchiveSource(make(of()))), name === "zip" ? 22 : 1024);
  });
}

/** Sizes and offsets on both sides of what 32 bits hold, without the content: a sparse file would take minutes. */
Deno.test("what is over 4 GiB is told by zip64, what is not is not", async () => {
  for (const [size, isLarge] of [[0xfffffffe, false], [0xffffffff, true], [0x100000000, true]] as const) {
    const { entry } = fileOf("x", size, 0), first = await zip(of(entry)).next();
    const header = new DataView((first.value as Uint8Array).slice().buffer);
    assertEquals(header.getUint16(4, true), isLarge ? 45 : 20, String(size));
    assertEquals(header.getUint32(22, true), isLarge ? 0xffffffff : size);
  }
});
