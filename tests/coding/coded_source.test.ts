import { assert, assertEquals, assertRejects } from "@std/assert";
import { CodedSource } from "../../lib/coding/coded_source.ts";
import { BodyError, GoneError } from "../../lib/http/errors.ts";
import type { BodySource } from "../../lib/http/message.ts";
import { Turns } from "../../lib/http/turns.ts";
import type { ContentCoding } from "../../lib/ports.ts";
import { clock } from "../../lib/runtime/clock.ts";
import { SystemCompression } from "../../lib/runtime/compression.ts";
import { decoded, decodedStart } from "../support/coded.ts";
import { toBytes } from "../support/wire.ts";

const compression = new SystemCompression();
const CODINGS = [...await compression.load()];

/** Gives pieces as it is told to. */
class FakeSource implements BodySource {
  prompt = true;
  length: number | undefined;
  closed = 0;
  /** Pieces, and errors that it throws. */
  readonly given: (Uint8Array | Error)[];
  isAtEnd?: () => Promise<boolean>;
  #waiting: PromiseWithResolvers<void> | undefined;
  #isOver = true;

  constructor(...given: (Uint8Array | string | Error)[]) {
    this.given = given.map((one) => typeof one === "string" ? toBytes(one) : one);
  }

  /** From now on it waits where it has nothing. */
  stay(): this {
    this.#isOver = false;
    return this;
  }

  give(piece: string | null): void {
    if (piece === null) this.#isOver = true;
    else this.given.push(toBytes(piece));
    this.#waiting?.resolve();
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    while (this.given.length === 0 && !this.#isOver) {
      this.#waiting = Promise.withResolvers();
      await this.#waiting.promise;
    }
    const next = this.given.shift();
    if (next === undefined) return null;
    if (next instanceof Error) throw next;
    const count = Math.min(next.length, buffer.length);
    buffer.set(next.subarray(0, count));
    if (count < next.length) this.given.unshift(next.subarray(count));
    return count;
  }

  close(): void {
    this.closed++;
  }
}

function coded(source: BodySource, coding: ContentCoding = "gzip"): CodedSource {
  return new CodedSource(source, () => compression.encoder(coding), new Turns(clock));
}

async function contentOf(source: BodySource, size = 1000): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [], buffer = new Uint8Array(size);
  for (let count = await source.read(buffer); count !== null; count = await source.read(buffer)) {
    assert(count > 0 && count <= size);
    pieces.push(buffer.slice(0, count));
    buffer.fill(0x21);
  }
  return new Uint8Array(await new Blob(pieces as BlobPart[]).arrayBuffer());
}

/** Text that gets smaller, but not to nothing. */
function text(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0, state = 1; i < length; i++) {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    bytes[i] = 97 + (state >> 16) % 26;
  }
  return bytes;
}

for (const coding of CODINGS) {
  for (const size of [0, 1, 255, 16 * 1024, 64 * 1024, 64 * 1024 + 1, 1_000_000]) {
    Deno.test(`CodedSource: ${size} bytes as ${coding}, with a length and without one, are what they were`, async () => {
      const content = text(size);
      for (const length of [undefined, size]) {
        const source = new FakeSource(content);
        if (size === 0) source.given.length = 0;
        source.length = length;
        const body = coded(source, coding);
        assertEquals(body.length, undefined);
        const bytes = await contentOf(body);
        body.close();
        // Not by assertEquals, which would print all of it.
        assert(decoded(bytes, coding).every((byte, index) => byte === content[index]));
        assertEquals(decoded(bytes, coding).length, size);
        assertEquals(source.closed, 1);
        if (size >= 255) assert(bytes.length < size, `${bytes.length} of ${size}`);
      }
    });
  }

  Deno.test(`CodedSource: what a source gives before it waits can be decoded before it goes on, as ${coding}`, async () => {
    const source = new FakeSource().stay(), body = coded(source, coding), buffer = new Uint8Array(4096);
    let bytes = new Uint8Array();
    for (const event of ["data: 1\n\n", "data: 2\n\n", "data: 3\n\n"]) {
      const read = body.read(buffer);
      source.give(event);
      const count = await read;
      bytes = new Uint8Array([...bytes, ...buffer.subarray(0, count!)]);
      assert(new TextDecoder().decode(decodedStart(bytes, coding)).endsWith(event));
    }
    source.give(null);
    bytes = new Uint8Array([...bytes, ...await contentOf(body)]);
    assertEquals(new TextDecoder().decode(decoded(bytes, coding)), "data: 1\n\ndata: 2\n\ndata: 3\n\n");
    body.close();
  });
}

