/**
 * Memory does not grow with the size of what is sent: one gigabyte, alone and eight at once.
 *
 * @module
 */
import { assert, assertEquals, assertLess } from "@std/assert";
import { createHash } from "node:crypto";
import { Download, get, HAS_PROC, makeLargeFile, residentMemory, sharedServer } from "./wire_support.ts";

const MIB = 1024 ** 2;
const SIZE = 1024 * MIB;
const ALLOWED_GROWTH = 32 * MIB;
const PART = 32 * MIB;

const server = await sharedServer({
  config: "access_log: off\nservers: [{ listen: LISTEN, root: . }]\n",
  files: { "ok.txt": "fine" },
});
const path = `${server.folder}/huge.bin`;
// Marks at strange places, also at both ends and in each of the eight parts.
makeLargeFile(path, SIZE, [0, SIZE - 30, ...Array.from({ length: 40 }, (_, i) => i * 26_843_545 + 77 * i)]);
// What the first download needs once (code, buffers) is no growth with the size.
{
  using download = await Download.start(server.port, get("/huge.bin", "Range: bytes=0-33554431\r\n"));
  await download.drop();
}

/** The SHA-256 of a part of the file, as it is on disk. */
async function digestOfFile(start: number, length: number): Promise<string> {
  using file = await Deno.open(path);
  await file.seek(start, Deno.SeekMode.Start);
  const hash = createHash("sha256"), buffer = new Uint8Array(4 * MIB);
  for (let left = length; left > 0;) {
    const count = await file.read(buffer.subarray(0, Math.min(left, buffer.length)));
    assert(count !== null);
    hash.update(buffer.subarray(0, count));
    left -= count;
  }
  return hash.digest("hex");
}

/** Looks at the server's memory every few megabytes. */
class Watch {
  readonly before = residentMemory(server.pid);
  #most = 0;
  #looked = 0;

  look(received: number): void {
    if (received - this.#looked < 4 * MIB && received >= this.#looked) return;
    this.#looked = received;
    this.#most = Math.max(this.#most, residentMemory(server.pid));
  }

  assertSmall(): void {
    const growth = Math.max(this.#most, residentMemory(server.pid)) - this.before;
    assertLess(growth, ALLOWED_GROWTH, `memory grew by ${Math.round(growth / MIB)} MiB`);
  }
}

const PLATFORM = HAS_PROC ? "" : " (ignored: only Linux shows a process's memory under /proc)";

Deno.test({
  name: `a file of 1 GB arrives whole while memory grows by less than 32 MiB${PLATFORM}`,
  ignore: !HAS_PROC,
  fn: async () => {
    const expected = digestOfFile(0, SIZE);
    const watch = new Watch();
    using download = await Download.start(server.port, get("/huge.bin"));
    assertEquals(download.length, SIZE);
    const digest = await download.digest((received) => watch.look(received));
    watch.assertSmall();
    assertEquals(digest, await expected);
    assert(await download.canGoOn());
  },
});

Deno.test({
  name:
    `eight parts of a file of 1 GB at once arrive whole while memory grows by less than 32 MiB${PLATFORM}`,
  ignore: !HAS_PROC,
  fn: async () => {
    const watch = new Watch();
    await Promise.all(Array.from({ length: 8 }, async (_, i) => {
      const start = i * SIZE / 8;
      const range = `Range: bytes=${start}-${start + PART - 1}\r\n`;
      using download = await Download.start(server.port, get("/huge.bin", range));
      assertEquals(download.length, PART);
      const digest = await download.digest((received) => watch.look(received));
      assertEquals(digest, await digestOfFile(start, PART));
    }));
    watch.assertSmall();
  },
});

Deno.test({
  name: `clients that take nothing of a file of 1 GB cost little memory${PLATFORM}`,
  ignore: !HAS_PROC,
  fn: async () => {
    const watch = new Watch();
    const downloads = await Promise.all(
      Array.from({ length: 50 }, () => Download.start(server.port, get("/huge.bin"))),
    );
    watch.look(SIZE);
    for (const download of downloads) download[Symbol.dispose]();
    watch.assertSmall();
  },
});