Deno.test("CodedSource: what fills a read to its last byte is not held back while its source waits", async () => {
  for (const size of [16 * 1024, 64 * 1024, 128 * 1024, 192 * 1024, 200_000]) {
    const source = new FakeSource(text(size)).stay(), body = coded(source), buffer = new Uint8Array(4096);
    let bytes = new Uint8Array();
    while (decodedStart(bytes, "gzip").length < size) {
      const count = await body.read(buffer);
      bytes = new Uint8Array([...bytes, ...buffer.subarray(0, count!)]);
    }
    source.give(null);
    await contentOf(body);
    body.close();
  }
});

Deno.test("CodedSource: is not flushed while its source goes on", async () => {
  const pieces = Array.from({ length: 200 }, (_, i) => `piece ${i} of what comes quickly\n`);
  const whole = coded(new FakeSource(pieces.join(""))), inPieces = coded(new FakeSource(...pieces));
  const lengths = [(await contentOf(whole)).length, (await contentOf(inPieces)).length];
  assert(lengths[1]! <= lengths[0]! + 10, lengths.join());
  whole.close();
  inPieces.close();
});

Deno.test("CodedSource: what is announced and at hand comes in one read, its end included", async () => {
  const source = new FakeSource("x".repeat(300));
  source.length = 300;
  const body = coded(source), buffer = new Uint8Array(4096);
  const count = await body.read(buffer);
  assertEquals(decoded(buffer.subarray(0, count!), "gzip").length, 300);
  assertEquals(await body.read(buffer), null);
  body.close();
});

Deno.test("CodedSource: a source that ends before its length, or goes on behind it, is an error", async () => {
  const short = new FakeSource("x".repeat(300));
  short.length = 301;
  const long = new FakeSource("x".repeat(300));
  long.length = 299;
  long.isAtEnd = () => Promise.resolve(long.given.length === 0);
  for (const source of [short, long]) {
    const body = coded(source);
    await assertRejects(() => contentOf(body), BodyError);
    body.close();
    assertEquals(source.closed, 1);
  }
});

Deno.test("CodedSource: what goes wrong in its source comes up as it is, behind what was before it", async () => {
  for (const error of [new BodyError("broken"), new GoneError()]) {
    const source = new FakeSource("before", error), body = coded(source), buffer = new Uint8Array(100);
    const count = await body.read(buffer);
    assertEquals(decodedStart(buffer.subarray(0, count!), "gzip").length, 6);
    assertEquals(await body.read(buffer).catch((thrown) => thrown), error);
    body.close();
    body.close();
    assertEquals(source.closed, 1);
  }
});

Deno.test("CodedSource: closed before it is read makes no encoder", () => {
  const source = new FakeSource("x");
  const body = new CodedSource(source, () => {
    throw new Error("asked");
  }, new Turns(clock));
  body.close();
  assertEquals(source.closed, 1);
});

Deno.test("CodedSource: closed while it is read rejects, or gives what it has", async () => {
  const source = new FakeSource(text(500_000)), body = coded(source, "br");
  const read = body.read(new Uint8Array(400_000));
  body.close();
  await read.catch(() => {});
  assertEquals(source.closed, 1);
});

Deno.test("CodedSource: is prompt where its source is", () => {
  for (const prompt of [true, false]) {
    const source = new FakeSource("x");
    source.prompt = prompt;
    const body = coded(source);
    assertEquals(body.prompt, prompt);
    body.close();
  }
});

Deno.test("CodedSource: many at once have one slice of each turn of the event loop together", async () => {
  // Each look at the clock is a millisecond later, so each step takes one.
  let now = 0, turns = 0;
  const slow = {
    monotonic: () => now++,
    after: (milliseconds: number, callback: () => void) =>
      clock.after(milliseconds, () => {
        turns++;
        callback();
      }),
  };
  const shared = new Turns({ ...clock, ...slow });
  const bodies = Array.from(
    { length: 8 },
    () => new CodedSource(new FakeSource(text(200_000)), () => compression.encoder("gzip"), shared),
  );
  await Promise.all(bodies.map((body) => contentOf(body, 32 * 1024)));
  for (const body of bodies) body.close();
  // 13 steps of 16 KiB and the end, of eight, four in a turn.
  assert(turns >= 8 * 14 / 4, `${turns} turns`);
});
